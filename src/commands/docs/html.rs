//! The report on the products as a page.

use super::told::Told;
use crate::output::html::Card;
use crate::output::html::Column;
use crate::output::html::Html;
use crate::output::html::Page;
use crate::output::html::Table;
use crate::state::CatalogueProduct;
use anyhow::Result;

/// Renders the page.
///
/// # Errors
/// When the page cannot be filled in.
pub(super) fn page(told: &Told<'_>) -> Result<String> {
    let changes = told.changes;
    let mut page = Page::new(told.language, told.title(), &told.config.site.name, told.made());
    let nothing = told.nothing().map(str::to_owned);
    let lead: Vec<String> =
        [Some(told.summary()), nothing, told.not_compared()].into_iter().flatten().collect();
    page.lead = lead.join(" ");
    let card = |label: &str, count: usize| Card {
        label: label.to_owned(),
        figure: told.language.number(count as u64),
        note: String::new(),
    };
    if changes.since.is_some() {
        page.cards(&[
            card(told.added(), changes.added.len()),
            card(told.changed(), changes.changed.len()),
            card(told.removed(), changes.removed.len()),
        ]);
    }
    products(&mut page, told, told.added(), &changes.added);
    if !changes.changed.is_empty() {
        page.section(told.changed(), &changed(told));
    }
    products(&mut page, told, told.removed(), &changes.removed);
    page.render()
}

fn changed(told: &Told<'_>) -> Html {
    let language = told.language;
    let mut table = Table::new(vec![
        Column::text(language.pick("Product", "Produit")),
        Column::text(language.pick("What changed", "Ce qui a changé")),
    ]);
    for change in &told.changes.changed {
        let fields: Html = change
            .fields
            .iter()
            .map(|field| {
                let (before, after) = told.both(field);
                let before = before.map_or_else(Html::default, |before| {
                    Html::trusted(format!("{} → ", Html::element("del", "", &before)))
                });
                Html::trusted(format!(
                    "<p>{}{} {before}{}</p>",
                    Html::text(told.field(field.field)),
                    language.pick(":", "\u{202f}:"),
                    Html::element("ins", "", &after)
                ))
            })
            .collect();
        table.row_of(vec![Html::text(&change.product.name), fields]);
    }
    table.html()
}

fn products(page: &mut Page, told: &Told<'_>, heading: &str, products: &[CatalogueProduct]) {
    if products.is_empty() {
        return;
    }
    let columns = told.columns();
    let mut table =
        Table::new(vec![Column::text(columns[0]), Column::number(columns[3]), Column::text(columns[4])]);
    for product in products {
        let sort: Vec<&str> =
            [&product.brand, &product.category].into_iter().filter_map(|text| text.as_deref()).collect();
        table.row_of(vec![
            Html::trusted(format!(
                "{}{}",
                Html::text(&product.name),
                Html::element("p", "soft small", &sort.join(" · "))
            )),
            Html::text(&told.price(product)),
            Html::text(&told.stock(product)),
        ]);
    }
    page.section(heading, &table.html());
}
