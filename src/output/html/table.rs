//! Tables: for lists, and beside each chart for those who cannot see it or want the figures.

use super::Html;
use crate::language::Language;
use std::fmt::Write as _;

/// Rows from which a table may be parted over pages of paper.
const LONG: usize = 12;

/// A column's heading and how its cells stand.
#[derive(Debug, Clone)]
pub struct Column {
    pub heading: String,
    pub is_number: bool,
}

impl Column {
    pub fn text(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), is_number: false }
    }

    pub fn number(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), is_number: true }
    }
}

/// A table; the first cell of each row is its heading.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Html>>,
}

impl Table {
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| Html::text(cell)).collect());
    }

    /// A row of cells with markup in them.
    pub fn row_of(&mut self, cells: Vec<Html>) {
        self.rows.push(cells);
    }

    pub fn html(&self) -> Html {
        let class = |column: Option<&Column>| {
            if column.is_some_and(|column| column.is_number) { " class=\"number\"" } else { "" }
        };
        let (mut head, mut body) = (String::new(), String::new());
        // Writing to a string cannot fail.
        for column in &self.columns {
            let _ =
                write!(head, "<th scope=\"col\"{}>{}</th>", class(Some(column)), Html::text(&column.heading));
        }
        for row in &self.rows {
            body.push_str("<tr>");
            for (position, cell) in row.iter().enumerate() {
                let class = class(self.columns.get(position));
                let _ = match position {
                    0 => write!(body, "<th scope=\"row\"{class}>{cell}</th>"),
                    _ => write!(body, "<td{class}>{cell}</td>"),
                };
            }
            body.push_str("</tr>\n");
        }
        let long = if self.rows.len() > LONG { " class=\"long\"" } else { "" };
        let is_named = self.columns.iter().any(|column| !column.heading.is_empty());
        let head = if is_named { format!("<thead><tr>{head}</tr></thead>") } else { String::new() };
        Html::trusted(format!("<div class=\"wide\"><table{long}>{head}<tbody>\n{body}</tbody></table></div>"))
    }

    /// The table folded away below a chart.
    pub(super) fn folded(&self, language: Language) -> Html {
        let summary = language.pick("As a table", "En tableau");
        Html::trusted(format!("<details><summary>{summary}</summary>{}</details>", self.html()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_belong_to_their_columns_and_rows() {
        let mut table = Table::new(vec![Column::text("Marque"), Column::number("Produits")]);
        table.row(&["A & B", "3"]);
        let html = table.html().to_string();
        assert!(html.contains("<th scope=\"col\" class=\"number\">Produits</th>"), "{html}");
        assert!(html.contains("<th scope=\"row\">A &amp; B</th><td class=\"number\">3</td>"), "{html}");
    }
}
