//! PostgreSQL through the blocking client.

use super::Access;
use super::Database;
use super::Engine;
use super::Row;
use super::Schema;
use super::Value;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use jiff::Timestamp;
use postgres::Client;
use postgres::NoTls;
use postgres::Statement;
use postgres::config::Host;
use postgres::config::SslMode;
use postgres::types::IsNull;
use postgres::types::ToSql;
use postgres::types::Type;
use postgres::types::private::BytesMut;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

pub(super) struct Postgres {
    client: Client,
    /// Statements already prepared on this connection, by their text; the queries of this program are few.
    statements: HashMap<String, Statement>,
}

/// Connects with the settings' time-out for the connection, each statement and each lock.
pub(super) fn open(url: &str, settings: &DatabaseConfig, access: Access) -> Result<Postgres> {
    Ok(Postgres { client: client(&parse(url)?, settings, access)?, statements: HashMap::new() })
}

/// The connection itself, for what the trait has no word for.
pub(super) fn client(target: &postgres::Config, settings: &DatabaseConfig, access: Access) -> Result<Client> {
    let mut config = target.clone();
    if let Some(password) = &settings.password {
        config.password(password.reveal());
    }
    let milliseconds = settings.timeout.as_millis().max(1);
    let read_only = if access == Access::Read { " -c default_transaction_read_only=on" } else { "" };
    config.connect_timeout(settings.timeout).application_name("sitekeep").options(&format!(
        "-c statement_timeout={} -c lock_timeout={milliseconds}{read_only}",
        milliseconds * 12
    ));
    let result = if uses_tls(&config) {
        let tls = MakeRustlsConnect::new(tls_config(settings.ca_file.as_deref())?);
        config.connect(tls)
    } else {
        config.connect(NoTls)
    };
    result.map_err(|error| refuse(&error))
}

pub(super) fn parse(url: &str) -> Result<postgres::Config> {
    let mut config: postgres::Config = url.parse().map_err(|error: postgres::Error| {
        Error::new(Kind::Config, format!("database.url: {}", detail(&error))).hint(
            "write it as postgresql://user@host:5432/name; the options are those of the connection string",
        )
    })?;
    if config.get_hosts().is_empty() {
        // Where Debian's server listens, and libpq's own default there.
        config.host_path("/var/run/postgresql");
    }
    Ok(config)
}

/// On this machine the connection stays in the clear unless TLS is asked for, since a packaged server's certificate
/// is its own; over a network it is encrypted and the certificate checked.
pub(super) fn uses_tls(config: &postgres::Config) -> bool {
    let local = config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
    });
    match config.get_ssl_mode() {
        SslMode::Disable => false,
        SslMode::Require => true,
        _ => !local,
    }
}

fn tls_config(ca_file: Option<&Path>) -> Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(crate::system::certificates::roots(ca_file)?)
        .with_no_client_auth())
}

/// The words of the whole chain: the outermost alone is only "db error".
pub(super) fn detail(error: &postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return answer.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let part = cause.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        source = cause.source();
    }
    text
}

/// The server's answer as an error of ours.
pub(super) fn told(error: &postgres::Error) -> anyhow::Error {
    anyhow::anyhow!("PostgreSQL: {}", detail(error))
}

/// The server's major version: 15.
pub(super) fn server_major(client: &mut Client) -> Result<u32> {
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int4 / 10000", &[])
        .map_err(|error| told(&error))?;
    Ok(u32::try_from(row.try_get::<_, i32>(0)?)?)
}

fn refuse(error: &postgres::Error) -> anyhow::Error {
    let code = error.code().map_or("", postgres::error::SqlState::code);
    let hint = match code {
        "28P01" | "28000" => {
            "the user or password is wrong: give the password in SITEKEEP_DATABASE__PASSWORD, [database] password_file or the site's .env"
        }
        "3D000" => "the database is not there: check its name in [database] url",
        "53300" => "the server has no connection left: close some, or raise max_connections",
        _ => "check that the server runs and that [database] url names its host and port",
    };
    Error::new(Kind::Undetermined, format!("connect to PostgreSQL: {}", detail(error))).hint(hint).into()
}

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

    postgres::types::to_sql_checked!();
}

impl Database for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let fail = |error: &postgres::Error| {
            let code = error.code().map_or("", postgres::error::SqlState::code);
            match code {
                "57014" | "55P03" => Error::new(Kind::Undetermined, format!("PostgreSQL: {}", detail(error)))
                    .hint("the database is busy or locked: look at pg_stat_activity, or raise [database] timeout")
                    .into(),
                _ => anyhow::anyhow!("PostgreSQL: {}", detail(error)),
            }
        };
        let statement = if let Some(known) = self.statements.get(sql) {
            known.clone()
        } else {
            let statement = self.client.prepare(sql).map_err(|error| fail(&error))?;
            self.statements.insert(sql.to_owned(), statement.clone());
            statement
        };
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let rows = match self.client.query(&statement, &parameters) {
            Ok(rows) => rows,
            Err(error) => {
                // After a migration of the site the plan may be void: prepare it anew next time.
                self.statements.remove(sql);
                return Err(fail(&error));
            }
        };
        rows.iter().map(own).collect()
    }

    fn schema(&mut self) -> Result<Schema> {
        let rows = self.query(
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = ANY (current_schemas(false))",
            &[],
        )?;
        let pairs = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<Vec<_>>>()?;
        Ok(Schema::from_pairs(pairs))
    }

    fn size(&mut self) -> Result<u64> {
        let rows = self.query("SELECT pg_database_size(current_database())", &[])?;
        let size = rows.first().context("the server answered no size")?.integer(0)?;
        Ok(u64::try_from(size)?)
    }

    fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

fn own(row: &postgres::Row) -> Result<Row> {
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
        } else if *kind == Type::BYTEA {
            row.try_get::<_, Option<Vec<u8>>>(position)?.map(Value::Bytes)
        } else {
            bail!("column `{}` is of type {kind}, which no query of ours asks for", column.name());
        };
        values.push(value.unwrap_or(Value::Null));
    }
    Ok(Row(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_for_networks_and_for_those_who_ask() {
        for (url, tls) in [
            ("postgresql:///shop", false),
            ("postgresql://shop@localhost/shop", false),
            ("postgresql://shop@127.0.0.1:5433/shop?sslmode=require", true),
            ("postgresql://shop@db.example.org/shop", true),
            ("postgresql://shop@db.example.org/shop?sslmode=disable", false),
        ] {
            assert_eq!(uses_tls(&parse(url).expect(url)), tls, "{url}");
        }
    }

    #[test]
    fn a_wrong_url_is_a_configuration_error() {
        let error = parse("postgresql://host:port/x?colour=blue").expect_err("refused");
        assert_eq!(crate::error::exit_code(&error), 78);
    }
}
