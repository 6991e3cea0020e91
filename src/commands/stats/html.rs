//! The figures as a page with charts.

use super::Told;
use crate::language::Language;
use crate::output::html::Bar;
use crate::output::html::Card;
use crate::output::html::Column;
use crate::output::html::Html;
use crate::output::html::Line;
use crate::output::html::Page;
use crate::output::html::Part;
use crate::output::html::Table;
use crate::output::html::bars;
use crate::output::html::donut;
use crate::output::html::line;
use crate::stats;
use anyhow::Result;

/// Bars of one chart; the table below has every figure.
const BARS: usize = 12;

/// Renders the page.
///
/// # Errors
/// When the page cannot be filled in.
pub(super) fn page(told: &Told<'_>) -> Result<String> {
    let (figures, language) = (told.figures, told.language);
    let title = language.pick("Catalogue statistics", "Statistiques du catalogue");
    let mut page = Page::new(language, title, &told.config.site.name, told.made());
    page.lead = told.compared_with();
    page.cards(&cards(told));
    let mut charts: Vec<(&str, Html)> = Vec::new();
    charts.extend(stock(told).map(|chart| (language.pick("Stock", "Stock"), chart)));
    charts.extend(prices(told).map(|chart| (language.pick("Prices", "Prix"), chart)));
    let by_category: Option<Vec<_>> = figures.by_category.as_ref().map(|lines| {
        let lines = stats::main_categories(lines);
        let mut rows: Vec<_> =
            lines.iter().map(|line| (line.name.as_str(), line.products, line.in_stock)).collect();
        let loose = language.pick("No category", "Sans catégorie");
        rows.extend(figures.uncategorized.filter(|count| *count > 0).map(|count| (loose, count, None)));
        rows
    });
    let category = language.pick("Category", "Catégorie");
    let by_category = by_category.filter(|rows| !rows.is_empty());
    charts.extend(by_category.map(|rows| {
        let title = language.pick("Products by category", "Produits par catégorie");
        let mut table = figures
            .by_category
            .iter()
            .flatten()
            .map(|line| {
                let parent =
                    figures.by_category.iter().flatten().find(|other| Some(other.id) == line.parent_id);
                let name = parent
                    .map_or_else(|| line.name.clone(), |parent| format!("{} › {}", parent.name, line.name));
                (name, line.products, line.in_stock)
            })
            .collect::<Vec<_>>();
        table.sort();
        let table: Vec<_> =
            table.iter().map(|(name, products, in_stock)| (name.as_str(), *products, *in_stock)).collect();
        (title, sorts(language, title, category, &rows, &table))
    }));
    let brand_rows: Option<Vec<_>> = figures.brands.as_ref().map(|brands| {
        brands.largest.iter().map(|line| (line.name.as_str(), line.products, line.in_stock)).collect()
    });
    charts.extend(brand_rows.filter(|rows| !rows.is_empty()).map(|rows| {
        let title = language.pick("Products by brand", "Produits par marque");
        (title, sorts(language, title, language.pick("Brand", "Marque"), &rows, &rows))
    }));
    let products = language.pick("Number of products", "Nombre de produits");
    charts.extend(past(told, "products", products, &|value| language.number(value)));
    let weight = language.pick("Weight of the pictures", "Poids des images");
    charts.extend(past(told, "picture_bytes", weight, &|value| language.bytes(value)));
    charts.extend(pictures(told).map(|chart| (language.pick("Pictures", "Images"), chart)));
    charts.extend(
        people(told).map(|table| (language.pick("Visits and users", "Visites et utilisateurs"), table)),
    );
    page.sections(&charts);
    if !figures.not_in_schema.is_empty() {
        let words = language.pick(
            "This version of the application's database has no place for",
            "Cette version de la base de données de l'application ne connaît pas",
        );
        let text = format!("{words} : {}.", figures.not_in_schema.join(", "));
        let heading = language.pick("Not counted", "Non compté");
        page.section(
            heading,
            &Html::element("p", "soft", &text.replace(" :", language.pick(":", "\u{202f}:"))),
        );
    }
    page.render()
}

