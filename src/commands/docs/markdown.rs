//! The report on the products as Markdown, for a file in the project's documentation.

use super::told::Told;
use crate::state::CatalogueProduct;
use std::fmt::Write as _;

pub(super) fn render(told: &Told<'_>) -> String {
    let changes = told.changes;
    let mut text = format!(
        "# {} – {}\n\n{}\n\n{}\n",
        told.title(),
        plain(&told.config.site.name),
        told.made(),
        told.summary()
    );
    // Writing to a string cannot fail.
    for line in told.nothing().map(str::to_owned).into_iter().chain(told.not_compared()) {
        let _ = writeln!(text, "\n{line}");
    }
    products(&mut text, told, told.added(), &changes.added);
    if !changes.changed.is_empty() {
        heading(&mut text, told, told.changed(), changes.changed.len());
        for change in &changes.changed {
            let _ =
                writeln!(text, "- **{}** (`{}`)", plain(&change.product.name), code(&change.product.slug));
            for field in &change.fields {
                let (before, after) = told.both(field);
                let before = before.map_or_else(String::new, |before| format!("{} → ", plain(&before)));
                let _ = writeln!(text, "  - {}: {before}{}", told.field(field.field), plain(&after));
            }
        }
    }
    products(&mut text, told, told.removed(), &changes.removed);
    text
}

fn heading(text: &mut String, told: &Told<'_>, heading: &str, count: usize) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n## {heading} ({})\n", told.language.number(count as u64));
}

fn products(text: &mut String, told: &Told<'_>, title: &str, products: &[CatalogueProduct]) {
    if products.is_empty() {
        return;
    }
    heading(text, told, title, products.len());
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {} |\n| --- | --- | --- | ---: | --- |", told.columns().join(" | "));
    for product in products {
        let _ = writeln!(
            text,
            "| {} (`{}`) | {} | {} | {} | {} |",
            plain(&product.name),
            code(&product.slug),
            plain(product.brand.as_deref().unwrap_or("–")),
            plain(product.category.as_deref().unwrap_or("–")),
            told.price(product),
            told.stock(product)
        );
    }
}

/// A text of one line whose signs mean nothing in Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' => {
                plain.push('\\');
                plain.push(character);
            }
            other if other.is_control() => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

/// A text between backticks.
fn code(text: &str) -> String {
    text.chars().map(|c| if c == '`' || c == '|' || c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(plain("a|b *c* <d>\n# e"), "a\\|b \\*c\\* \\<d\\> \\# e");
        assert_eq!(code("a`b|c"), "a b c");
    }
}
