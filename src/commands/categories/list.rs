//! `categories list`: the tree of categories with their products.

use crate::commands::Context;
use crate::commands::products::cut;
use crate::db;
use crate::db::Access;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::products::Catalogue;
use crate::products::Category;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// List the categories, each with how many products stand directly in it
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep categories list --format csv")]
pub(in crate::commands) struct ListArgs {}

/// Lists.
///
/// # Errors
/// When the database cannot be asked, or the format is none of a list.
pub(super) fn run(_args: &ListArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let format = context.printer.format;
    context.printer.list_format()?;
    let catalogue = Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
    let tree = in_order(&catalogue.categories);
    let parent = |category: &Category| {
        let parent = catalogue.categories.iter().find(|one| Some(one.id) == category.parent);
        parent.map(|parent| parent.slug.clone())
    };
    let text = match format {
        Format::Json => {
            let list: Vec<_> = tree
                .iter()
                .map(|(_, category)| {
                    serde_json::json!({
                        "slug": category.slug, "name": category.name, "parent": parent(category),
                        "products": category.products,
                    })
                })
                .collect();
            let document = serde_json::json!({ "schema_version": 1, "categories": list });
            format!("{}\n", serde_json::to_string_pretty(&document)?)
        }
        Format::Csv => {
            let mut text = csv_line(&["slug", "name", "parent", "products"]);
            for (_, category) in &tree {
                text.push_str(&csv_line(&[
                    category.slug.clone(),
                    category.name.clone(),
                    parent(category).unwrap_or_default(),
                    category.products.to_string(),
                ]));
            }
            text
        }
        _ => text(&tree),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn text(tree: &[(usize, &Category)]) -> String {
    let width = Printer::width();
    let longest = |length: &dyn Fn(usize, &Category) -> usize| {
        tree.iter().map(|(depth, category)| length(*depth, category)).max().unwrap_or_default().max(8)
    };
    let names = longest(&|depth, category| 2 * depth + category.name.chars().count());
    let slugs = longest(&|_, category| category.slug.len());
    // The number of products and the spaces between take 12.
    let room = if width == 0 { usize::MAX } else { width.saturating_sub(12) / 2 };
    let (names, slugs) = (names.min(room), slugs.min(room));
    let mut text = format!("{:<names$}  {:<slugs$}  {:>8}\n", "category", "slug", "products");
    for (depth, category) in tree {
        let name = cut(&format!("{}{}", "  ".repeat(*depth), category.name), names);
        let slug = cut(&category.slug, slugs);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<names$}  {slug:<slugs$}  {:>8}", category.products);
    }
    text
}

/// Each category behind its parent, by name, with its depth; those of a loop at the end.
fn in_order(all: &[Category]) -> Vec<(usize, &Category)> {
    fn below<'a>(
        all: &[&'a Category],
        parent: Option<i64>,
        depth: usize,
        seen: &mut BTreeSet<i64>,
        found: &mut Vec<(usize, &'a Category)>,
    ) {
        for category in all.iter().filter(|category| category.parent == parent) {
            if seen.insert(category.id) {
                found.push((depth, category));
                below(all, Some(category.id), depth + 1, seen, found);
            }
        }
    }
    let mut sorted: Vec<&Category> = all.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    below(&sorted, None, 0, &mut seen, &mut found);
    let rest: Vec<&Category> =
        sorted.iter().copied().filter(|category| !seen.contains(&category.id)).collect();
    found.extend(rest.into_iter().map(|category| (0, category)));
    found
}
