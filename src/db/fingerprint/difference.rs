//! What is otherwise between two fingerprints, in words.

use super::ColumnPrint;
use super::Content;
use super::Fingerprint;
use super::TablePrint;
use super::is_volatile;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Difference {
    /// The last migration of an application; `None` where it has none.
    Migration {
        app: String,
        before: Option<String>,
        after: Option<String>,
    },
    TableMissing {
        table: String,
        rows: u64,
    },
    TableNew {
        table: String,
        rows: u64,
    },
    Rows {
        table: String,
        before: u64,
        after: u64,
    },
    ColumnMissing {
        table: String,
        column: String,
    },
    ColumnNew {
        table: String,
        column: String,
    },
    /// An aggregate: `trues`, `characters`, `sum`, `nulls`.
    Aggregate {
        table: String,
        column: String,
        what: &'static str,
        before: String,
        after: String,
    },
}

impl Difference {
    /// The table concerned; `None` for a migration.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::Migration { .. } => None,
            Self::TableMissing { table, .. }
            | Self::TableNew { table, .. }
            | Self::Rows { table, .. }
            | Self::ColumnMissing { table, .. }
            | Self::ColumnNew { table, .. }
            | Self::Aggregate { table, .. } => Some(table),
        }
    }

    /// In a table that changes by itself: sessions, the administration's log.
    pub fn is_volatile(&self) -> bool {
        self.table().is_some_and(is_volatile)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Migration { app, before, after } => {
                let name =
                    |migration: &Option<String>| migration.clone().unwrap_or_else(|| "none".to_owned());
                write!(formatter, "migrations of {app}: {} -> {}", name(before), name(after))
            }
            Self::TableMissing { table, rows } => {
                write!(formatter, "{table}: the table is missing ({rows} rows)")
            }
            Self::TableNew { table, rows } => write!(formatter, "{table}: the table is new ({rows} rows)"),
            Self::Rows { table, before, after } => write!(formatter, "{table}: rows {before} -> {after}"),
            Self::ColumnMissing { table, column } => {
                write!(formatter, "{table}.{column}: the column is missing")
            }
            Self::ColumnNew { table, column } => write!(formatter, "{table}.{column}: the column is new"),
            Self::Aggregate { table, column, what, before, after } => {
                write!(formatter, "{table}.{column}: {what} {before} -> {after}")
            }
        }
    }
}

pub(super) fn between(before: &Fingerprint, after: &Fingerprint) -> Vec<Difference> {
    let mut found = Vec::new();
    let apps: BTreeSet<&String> = before.migrations.keys().chain(after.migrations.keys()).collect();
    for app in apps {
        let (old, new) = (before.migrations.get(app), after.migrations.get(app));
        if old != new {
            found.push(Difference::Migration { app: app.clone(), before: old.cloned(), after: new.cloned() });
        }
    }
    let one_engine = before.engine == after.engine;
    let names: BTreeSet<&String> = before.tables.keys().chain(after.tables.keys()).collect();
    for name in names {
        match (before.tables.get(name), after.tables.get(name)) {
            (Some(old), Some(new)) => compare_tables(name, old, new, one_engine, &mut found),
            (Some(old), None) => {
                found.push(Difference::TableMissing { table: name.clone(), rows: old.rows });
            }
            (None, Some(new)) => found.push(Difference::TableNew { table: name.clone(), rows: new.rows }),
            (None, None) => {}
        }
    }
    found
}

fn compare_tables(
    table: &str,
    old: &TablePrint,
    new: &TablePrint,
    one_engine: bool,
    found: &mut Vec<Difference>,
) {
    let table = table.to_owned();
    if old.rows != new.rows {
        found.push(Difference::Rows { table: table.clone(), before: old.rows, after: new.rows });
    }
    let names: BTreeSet<&String> = old.columns.keys().chain(new.columns.keys()).collect();
    for column in names {
        match (old.columns.get(column), new.columns.get(column)) {
            (Some(before), Some(after)) => {
                found.extend(compare_columns(before, after, one_engine).into_iter().map(
                    |(what, before, after)| Difference::Aggregate {
                        table: table.clone(),
                        column: column.clone(),
                        what,
                        before,
                        after,
                    },
                ));
            }
            (Some(_), None) => {
                found.push(Difference::ColumnMissing { table: table.clone(), column: column.clone() });
            }
            (None, _) => found.push(Difference::ColumnNew { table: table.clone(), column: column.clone() }),
        }
    }
}

