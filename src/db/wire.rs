//! Values on their way to PostgreSQL and back.

use super::Row;
use super::Value;
use anyhow::Result;
use anyhow::bail;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tokio_postgres::types::IsNull;
use tokio_postgres::types::ToSql;
use tokio_postgres::types::Type;
use tokio_postgres::types::private::BytesMut;

/// A parameter, written in the binary form of the type that the server expects.
impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Boolean(truth) => truth.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::INT2 => i16::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Integer(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Real(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
            Self::Time(time) => time.to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A row of the answer as both databases give it.
pub(super) fn own(row: &tokio_postgres::Row) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for (position, column) in row.columns().iter().enumerate() {
        let kind = column.type_();
        let value = if *kind == Type::BOOL {
            row.try_get::<_, Option<bool>>(position)?.map(Value::Boolean)
        } else if *kind == Type::INT2 {
            row.try_get::<_, Option<i16>>(position)?.map(|number| Value::Integer(number.into()))
        } else if *kind == Type::INT4 {
            row.try_get::<_, Option<i32>>(position)?.map(|number| Value::Integer(number.into()))
        } else if *kind == Type::INT8 {
            row.try_get::<_, Option<i64>>(position)?.map(Value::Integer)
        } else if *kind == Type::FLOAT8 {
            row.try_get::<_, Option<f64>>(position)?.map(Value::Real)
        } else if [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME].contains(kind) {
            row.try_get::<_, Option<String>>(position)?.map(Value::Text)
        } else if *kind == Type::TIMESTAMPTZ {
            row.try_get::<_, Option<Timestamp>>(position)?.map(Value::Time)
        } else if *kind == Type::TIMESTAMP {
            // Without a zone (USE_TZ off) it cannot be known which was meant: UTC, as on SQLite.
            let civil = row.try_get::<_, Option<DateTime>>(position)?;
            let zoned = civil.map(|civil| civil.to_zoned(TimeZone::UTC)).transpose()?;
            zoned.map(|zoned| Value::Time(zoned.timestamp()))
        } else if *kind == Type::BYTEA {
            row.try_get::<_, Option<Vec<u8>>>(position)?.map(Value::Bytes)
        } else {
            bail!("column `{}` is of type {kind}, which no query of ours asks for", column.name());
        };
        values.push(value.unwrap_or(Value::Null));
    }
    Ok(Row(values))
}
