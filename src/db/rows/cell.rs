//! One value of a row as the database itself has it, so that it can be written down, compared and put back exactly.

use crate::db::Engine;
use crate::db::Value;
use crate::db::sqlite;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A row by the names of its columns.
pub type Fields = BTreeMap<String, Cell>;

/// A value as it is stored: of its storage class on SQLite, as its text on PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Null,
    Integer(i64),
    Text(String),
    /// The shortest number that reads back as the same one.
    Real {
        real: String,
    },
    /// In hexadecimal.
    Bytes {
        bytes: String,
    },
}

impl Cell {
    /// The value as Django's backend for this engine would store it.
    pub fn of(engine: Engine, value: &Value) -> Self {
        match (engine, value) {
            (_, Value::Null) => Self::Null,
            (_, Value::Text(text)) => Self::Text(text.clone()),
            (_, Value::Bytes(bytes)) => Self::Bytes { bytes: hexadecimal(bytes) },
            (Engine::Sqlite, Value::Integer(number)) => Self::Integer(*number),
            (Engine::Sqlite, Value::Boolean(truth)) => Self::Integer(i64::from(*truth)),
            (Engine::Sqlite, Value::Time(time)) => Self::Text(sqlite::django_time(*time)),
            (Engine::Sqlite, Value::Real(number)) => Self::Real { real: number.to_string() },
            (Engine::Postgres, Value::Integer(number)) => Self::Text(number.to_string()),
            (Engine::Postgres, Value::Real(number)) => Self::Text(number.to_string()),
            (Engine::Postgres, Value::Boolean(truth)) => Self::Text(truth.to_string()),
            (Engine::Postgres, Value::Time(time)) => Self::Text(time.to_string()),
        }
    }

    /// What the database answered for it.
    pub(super) fn read(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(truth) => Self::Integer(i64::from(truth)),
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real { real: number.to_string() },
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes { bytes: hexadecimal(&bytes) },
            Value::Time(time) => Self::Text(time.to_string()),
        }
    }

    /// The same as a parameter of a query.
    pub(super) fn parameter(&self) -> Result<Value> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Real { real } => {
                Value::Real(real.parse().with_context(|| format!("read the number `{real}`"))?)
            }
            Self::Bytes { bytes } => Value::Bytes(from_hexadecimal(bytes)?),
        })
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// In words; empty for NULL.
    pub fn text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Real { real } => real.clone(),
            Self::Bytes { bytes } => bytes.clone(),
        }
    }

    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A truth: 0 or 1 on SQLite, `true`, `t` or the opposite on PostgreSQL.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Integer(number) => Some(*number != 0),
            Self::Text(text) => match text.as_str() {
                "true" | "t" | "1" => Some(true),
                "false" | "f" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hexadecimal(text: &str) -> Result<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).context("read bytes")?;
            u8::from_str_radix(pair, 16).with_context(|| format!("read the byte `{pair}`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_written_down_reads_back_the_same() {
        let values = [
            Value::Null,
            Value::Integer(-7),
            Value::Text("Été \"x\"\n".to_owned()),
            Value::Text("7".to_owned()),
            Value::Real(0.1 + 0.2),
            Value::Bytes(vec![0, 255, 16]),
        ];
        for value in values {
            let cell = Cell::read(value.clone());
            let json = serde_json::to_string(&cell).expect("write");
            let again: Cell = serde_json::from_str(&json).expect("read");
            assert_eq!(again, cell, "{json}");
            assert_eq!(again.parameter().expect("a value"), value);
        }
    }
}