fn compare_columns(
    before: &ColumnPrint,
    after: &ColumnPrint,
    one_engine: bool,
) -> Vec<(&'static str, String, String)> {
    let (old, new) = (aggregates(&before.content), aggregates(&after.content));
    let mut pairs = vec![("nulls", before.nulls.to_string(), after.nulls.to_string())];
    if kind(&before.content) == kind(&after.content) {
        pairs.extend(old.into_iter().zip(new).map(|((what, old), (_, new))| (what, old, new)));
    } else if one_engine {
        pairs.push(("kind", kind(&before.content).to_owned(), kind(&after.content).to_owned()));
    }
    if one_engine {
        pairs.push(("odd values", before.odd.to_string(), after.odd.to_string()));
    }
    pairs.retain(|(_, old, new)| old != new);
    pairs
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Integer { .. } => "integer",
        Content::Decimal { .. } => "decimal",
        Content::Real { .. } => "real",
        Content::Boolean { .. } => "boolean",
        Content::Text { .. } => "text",
        Content::Time { .. } => "time",
        Content::Bytes { .. } => "bytes",
        Content::Other => "other",
    }
}

fn aggregates(content: &Content) -> Vec<(&'static str, String)> {
    let end = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    match content {
        Content::Integer { sum } | Content::Decimal { sum } => vec![("sum", sum.clone())],
        Content::Real { lowest, highest } => vec![("lowest", end(lowest)), ("highest", end(highest))],
        Content::Boolean { trues } => vec![("trues", trues.to_string())],
        Content::Text { characters } => vec![("characters", characters.to_string())],
        Content::Time { earliest, latest } => vec![("earliest", end(earliest)), ("latest", end(latest))],
        Content::Bytes { bytes } => vec![("bytes", bytes.to_string())],
        Content::Other => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Engine;
    use std::collections::BTreeMap;

    fn print(table: &str, rows: u64, columns: &[(&str, Content)]) -> Fingerprint {
        let columns = columns
            .iter()
            .map(|(name, content)| {
                ((*name).to_owned(), ColumnPrint { nulls: 0, odd: 0, content: content.clone() })
            })
            .collect();
        let print = TablePrint { rows, volatile: is_volatile(table), columns };
        Fingerprint {
            engine: Engine::Sqlite,
            version: "3".into(),
            migrations: BTreeMap::from([("showcase".to_owned(), format!("000{rows}"))]),
            tables: BTreeMap::from([(table.to_owned(), print)]),
        }
    }

    #[test]
    fn a_loss_is_told_in_words() {
        let before = print("shop", 2, &[("stock", Content::Boolean { trues: 12 }), ("gone", Content::Other)]);
        let after = print("shop", 1, &[("stock", Content::Boolean { trues: 0 }), ("new", Content::Other)]);
        let told: Vec<String> = before.differences(&after).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "migrations of showcase: 0002 -> 0001",
                "shop: rows 2 -> 1",
                "shop.gone: the column is missing",
                "shop.new: the column is new",
                "shop.stock: trues 12 -> 0",
            ]
        );
        assert!(before.differences(&before).is_empty());
        let sessions = print("django_session", 1, &[]);
        let told = after.differences(&sessions);
        assert_eq!(told[0].to_string(), "django_session: the table is new (1 rows)");
        assert!(told[0].is_volatile() && !told[1].is_volatile());
    }

    #[test]
    fn another_kind_counts_on_one_engine_only() {
        let before = print("t", 1, &[("c", Content::Integer { sum: "1".into() })]);
        let mut after = print("t", 1, &[("c", Content::Boolean { trues: 1 })]);
        assert_eq!(before.differences(&after)[0].to_string(), "t.c: kind integer -> boolean");
        after.engine = Engine::Postgres;
        assert_eq!(before.differences(&after), []);
    }

    #[test]
    fn a_fingerprint_survives_json() {
        let time = Content::Time { earliest: Some("2026-11-22 10:00:00".into()), latest: None };
        let before = print("t", 1, &[("c", Content::Decimal { sum: "19.99".into() }), ("d", time)]);
        let text = serde_json::to_string(&before).expect("json");
        assert!(text.contains(r#""c":{"nulls":0,"kind":"decimal","sum":"19.99"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).expect("read"), before);
    }
}
