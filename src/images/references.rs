//! Which rows of the database name which files.

use super::index::Index;
use super::names::layers;
use crate::config::DatabaseConfig;
use crate::db;
use crate::db::FORGOTTEN;
use crate::db::Text;
use crate::db::TextsRead;
use crate::progress::Progress;
use anyhow::Result;
use serde::Serialize;

/// How many texts are read between two signs of life.
const STEP: u64 = 10_000;

/// A place in the database that names a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    pub table: String,
    pub column: String,
    /// Primary key of the row.
    pub row: String,
}

impl Use {
    pub(super) fn of(text: &Text<'_>) -> Self {
        Self { table: text.table.to_owned(), column: text.column.to_owned(), row: text.key() }
    }
}

impl std::fmt::Display for Use {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{} of row {}", self.table, self.column, self.row)
    }
}

/// Reads every text once; `named` is told each file that one names, `seen` each text.
///
/// # Errors
/// When the database cannot be read to its end, or as `progress` when it is to be given up.
pub(super) fn read(
    settings: &DatabaseConfig,
    index: &Index,
    progress: &dyn Progress,
    named: &mut dyn FnMut(u32, &Text<'_>),
    seen: &mut dyn FnMut(&Text<'_>),
) -> Result<TextsRead> {
    let mut found: Vec<u32> = Vec::new();
    let mut texts = 0;
    db::read_texts(settings, &|table| FORGOTTEN.contains(&table), &mut |text| {
        texts += 1;
        if texts % STEP == 0 {
            progress.go_on()?;
        }
        found.clear();
        layers(text.text, &mut |layer| index.find(layer, &mut |number| found.push(number)));
        found.sort_unstable();
        found.dedup();
        for number in &found {
            named(*number, &text);
        }
        seen(&text);
        Ok(())
    })
}
