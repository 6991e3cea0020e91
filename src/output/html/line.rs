//! A line over time; its letters keep their size at any width.

use super::Html;
use super::Table;
use crate::language::Language;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Height of the drawing and of the dates below it, in pixels.
const PLOT: f64 = 170.0;
const FOOT: f64 = 26.0;

/// Points with more of them than this are drawn without dots.
const DOTS: usize = 40;

/// Shares of the width in hundredths: the figures of the axis on the left, and what keeps the last dot whole.
const AXIS: f64 = 17.0;
const MARGIN: f64 = 1.5;

/// What is drawn.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub title: &'a str,
    /// Oldest first.
    pub points: &'a [(Timestamp, f64)],
    /// How a value is written at the axis.
    pub shown: &'a dyn Fn(f64) -> String,
    /// How a time is written below it.
    pub dated: &'a dyn Fn(Timestamp) -> String,
}

/// Draws the points where they stand in time; the axis begins at 0 where that leaves the change visible.
pub fn line(language: Language, chart: &Line<'_>, table: &Table) -> Html {
    let (Some((begin, _)), Some((end, _))) = (chart.points.first(), chart.points.last()) else {
        return Html::default();
    };
    let (lowest, highest) = scale(chart.points.iter().map(|(_, value)| *value));
    let span = end.duration_since(*begin).as_secs_f64();
    let x = |at: Timestamp| {
        let share = if span > 0.0 { at.duration_since(*begin).as_secs_f64() / span } else { 0.5 };
        AXIS + share * (100.0 - AXIS - MARGIN)
    };
    let y = |value: f64| PLOT - 8.0 - (value - lowest) / (highest - lowest) * (PLOT - 28.0);
    let mut svg = format!(
        "<svg role=\"img\" width=\"100%\" height=\"{}\"><title>{}</title>\n",
        PLOT + FOOT,
        Html::text(chart.title)
    );
    // Writing to a string cannot fail.
    for (value, shown) in [
        (lowest, (chart.shown)(lowest)),
        (f64::midpoint(lowest, highest), String::new()),
        (highest, (chart.shown)(highest)),
    ] {
        let (line, text) = (y(value), y(value) + 4.0);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{AXIS}%\" x2=\"100%\" y1=\"{line:.1}\" y2=\"{line:.1}\"/><text class=\"soft\" y=\"{text:.1}\">{}</text>",
            Html::text(&shown)
        );
    }
    let path: Vec<String> =
        chart.points.iter().map(|(at, value)| format!("{:.3},{:.1}", x(*at), y(*value))).collect();
    let path = path.join(" ");
    let floor = y(lowest);
    let _ = writeln!(
        svg,
        "<svg width=\"100%\" height=\"{PLOT}\" viewBox=\"0 0 100 {PLOT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <polygon class=\"under\" points=\"{:.3},{floor:.1} {path} {:.3},{floor:.1}\"/><polyline class=\"trend\" points=\"{path}\"/></svg>",
        x(*begin),
        x(*end)
    );
    let dotted =
        if chart.points.len() <= DOTS { chart.points } else { &chart.points[chart.points.len() - 1..] };
    for (at, value) in dotted {
        let told = format!("{} : {}", (chart.dated)(*at), (chart.shown)(*value));
        let _ = writeln!(
            svg,
            "<circle class=\"dot\" cx=\"{:.3}%\" cy=\"{:.1}\" r=\"3.5\"><title>{}</title></circle>",
            x(*at),
            y(*value),
            Html::text(&told)
        );
    }
    let foot = PLOT + 16.0;
    let _ = write!(
        svg,
        "<text class=\"soft\" x=\"{AXIS}%\" y=\"{foot}\">{}</text><text class=\"soft end\" x=\"100%\" y=\"{foot}\">{}</text></svg>",
        Html::text(&(chart.dated)(*begin)),
        Html::text(&(chart.dated)(*end))
    );
    Html::trusted(format!("<figure>{svg}{}</figure>", table.folded(language)))
}

/// Lowest and highest value of the axis: 0 is on it unless all values lie close together, far from it.
fn scale(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let spread = high - low;
    let from = if low >= 0.0 && (spread >= high / 4.0 || spread == 0.0) { 0.0 } else { low };
    if high > from { (from, high) } else { (from, from + 1.0) }
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[test]
    fn the_axis_begins_at_nothing_where_the_change_stays_visible() {
        assert_eq!(scale([10.0, 40.0].into_iter()), (0.0, 40.0));
        assert_eq!(scale([1000.0, 1010.0].into_iter()), (1000.0, 1010.0));
        assert_eq!(scale([35.0, 35.0].into_iter()), (0.0, 35.0));
        assert_eq!(scale([0.0].into_iter()), (0.0, 1.0));
    }

    #[test]
    fn points_stand_where_their_time_is() {
        let at = |day: i64| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * day);
        let points = [(at(0), 0.0), (at(1), 5.0), (at(4), 10.0)];
        let chart = Line {
            title: "<growth>",
            points: &points,
            shown: &|value| format!("{value}"),
            dated: &|at| at.strftime("%m-%d").to_string(),
        };
        let html = line(Language::English, &chart, &Table::new(vec![Column::text("x")])).to_string();
        assert!(html.contains("points=\"17.000,162.0 37.375,91.0 98.500,20.0\""), "{html}");
        assert!(html.contains("&lt;growth&gt;") && html.contains("01-05"), "{html}");
        let none = Line { points: &[], ..chart };
        assert_eq!(line(Language::English, &none, &Table::new(vec![])), Html::default());
    }
}
