//! `products export`: the whole list, as an import takes it.

use crate::commands::Context;
use crate::db;
use crate::db::Access;
use crate::output::Format;
use crate::output::csv_line;
use crate::products::Catalogue;
use crate::products::FIELDS;
use crate::products::Facts;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use serde_json::Map;
use serde_json::Value;
use std::path::PathBuf;

/// Write all products as a list that `products import` takes: CSV, or --format json
///
/// Only what this version of the application has. Pictures are named, not written; `sitekeep backup media` holds them.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep products export > products.csv
  sitekeep products export --format json --output products.json")]
pub(in crate::commands) struct ExportArgs {
    /// Write to this file, atomically, instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Exports.
///
/// # Errors
/// When the database cannot be asked, or the file not be written.
pub(super) fn run(args: &ExportArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let format = context.printer.format;
    context.printer.list_format()?;
    let catalogue = Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
    let there: Vec<&str> = FIELDS.into_iter().filter(|field| catalogue.has(field)).collect();
    let products: Vec<Facts> = catalogue.products.iter().map(|product| catalogue.facts(product)).collect();
    let text = if format == Format::Json { json(&products, &there)? } else { csv(&products, &there) };
    context.printer.deliver(&text, args.output.as_deref())?;
    Ok(Status::Ok)
}

fn json(products: &[Facts], there: &[&str]) -> Result<String> {
    let list: Vec<Value> = products
        .iter()
        .map(|facts| {
            let values = there.iter().map(|field| ((*field).to_owned(), value(facts, field)));
            Value::Object(values.collect::<Map<_, _>>())
        })
        .collect();
    let document = serde_json::json!({ "schema_version": 1, "products": list });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn csv(products: &[Facts], there: &[&str]) -> String {
    let mut text = csv_line(there);
    for facts in products {
        let fields: Vec<String> = there
            .iter()
            .map(|field| match value(facts, field) {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            })
            .collect();
        text.push_str(&csv_line(&fields));
    }
    text
}

fn value(facts: &Facts, field: &str) -> Value {
    let price = || facts.price.map_or_else(|| facts.price_text.clone(), |price| price.to_string());
    match field {
        "slug" => facts.slug.clone().into(),
        "name" => facts.name.clone().into(),
        "brand" => facts.brand.clone().into(),
        "price" => price().into(),
        "category" => facts.category.clone().into(),
        "subcategory" => facts.subcategory.clone().into(),
        "in_stock" => facts.in_stock.into(),
        "featured" => facts.featured.into(),
        "description" => facts.description.clone().into(),
        _ => facts.image.clone().into(),
    }
}