fn cards(told: &Told<'_>) -> Vec<Card> {
    let (figures, language) = (told.figures, told.language);
    let card = |key: &str, label: &str, value: Option<u64>, note: String| {
        let figure = value.map_or_else(|| "–".to_owned(), |value| language.number(value));
        let changed = told.change(key).map(|change| language.difference(change));
        let lacks =
            value.is_none().then(|| language.pick("not in this schema", "absent de ce schéma").to_owned());
        let notes: Vec<String> =
            [lacks, Some(note), changed].into_iter().flatten().filter(|note| !note.is_empty()).collect();
        Card { label: label.to_owned(), figure, note: notes.join(" · ") }
    };
    let share =
        |part: Option<u64>| part.map_or_else(String::new, |part| language.share(part, figures.products));
    let mut cards = vec![
        card("products", language.pick("Products", "Produits"), Some(figures.products), String::new()),
        card("in_stock", language.pick("In stock", "En stock"), figures.in_stock, share(figures.in_stock)),
        card("featured", language.pick("Featured", "Vedettes"), figures.featured, share(figures.featured)),
        card("categories", language.pick("Categories", "Catégories"), figures.categories, String::new()),
    ];
    if let Some(brands) = &figures.brands {
        cards.push(card("brands", language.pick("Brands", "Marques"), Some(brands.count), String::new()));
    }
    if let Some(found) = figures.pictures.as_ref().and_then(|pictures| pictures.on_disk) {
        let note = language.bytes(found.bytes);
        cards.push(card("pictures", language.pick("Pictures", "Images"), Some(found.files), note));
    }
    cards
}

fn stock(told: &Told<'_>) -> Option<Html> {
    let (figures, language) = (told.figures, told.language);
    let (inside, out) = (figures.in_stock?, figures.out_of_stock()?);
    if figures.products == 0 {
        return None;
    }
    let part = |label: &str, value| Part { label: label.to_owned(), value, shown: language.number(value) };
    let labels = (language.pick("In stock", "En stock"), language.pick("Out of stock", "En rupture"));
    let mut table = Table::new(vec![
        Column::text(language.pick("State", "État")),
        Column::number(language.pick("Products", "Produits")),
        Column::number(language.pick("Share", "Part")),
    ]);
    for (label, value) in [(labels.0, inside), (labels.1, out)] {
        table.row(&[label, &language.number(value), &language.share(value, figures.products)]);
    }
    let title = language.pick("Share of the products in stock", "Part des produits en stock");
    let hub = language.share(inside, figures.products);
    Some(donut(language, title, &hub, &[part(labels.0, inside), part(labels.1, out)], &table))
}

fn prices(told: &Told<'_>) -> Option<Html> {
    let (prices, language) = (&told.figures.prices, told.language);
    let mut rows = Vec::new();
    let mut table = Table::new(vec![
        Column::text(language.pick("Price", "Prix")),
        Column::number(language.pick("Amount", "Montant")),
    ]);
    for (label, price) in [
        (language.pick("Lowest", "Le plus bas"), prices.lowest?),
        (language.pick("Median", "Médian"), prices.median?),
        (language.pick("Mean", "Moyen"), prices.mean?),
        (language.pick("Highest", "Le plus haut"), prices.highest?),
    ] {
        let shown = told.price(price);
        table.row(&[label, &shown]);
        let value = u64::try_from(price.0).unwrap_or_default();
        rows.push(Bar { label: label.to_owned(), value, second: 0, shown });
    }
    let title = language.pick("Prices of the products", "Prix des produits");
    Some(bars(language, title, &rows, &table))
}

/// A name, its products, and those of them in stock.
type Row<'a> = (&'a str, u64, Option<u64>);

