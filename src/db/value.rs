//! Values as they travel between the queries and either database.

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// One value of a row, or one parameter of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Time(Timestamp),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// One row of an answer, by position.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn get(&self, position: usize) -> Result<&Value> {
        self.0.get(position).with_context(|| format!("the answer has no column {}", position + 1))
    }

    /// Text; NULL is an error.
    pub fn text(&self, position: usize) -> Result<String> {
        self.optional_text(position)?.with_context(|| format!("column {} is NULL", position + 1))
    }

    /// Text, or nothing where it is NULL; numbers are written out.
    pub fn optional_text(&self, position: usize) -> Result<Option<String>> {
        Ok(match self.get(position)? {
            Value::Null => None,
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Real(number) => Some(number.to_string()),
            other => bail!("column {} is no text: {other:?}", position + 1),
        })
    }

    pub fn integer(&self, position: usize) -> Result<i64> {
        self.optional_integer(position)?.with_context(|| format!("column {} is NULL", position + 1))
    }

    pub fn optional_integer(&self, position: usize) -> Result<Option<i64>> {
        Ok(match self.get(position)? {
            Value::Null => None,
            Value::Integer(number) => Some(*number),
            Value::Boolean(truth) => Some(i64::from(*truth)),
            other => bail!("column {} is no integer: {other:?}", position + 1),
        })
    }

    /// A truth: a boolean on PostgreSQL, 0 or 1 on SQLite; nothing where it is NULL.
    pub fn optional_boolean(&self, position: usize) -> Result<Option<bool>> {
        Ok(self.optional_integer(position)?.map(|number| number != 0))
    }

    /// A time: `timestamptz` on PostgreSQL, UTC text on SQLite as Django writes it.
    pub fn time(&self, position: usize) -> Result<Timestamp> {
        match self.get(position)? {
            Value::Time(time) => Ok(*time),
            Value::Text(text) => parse_time(text),
            other => bail!("column {} is no time: {other:?}", position + 1),
        }
    }

    /// A time, or nothing where it is NULL.
    pub fn optional_time(&self, position: usize) -> Result<Option<Timestamp>> {
        if *self.get(position)? == Value::Null { Ok(None) } else { self.time(position).map(Some) }
    }
}

/// Reads `2026-11-22 23:23:18.739559`, UTC, as Django stores it on SQLite; an offset is honoured if there is one.
fn parse_time(text: &str) -> Result<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let civil: DateTime = text.parse().with_context(|| format!("read the time `{text}`"))?;
    Ok(civil.to_zoned(TimeZone::UTC)?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_django_on_sqlite_are_utc() {
        let time = parse_time("2026-11-22 23:23:18.739559").expect("a time");
        assert_eq!(time.to_string(), "2026-11-22T23:23:18.739559Z");
        assert_eq!(parse_time("2026-11-22 23:23:18").expect("a time").to_string(), "2026-11-22T23:23:18Z");
        assert!(parse_time("yesterday").is_err());
    }
}
