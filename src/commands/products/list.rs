//! `products list`: what there is, those too that visitors do not see.

use crate::catalogue::french_price;
use crate::commands::Context;
use crate::config::Config;
use crate::db;
use crate::db::Access;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::products::Catalogue;
use crate::products::Facts;
use crate::status::Status;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// List the products, with filters
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep products list --category ordinateurs --out-of-stock
  sitekeep products list --search \"pavilion 15\"
  sitekeep products list --format csv > products.csv")]
pub(in crate::commands) struct ListArgs {
    /// Only of this category and those below it: slug or name
    #[arg(long)]
    category: Option<String>,
    /// Only of this brand, whatever the case
    #[arg(long)]
    brand: Option<String>,
    /// Only with all of these words in slug, name, brand or description
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Only what is in stock
    #[arg(long, conflicts_with = "out_of_stock")]
    in_stock: bool,
    /// Only what is out of stock
    #[arg(long)]
    out_of_stock: bool,
    /// Only what the home page shows
    #[arg(long)]
    featured: bool,
}

/// Lists.
///
/// # Errors
/// When the database cannot be asked, or the format is none of a list.
pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Status> {
    let format = context.printer.format;
    context.printer.list_format()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let catalogue = Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
    let chosen = choose(args, &catalogue)?;
    let text = match format {
        Format::Json => json(&chosen)?,
        Format::Csv => csv(&chosen),
        _ => text(&chosen, catalogue.products.len() as u64, config),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn choose(args: &ListArgs, catalogue: &Catalogue) -> Result<Vec<Facts>> {
    let category = args.category.as_deref().map(|given| catalogue.category(given)).transpose()?;
    let ids = category.map(|category| catalogue.with_descendants(category.id));
    let products: Vec<_> = match &ids {
        Some(ids) => catalogue.in_categories(ids).collect(),
        None => catalogue.products.iter().collect(),
    };
    let words: Vec<String> =
        args.search.iter().flat_map(|words| words.split_whitespace()).map(str::to_lowercase).collect();
    let fits = |facts: &Facts| {
        let brand = facts.brand.as_deref().unwrap_or_default();
        let texts = [&facts.slug, &facts.name, brand, facts.description.as_deref().unwrap_or_default()];
        let all = texts.join("\n").to_lowercase();
        words.iter().all(|word| all.contains(word))
            && args.brand.as_ref().is_none_or(|wanted| wanted.to_lowercase() == brand.to_lowercase())
            && (!args.in_stock || facts.in_stock == Some(true))
            && (!args.out_of_stock || facts.in_stock == Some(false))
            && (!args.featured || facts.featured == Some(true))
    };
    Ok(products.into_iter().map(|product| catalogue.facts(product)).filter(fits).collect())
}

fn text(chosen: &[Facts], all: u64, config: &Config) -> String {
    let width = Printer::width();
    let longest = chosen.iter().map(|facts| facts.slug.chars().count()).max().unwrap_or_default().max(4);
    // Price, stock and a category need the rest; a pipe has no width.
    let room = if width == 0 { longest } else { longest.min(width.saturating_sub(42).max(20)) };
    let mut text = format!("{:<room$}  {:>16}  {:<5}  {}\n", "slug", "price", "stock", "category");
    for facts in chosen {
        let price = facts.price.map_or_else(
            || format!("? {}", facts.price_text),
            |price| french_price(price, &config.site.currency),
        );
        let stock = match facts.in_stock {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let category = facts.subcategory.as_ref().or(facts.category.as_ref()).map_or("", String::as_str);
        let star = if facts.featured == Some(true) { " *" } else { "" };
        let category = if width == 0 {
            category.to_owned()
        } else {
            cut(category, width.saturating_sub(room + 27).saturating_sub(star.len()))
        };
        let slug = cut(&facts.slug, room);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{slug:<room$}  {price:>16}  {stock:<5}  {category}{star}");
    }
    let shown = chosen.len() as u64;
    let of = if shown == all { String::new() } else { format!(" of {all}") };
    let mark = if chosen.iter().any(|facts| facts.featured == Some(true)) { "; * is featured" } else { "" };
    let _ = writeln!(text, "\n{}{of}{mark}", count(shown, "product"));
    text
}

/// The text where it fits, else its beginning and `…`.
pub(in crate::commands) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(room.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

pub(super) fn csv(chosen: &[Facts]) -> String {
    let mut text = csv_line(&[
        "slug",
        "name",
        "brand",
        "price",
        "category",
        "subcategory",
        "in_stock",
        "featured",
        "image",
    ]);
    let truth = |truth: Option<bool>| truth.map_or(String::new(), |truth| truth.to_string());
    for facts in chosen {
        text.push_str(&csv_line(&[
            facts.slug.clone(),
            facts.name.clone(),
            facts.brand.clone().unwrap_or_default(),
            facts.price.map_or_else(|| facts.price_text.clone(), |price| price.to_string()),
            facts.category.clone().unwrap_or_default(),
            facts.subcategory.clone().unwrap_or_default(),
            truth(facts.in_stock),
            truth(facts.featured),
            facts.image.clone().unwrap_or_default(),
        ]));
    }
    text
}

fn json(chosen: &[Facts]) -> Result<String> {
    let products: Vec<_> = chosen.iter().map(document).collect();
    let document = serde_json::json!({ "schema_version": 1, "products": products });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

/// One product for machines; what this version of the application does not have is null.
pub(super) fn document(facts: &Facts) -> serde_json::Value {
    serde_json::json!({
        "slug": facts.slug, "name": facts.name, "brand": facts.brand,
        "price": facts.price.map(|price| price.to_string()),
        "category": facts.category, "subcategory": facts.subcategory,
        "in_stock": facts.in_stock, "featured": facts.featured,
        "description": facts.description, "image": facts.image, "gallery": facts.gallery,
    })
}
