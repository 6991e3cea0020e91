//! The fingerprint of a SQLite file: each table read once, its values added up as they pass.
//!
//! SQLite's own `sum()` overflows at 2⁶³ and adds binary fractions inexactly, and a column may hold values of any type:
//! the values are looked at here instead.

use super::ColumnPrint;
use super::Content;
use super::Fingerprint;
use super::TablePrint;
use super::is_volatile;
use super::kind::Kind;
use super::sum::DecimalSum;
use crate::db::Database;
use crate::db::Engine;
use crate::db::identifier::quoted;
use crate::db::sqlite::Sqlite;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

/// Reads the whole database; the caller sees to it that nobody changes it meanwhile.
pub(in crate::db) fn fingerprint(database: &mut Sqlite) -> Result<Fingerprint> {
    let mut columns: BTreeMap<String, Vec<(String, Kind)>> = BTreeMap::new();
    let rows = database.query(
        "SELECT t.name, c.name, c.type FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        &[],
    )?;
    for row in rows {
        let kind = Kind::of_declaration(&row.text(2)?);
        columns.entry(row.text(0)?).or_default().push((row.text(1)?, kind));
    }
    let mut migrations = BTreeMap::new();
    if columns.contains_key("django_migrations") {
        for row in database.query("SELECT app, name FROM django_migrations ORDER BY id", &[])? {
            migrations.insert(row.text(0)?, row.text(1)?);
        }
    }
    let mut tables = BTreeMap::new();
    for (name, columns) in columns {
        let print = table(database.connection(), &name, columns)
            .map_err(|error| database.explain(&error))
            .with_context(|| format!("read table {name}"))?;
        tables.insert(name, print);
    }
    let version = rusqlite::version().to_owned();
    Ok(Fingerprint { engine: Engine::Sqlite, version, migrations, tables })
}

fn table(connection: &Connection, name: &str, columns: Vec<(String, Kind)>) -> rusqlite::Result<TablePrint> {
    let list = columns.iter().map(|(column, _)| quoted(column)).collect::<Vec<_>>().join(", ");
    let mut statement = connection.prepare(&format!("SELECT {list} FROM {}", quoted(name)))?;
    let mut totals: Vec<Total> = columns.iter().map(|(_, kind)| Total::new(*kind)).collect();
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        for (position, total) in totals.iter_mut().enumerate() {
            total.add(row.get_ref(position)?);
        }
    }
    let columns =
        columns.into_iter().zip(totals).map(|((column, _), total)| (column, total.finish())).collect();
    Ok(TablePrint { rows: count, volatile: is_volatile(name), columns })
}

/// What has been added up of one column.
struct Total {
    kind: Kind,
    nulls: u64,
    odd: u64,
    /// Trues, characters or bytes.
    count: u64,
    integers: i128,
    decimals: DecimalSum,
    reals: Option<(f64, f64)>,
    times: Option<(String, String)>,
}

impl Total {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            nulls: 0,
            odd: 0,
            count: 0,
            integers: 0,
            decimals: DecimalSum::default(),
            reals: None,
            times: None,
        }
    }

    fn add(&mut self, value: ValueRef<'_>) {
        match (self.kind, value) {
            (_, ValueRef::Null) => self.nulls += 1,
            (Kind::Integer, ValueRef::Integer(number)) => self.integers += i128::from(number),
            (Kind::Decimal, ValueRef::Integer(number)) => self.decimals.add_integer(number),
            (Kind::Decimal, ValueRef::Real(number)) if self.decimals.add_real(number) => {}
            #[expect(clippy::cast_precision_loss, reason = "SQLite stores whole reals as integers")]
            (Kind::Real, ValueRef::Integer(number)) => self.add_real(number as f64),
            (Kind::Real, ValueRef::Real(number)) => self.add_real(number),
            (Kind::Boolean, ValueRef::Integer(truth @ (0 | 1))) => self.count += u64::from(truth == 1),
            (Kind::Text, ValueRef::Text(text)) => self.count += characters(text),
            (Kind::Time, ValueRef::Text(text)) => self.add_time(text),
            (Kind::Bytes, ValueRef::Blob(bytes)) => self.count += bytes.len() as u64,
            (Kind::Other, _) => {}
            _ => self.odd += 1,
        }
    }

    fn add_real(&mut self, number: f64) {
        let (lowest, highest) = self.reals.unwrap_or((number, number));
        self.reals = Some((lowest.min(number), highest.max(number)));
    }

    fn add_time(&mut self, text: &[u8]) {
        let Ok(time) = std::str::from_utf8(text) else {
            self.odd += 1;
            return;
        };
        match &mut self.times {
            None => self.times = Some((time.to_owned(), time.to_owned())),
            Some((earliest, _)) if time < earliest.as_str() => time.clone_into(earliest),
            Some((_, latest)) if time > latest.as_str() => time.clone_into(latest),
            Some(_) => {}
        }
    }

    fn finish(self) -> ColumnPrint {
        let content = match self.kind {
            Kind::Integer => Content::Integer { sum: self.integers.to_string() },
            Kind::Decimal => Content::Decimal { sum: self.decimals.to_string() },
            Kind::Real => {
                let (lowest, highest) =
                    self.reals.map(|(low, high)| (low.to_string(), high.to_string())).unzip();
                Content::Real { lowest, highest }
            }
            Kind::Boolean => Content::Boolean { trues: self.count },
            Kind::Text => Content::Text { characters: self.count },
            Kind::Time => {
                let (earliest, latest) = self.times.unzip();
                Content::Time { earliest, latest }
            }
            Kind::Bytes => Content::Bytes { bytes: self.count },
            Kind::Other => Content::Other,
        };
        ColumnPrint { nulls: self.nulls, odd: self.odd, content }
    }
}

/// Characters of UTF-8: the bytes that do not continue one.
fn characters(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from((byte & 0xC0) != 0x80)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_not_bytes() {
        for text in ["", "abc", "livré à Cotonou", "日本 😀"] {
            assert_eq!(characters(text.as_bytes()), text.chars().count() as u64, "{text}");
        }
    }

    #[test]
    fn values_of_another_type_are_counted_apart() {
        let connection = Connection::open_in_memory().expect("memory");
        connection
            .execute_batch(
                "CREATE TABLE t (n integer, truth bool, price decimal);
                 INSERT INTO t VALUES (9223372036854775807, 1, 19.99), (9223372036854775807, 0, 0.01), ('many', 7, 'free'), (NULL, NULL, NULL);",
            )
            .expect("table");
        let columns = [("n", Kind::Integer), ("truth", Kind::Boolean), ("price", Kind::Decimal)]
            .map(|(name, kind)| (name.to_owned(), kind));
        let print = table(&connection, "t", columns.to_vec()).expect("read");
        assert_eq!(print.rows, 4);
        assert!(print.columns.values().all(|column| column.nulls == 1 && column.odd == 1));
        assert_eq!(print.columns["n"].content, Content::Integer { sum: "18446744073709551614".into() });
        assert_eq!(print.columns["truth"].content, Content::Boolean { trues: 1 });
        assert_eq!(print.columns["price"].content, Content::Decimal { sum: "20".into() });
    }
}
