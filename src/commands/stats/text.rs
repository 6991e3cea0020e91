//! The figures for the terminal, with small bars.

use super::Told;
use crate::language::Language;
use crate::output::wrap;
use crate::stats;
use anstyle::Style;
use std::fmt::Write as _;

/// Columns of a name, of a figure, and of a bar.
const NAME: usize = 26;
const FIGURE: usize = 9;
const BAR: usize = 24;

/// Categories and brands that are shown, unless all are asked for.
const SHOWN: usize = 12;

/// How the text is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Columns of the terminal; 0 for a pipe or file.
    pub(super) width: usize,
    /// Whether bars may be drawn with blocks, and thousands parted by narrow blanks.
    pub(super) unicode: bool,
    /// Every category and brand.
    pub(super) all: bool,
}

/// Renders the figures.
pub(super) fn render(told: &Told<'_>, look: Look) -> String {
    let (figures, language) = (told.figures, told.language);
    let mut text = String::new();
    let bold = Style::new().bold();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{bold}{} {}{bold:#}  {}\n",
        language.pick("catalogue of", "catalogue de"),
        told.config.site.name,
        told.made()
    );
    let products = figures.products;
    for (key, label, value) in [
        ("products", language.pick("Products", "Produits"), Some(products)),
        ("in_stock", language.pick("In stock", "En stock"), figures.in_stock),
        ("featured", language.pick("Featured", "Vedettes"), figures.featured),
        ("categories", language.pick("Categories", "Catégories"), figures.categories),
    ] {
        let part = matches!(key, "in_stock" | "featured").then_some(products);
        let _ = writeln!(text, "{}", total(told, look, key, label, value, part));
    }
    if let Some(visible) = figures.visible.filter(|visible| *visible != products) {
        let label = language.pick("Visible", "Visibles");
        let _ = writeln!(text, "{}", row(label, &language.number(visible)));
    }
    prices(&mut text, told, look);
    if let Some(lines) = &figures.by_category {
        let heading = language.pick("Products by category", "Produits par catégorie");
        let lines = if look.all { lines.iter().collect() } else { stats::main_categories(lines) };
        let mut rows: Vec<_> =
            lines.iter().map(|line| (line.name.as_str(), line.products, line.in_stock)).collect();
        let loose = language.pick("(no category)", "(sans catégorie)");
        rows.extend(figures.uncategorized.filter(|count| *count > 0).map(|count| (loose, count, None)));
        list(&mut text, told, look, heading, &rows, rows.len());
    }
    if let Some(brands) = &figures.brands {
        let heading = language.pick("Products by brand", "Produits par marque");
        let rows: Vec<_> =
            brands.largest.iter().map(|line| (line.name.as_str(), line.products, line.in_stock)).collect();
        list(&mut text, told, look, heading, &rows, usize::try_from(brands.count).unwrap_or(usize::MAX));
    }
    text.push('\n');
    for line in rest(told) {
        let _ = writeln!(text, "{}", wrap(&line, look.width, 4 + 12));
    }
    text.push('\n');
    let _ = writeln!(text, "{}", told.compared_with());
    if look.unicode {
        text
    } else {
        text.replace(['\u{202f}', '\u{a0}'], " ").replace('−', "-").replace('±', "+")
    }
}

fn row(label: &str, figure: &str) -> String {
    format!("  {label:<NAME$} {figure:>FIGURE$}")
}

/// One of the guide's figures: with its share of all products, or how it changed.
fn total(
    told: &Told<'_>,
    look: Look,
    key: &str,
    label: &str,
    value: Option<u64>,
    whole: Option<u64>,
) -> String {
    let language = told.language;
    let Some(value) = value else {
        return format!("  {label:<NAME$} {}", not_in_schema(language));
    };
    let change = told.change(key).map(|change| language.difference(change)).unwrap_or_default();
    let line = format!("{} {change:>7}", row(label, &language.number(value)));
    match whole {
        Some(whole) => {
            let share = language.share(value, whole);
            format!("{line}  {share:>7}  {}", bar(value, whole, look.unicode)).trim_end().to_owned()
        }
        None => line.trim_end().to_owned(),
    }
}

