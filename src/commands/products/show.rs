//! `products show`: one product with everything that is known of it.

use super::list::csv;
use super::list::document;
use crate::catalogue::french_price;
use crate::commands::Context;
use crate::config::Config;
use crate::db;
use crate::db::Access;
use crate::output::Format;
use crate::products::Catalogue;
use crate::products::Facts;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// Show one product with everything that is known of it
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep products show hp-pavilion-15-hp")]
pub(in crate::commands) struct ShowArgs {
    /// Slug of the product, as `sitekeep products list` has it
    #[arg(value_name = "SLUG")]
    product: String,
}

/// Shows.
///
/// # Errors
/// When the product is not known, or the database cannot be asked.
pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Status> {
    context.printer.list_format()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let catalogue = Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
    let facts = catalogue.facts(catalogue.product(&args.product)?);
    let text = match context.printer.format {
        Format::Json => {
            let document = serde_json::json!({ "schema_version": 1, "product": document(&facts) });
            format!("{}\n", serde_json::to_string_pretty(&document)?)
        }
        Format::Csv => csv(&[facts]),
        _ => text(&facts, config),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn text(facts: &Facts, config: &Config) -> String {
    let yes = |truth: Option<bool>| truth.map(|truth| if truth { "yes" } else { "no" }.to_owned());
    let price = facts.price.map_or_else(
        || format!("? {}", facts.price_text),
        |price| french_price(price, &config.site.currency),
    );
    let lines = [
        ("name", Some(facts.name.clone())),
        ("slug", Some(facts.slug.clone())),
        ("brand", facts.brand.clone()),
        ("price", Some(price)),
        ("category", facts.category.clone()),
        ("subcategory", facts.subcategory.clone()),
        ("in stock", yes(facts.in_stock)),
        ("featured", yes(facts.featured)),
        ("image", facts.image.clone()),
    ];
    let mut text = String::new();
    // Writing to a string cannot fail.
    for (name, value) in lines.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let _ = writeln!(text, "{name:<12} {value}");
    }
    for path in &facts.gallery {
        let _ = writeln!(text, "{:<12} {path}", "gallery");
    }
    if let Some(description) = facts.description.as_ref().filter(|text| !text.is_empty()) {
        let _ = writeln!(text, "\n{}", description.trim_end());
    }
    text
}
