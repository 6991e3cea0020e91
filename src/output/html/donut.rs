//! A ring of shares with its legend.

use super::Html;
use super::Table;
use super::bars::percent;
use crate::language::Language;
use std::fmt::Write as _;

/// One share of the whole.
#[derive(Debug, Clone)]
pub struct Part {
    pub label: String,
    pub value: u64,
    pub shown: String,
}

/// Draws the shares in their order, `hub` in the middle.
pub fn donut(language: Language, title: &str, hub: &str, parts: &[Part], table: &Table) -> Html {
    let whole: u64 = parts.iter().map(|part| part.value).sum();
    let mut arcs = String::new();
    let mut legend = String::new();
    let mut before = 0;
    for (position, part) in parts.iter().enumerate() {
        let color = format!("c{}", position % 6 + 1);
        // Writing to a string cannot fail.
        if part.value > 0 {
            let _ = writeln!(
                arcs,
                "<circle class=\"arc {color}\" cx=\"80\" cy=\"80\" r=\"64\" stroke-width=\"22\" pathLength=\"100\" \
                 stroke-dasharray=\"{} 100\" stroke-dashoffset=\"-{}\" transform=\"rotate(-90 80 80)\"/>",
                percent(part.value, whole),
                percent(before, whole),
            );
        }
        before += part.value;
        let _ = writeln!(
            legend,
            "<li class=\"{color}\"><i></i><span>{}</span> <b>{}</b></li>",
            Html::text(&part.label),
            Html::text(&part.shown)
        );
    }
    Html::trusted(format!(
        "<figure><div class=\"donut\"><svg role=\"img\" width=\"160\" height=\"160\" viewBox=\"0 0 160 160\"><title>{}</title>\n\
         <circle class=\"ring\" cx=\"80\" cy=\"80\" r=\"64\" stroke-width=\"22\"/>\n{arcs}\
         <text class=\"hub middle\" x=\"80\" y=\"88\">{}</text></svg>\n<ul class=\"legend\">\n{legend}</ul></div>{}</figure>",
        Html::text(title),
        Html::text(hub),
        table.folded(language)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[test]
    fn shares_follow_one_another_round_the_ring() {
        let part = |value| Part { label: "a & b".into(), value, shown: value.to_string() };
        let table = Table::new(vec![Column::text("x")]);
        let html = donut(Language::French, "Stock", "75%", &[part(3), part(0), part(1)], &table).to_string();
        assert!(html.contains("stroke-dasharray=\"75.00 100\" stroke-dashoffset=\"-0.00\""), "{html}");
        assert!(html.contains("stroke-dasharray=\"25.00 100\" stroke-dashoffset=\"-75.00\""), "{html}");
        assert_eq!(html.matches("<circle class=\"arc").count(), 2, "{html}");
        assert_eq!(html.matches("a &amp; b").count(), 3, "{html}");
    }
}