/// Bars of products, those out of stock in a second colour; the table may have more rows.
fn sorts(language: Language, title: &str, sort: &str, rows: &[Row<'_>], all: &[Row<'_>]) -> Html {
    let knows_stock = rows.iter().any(|(_, _, in_stock)| in_stock.is_some());
    let mut columns = vec![Column::text(sort), Column::number(language.pick("Products", "Produits"))];
    if knows_stock {
        columns.push(Column::number(language.pick("Out of stock", "En rupture")));
    }
    let mut table = Table::new(columns);
    let out = |row: &Row<'_>| row.2.map(|in_stock| row.1.saturating_sub(in_stock));
    for row in all {
        let mut cells = vec![Html::text(row.0), Html::text(&language.number(row.1))];
        if knows_stock {
            cells.push(Html::text(&out(row).map_or_else(String::new, |out| language.number(out))));
        }
        table.row_of(cells);
    }
    let bar = |row: &Row<'_>| Bar {
        label: row.0.to_owned(),
        value: row.1,
        second: out(row).unwrap_or(0),
        shown: language.number(row.1),
    };
    let found: Vec<Bar> = rows.iter().take(BARS).map(bar).collect();
    let chart = bars(language, title, &found, &table);
    if !found.iter().any(|bar| bar.second > 0) {
        return chart;
    }
    let key = |color, text| format!("<li class=\"{color}\"><i></i><span>{text}</span></li>");
    Html::trusted(format!(
        "<ul class=\"key\">{}{}</ul>{chart}",
        key("c1", language.pick("in stock", "en stock")),
        key("c2", language.pick("out of stock", "en rupture")),
    ))
}

/// How a figure went, where something older than a day is recorded.
fn past<'a>(
    told: &Told<'_>,
    key: &str,
    title: &'a str,
    written: &dyn Fn(u64) -> String,
) -> Option<(&'a str, Html)> {
    let growth = told.growth.iter().find(|growth| growth.key == key)?;
    // Points of one day are no line.
    growth.before?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts, and points between them"
    )]
    let shown = |value: f64| written(value.round() as u64);
    let language = told.language;
    let dated = |at| told.date(at);
    let points: Vec<_> = growth.points.iter().map(|point| (point.at, point.value)).collect();
    let mut table = Table::new(vec![Column::text("Date"), Column::number(title)]);
    for (at, value) in &points {
        table.row(&[&dated(*at), &shown(*value)]);
    }
    let chart = Line { title, points: &points, shown: &shown, dated: &dated };
    Some((title, line(language, &chart, &table)))
}

fn pictures(told: &Told<'_>) -> Option<Html> {
    let (pictures, language) = (told.figures.pictures.as_ref()?, told.language);
    let Some(found) = pictures.on_disk else {
        let problem = pictures.problem.as_deref().unwrap_or_default();
        return Some(Html::trusted(format!(
            "<p><span class=\"badge unknown\">UNKNOWN</span> {}</p>",
            Html::text(problem)
        )));
    };
    let mut table = Table::new(vec![Column::text(""), Column::number("")]);
    for (label, value, is_always) in [
        (language.pick("Named in the database", "Nommées dans la base"), pictures.named, true),
        (language.pick("Files", "Fichiers"), found.files, true),
        (language.pick("Missing", "Manquantes"), found.missing, true),
        (language.pick("On other sites", "Sur d'autres sites"), pictures.elsewhere, false),
        (language.pick("Could not be looked at", "Illisibles"), found.unreadable, false),
        (language.pick("Products without one", "Produits sans image"), pictures.products_without, true),
    ] {
        if is_always || value > 0 {
            table.row(&[label, &language.number(value)]);
        }
    }
    table.row(&[language.pick("Weight", "Poids"), &language.bytes(found.bytes)]);
    Some(table.html())
}

fn people(told: &Told<'_>) -> Option<Html> {
    let (figures, language) = (told.figures, told.language);
    if figures.sessions.is_none() && figures.users.is_none() {
        return None;
    }
    let mut table = Table::new(vec![Column::text(""), Column::number("")]);
    let sessions = figures.sessions.map(|sessions| {
        [
            ("Sessions", sessions.all),
            (language.pick("Expired sessions", "Sessions expirées"), sessions.expired),
        ]
    });
    let users = figures.users.map(|users| {
        [
            (language.pick("Users", "Utilisateurs"), users.all),
            (language.pick("Staff", "Équipe"), users.staff),
            (language.pick("Superusers", "Super-utilisateurs"), users.superusers),
            (language.pick("Active within 30 days", "Actifs depuis 30 jours"), users.active),
        ]
    });
    for (label, value) in sessions.into_iter().flatten().chain(users.into_iter().flatten()) {
        table.row(&[label, &language.number(value)]);
    }
    Some(table.html())
}