fn prices(text: &mut String, told: &Told<'_>, look: Look) {
    let (prices, language) = (&told.figures.prices, told.language);
    let bold = Style::new().bold();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n{bold}{}{bold:#}", language.pick("Prices", "Prix"));
    let largest = prices.highest.map_or(0, |price| price.0.unsigned_abs());
    for (label, price) in [
        (language.pick("lowest", "le plus bas"), prices.lowest),
        (language.pick("median", "médian"), prices.median),
        (language.pick("mean", "moyen"), prices.mean),
        (language.pick("highest", "le plus haut"), prices.highest),
    ] {
        let Some(price) = price else { continue };
        let shown = told.price(price);
        let bar = bar(price.0.unsigned_abs(), largest, look.unicode);
        let _ = writeln!(text, "{}", format!("  {label:<16} {shown:>19}  {bar}").trim_end());
    }
    let without = told.figures.products.saturating_sub(prices.priced);
    if without > 0 {
        let label = language.pick("without a price", "sans prix");
        let _ = writeln!(text, "  {label:<16} {:>19}", language.number(without));
    }
}

/// Names with their figures and bars, `whole` in all.
fn list(
    text: &mut String,
    told: &Told<'_>,
    look: Look,
    heading: &str,
    rows: &[(&str, u64, Option<u64>)],
    whole: usize,
) {
    let language = told.language;
    let (bold, stock) = (Style::new().bold(), language.pick("in stock", "en stock"));
    let stock = if told.figures.in_stock.is_some() { stock } else { "" };
    // Writing to a string cannot fail.
    let line = format!("{heading:<38} {:<24}  {stock:>8}", "");
    let _ = writeln!(text, "\n{bold}{}{bold:#}", line.trim_end());
    let largest = rows.iter().map(|(_, products, _)| *products).max().unwrap_or(0);
    let shown = if look.all { rows.len() } else { rows.len().min(SHOWN) };
    for (name, products, in_stock) in &rows[..shown] {
        let share = in_stock.map(|in_stock| language.share(in_stock, *products)).unwrap_or_default();
        let bar = bar(*products, largest, look.unicode);
        let line = format!("{}  {bar:<BAR$}  {share:>7}", row(&fitting(name), &language.number(*products)));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if whole > shown {
        let more = language.number((whole - shown) as u64);
        let hint = if look.all { "" } else { language.pick(" (-v shows them)", " (-v les montre)") };
        let _ = writeln!(text, "  {} {more}{hint}", language.pick("and more:", "et d'autres :"));
    }
}

/// Pictures, sessions and users, a line each.
fn rest(told: &Told<'_>) -> Vec<String> {
    let (figures, language) = (told.figures, told.language);
    let number = |value| language.number(value);
    let line = |label: &str, what: String| format!("  {label:<12}  {what}");
    let lacks = || not_in_schema(language).to_owned();
    let pictures = match figures.pictures.as_ref().map(|pictures| (pictures, pictures.on_disk)) {
        None => lacks(),
        Some((pictures, None)) => format!("UNKNOWN: {}", pictures.problem.as_deref().unwrap_or_default()),
        Some((pictures, Some(found))) => {
            let mut what = format!(
                "{} {} {}, {} {}; {} {}",
                number(found.files),
                language.pick("files of", "fichiers,"),
                language.bytes(found.bytes),
                language.pick("missing:", "manquants :"),
                number(found.missing),
                language.pick("products without one:", "produits sans image :"),
                number(pictures.products_without),
            );
            if pictures.elsewhere > 0 {
                let words = language.pick("on other sites", "sur d'autres sites");
                let _ = write!(what, "; {} {words}", number(pictures.elsewhere));
            }
            if found.unreadable > 0 {
                let words = language.pick("cannot be looked at", "illisibles");
                let _ = write!(what, "; UNKNOWN: {} {words}", number(found.unreadable));
            }
            what
        }
    };
    let sessions = figures.sessions.map_or_else(lacks, |sessions| {
        let expired = language.pick("expired:", "expirées :");
        format!("{} ({expired} {})", number(sessions.all), number(sessions.expired))
    });
    let users = figures.users.map_or_else(lacks, |users| {
        format!(
            "{} ({} {}, {} {}, {} {})",
            number(users.all),
            language.pick("staff:", "équipe :"),
            number(users.staff),
            language.pick("superusers:", "super-utilisateurs :"),
            number(users.superusers),
            language.pick("active in 30 days:", "actifs sur 30 j :"),
            number(users.active),
        )
    });
    vec![
        line(language.pick("Pictures", "Images"), pictures),
        line("Sessions", sessions),
        line(language.pick("Users", "Utilisateurs"), users),
    ]
}

fn not_in_schema(language: Language) -> &'static str {
    language.pick("not in this schema", "absent de ce schéma")
}

/// A bar of so many columns at most, full for the whole.
fn bar(part: u64, whole: u64, unicode: bool) -> String {
    if whole == 0 {
        return String::new();
    }
    let eighths = (u128::from(part.min(whole)) * 16 * BAR as u128 / u128::from(whole)).div_ceil(2);
    let eighths = usize::try_from(eighths).unwrap_or(BAR * 8);
    if !unicode {
        let signs = (eighths + 4) / 8;
        return "#".repeat(if part > 0 { signs.max(1) } else { 0 });
    }
    let mut text = "█".repeat(eighths / 8);
    text.extend(
        [None, Some('▏'), Some('▎'), Some('▍'), Some('▌'), Some('▋'), Some('▊'), Some('▉')][eighths % 8],
    );
    if text.is_empty() && part > 0 {
        text.push('▏');
    }
    text
}

/// A name as the terminal may show it: of one line, without control characters, cut to its column.
fn fitting(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if clean.chars().count() <= NAME {
        return clean;
    }
    let begin: String = clean.chars().take(NAME - 3).collect();
    format!("{begin}...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_hides_something() {
        assert_eq!(bar(1, 2, true), "█".repeat(12));
        assert_eq!(bar(1, 2, false), "#".repeat(12));
        assert_eq!(bar(1, 100_000, true), "▏");
        assert_eq!(bar(1, 100_000, false), "#");
        assert_eq!(bar(0, 5, true), "");
        assert_eq!(bar(0, 0, false), "");
        assert_eq!(bar(9, 5, true).chars().count(), 24);
    }

    #[test]
    fn a_name_does_not_command_the_terminal() {
        assert_eq!(fitting("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(fitting(&"é".repeat(40)).chars().count(), NAME);
    }
}
