//! Horizontal bars: label and figure above, the bar below, at any width without shrinking the letters.

use super::Html;
use super::Table;
use crate::language::Language;
use std::fmt::Write as _;

/// Height of one row, in pixels.
const ROW: usize = 40;

/// Letters of a label that have room beside its figure on a telephone.
const LABEL: usize = 30;

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    pub value: u64,
    /// How much of it is of a second kind and drawn in another colour, such as what is out of stock.
    pub second: u64,
    /// The figure as it is shown.
    pub shown: String,
}

/// Draws the bars beside one another's largest; `title` is read aloud in place of the picture.
pub fn bars(language: Language, title: &str, bars: &[Bar], table: &Table) -> Html {
    let largest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let mut svg = format!(
        "<svg role=\"img\" width=\"100%\" height=\"{}\"><title>{}</title>\n",
        bars.len() * ROW,
        Html::text(title)
    );
    for (position, bar) in bars.iter().enumerate() {
        let top = position * ROW;
        let (text, bar_top) = (top + 14, top + 20);
        let whole = percent(bar.value, largest);
        let first = percent(bar.value.saturating_sub(bar.second), largest);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<g><title>{}</title><text y=\"{text}\">{}</text><text class=\"end strong\" x=\"100%\" y=\"{text}\">{}</text>\
             <rect class=\"track\" y=\"{bar_top}\" width=\"100%\" height=\"9\" rx=\"4.5\"/>\
             <rect class=\"fill c2\" y=\"{bar_top}\" width=\"{whole}%\" height=\"9\" rx=\"4.5\"/>\
             <rect class=\"fill c1\" y=\"{bar_top}\" width=\"{first}%\" height=\"9\" rx=\"4.5\"/></g>",
            Html::text(&bar.label),
            Html::text(&shortened(&bar.label, LABEL)),
            Html::text(&bar.shown),
        );
    }
    svg.push_str("</svg>");
    Html::trusted(format!("<figure>{svg}{}</figure>", table.folded(language)))
}

/// Hundredths of a percent are enough for any screen.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The text, or its beginning and an ellipsis.
fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let begin: String = text.chars().take(letters - 1).collect();
    format!("{}…", begin.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_width_and_labels_are_escaped() {
        let one =
            |label: &str, value, second| Bar { label: label.into(), value, second, shown: value.to_string() };
        let table = Table::new(vec![Column::text("x")]);
        let html =
            bars(Language::English, "All", &[one("A <b>", 8, 2), one("none", 0, 0)], &table).to_string();
        assert!(html.contains("class=\"fill c2\" y=\"20\" width=\"100.00%\""), "{html}");
        assert!(html.contains("class=\"fill c1\" y=\"20\" width=\"75.00%\""), "{html}");
        assert!(html.contains("width=\"0.00%\"") && html.contains("A &lt;b&gt;"), "{html}");
        assert!(html.contains("<details><summary>As a table</summary>"), "{html}");
    }

    #[test]
    fn a_long_label_is_cut_between_letters() {
        assert_eq!(shortened("éééé", 4), "éééé");
        assert_eq!(shortened("ééé éé", 5), "ééé…");
    }
}
