//! PostgreSQL through the asynchronous client on a runtime of its own, so that every wait has an end.

use super::Access;
use super::Database;
use super::Engine;
use super::Row;
use super::Schema;
use super::Value;
use super::refusal::detail;
use super::refusal::fail;
use super::refusal::refuse;
use super::wire::own;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use tokio_postgres::NoTls;
use tokio_postgres::Socket;
use tokio_postgres::Statement;
use tokio_postgres::config::Host;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::tls::TlsConnect;
use tokio_postgres::types::ToSql;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How many times the settings' time-out a statement may take: the catalogue's largest are slower than a connection.
pub(super) const STATEMENT_TIMEOUTS: u32 = 12;

/// Statements kept prepared; each takes memory of the server. The words of a search make new texts without end.
const STATEMENTS: usize = 64;

/// How long a server may take to end a statement that has timed out, and to answer the end of a connection.
const GRACE: Duration = Duration::from_secs(1);

pub(super) struct Postgres {
    /// Dropped before the link, which then says goodbye to the server.
    client: Client,
    link: Link,
    /// Statements already prepared on this connection, by their text.
    statements: HashMap<String, Statement>,
    /// Longest wait for one answer.
    patience: Duration,
    /// An answer did not come in time; it may still be on its way, so nothing more can be asked.
    hung: bool,
}

/// What carries questions and answers between the client and the server.
struct Link {
    runtime: Runtime,
    connection: JoinHandle<()>,
}

impl Drop for Link {
    fn drop(&mut self) {
        // A server that is gone, or still busy with what timed out, needs no goodbye.
        let Self { runtime, connection } = self;
        let _ = in_time(runtime, GRACE, connection);
    }
}

/// Connects with the settings' time-out for the connection, each statement and each lock.
pub(super) fn open(url: &str, settings: &DatabaseConfig, access: Access) -> Result<Postgres> {
    let mut config = parse(url)?;
    if let Some(password) = &settings.password {
        config.password(password.reveal());
    }
    let milliseconds = settings.timeout.as_millis().max(1);
    let read_only = if access == Access::Read { " -c default_transaction_read_only=on" } else { "" };
    // After those of the address, so that what is promised here wins.
    let options = format!(
        "{} -c statement_timeout={} -c lock_timeout={milliseconds}{read_only}",
        config.get_options().unwrap_or_default(),
        milliseconds * u128::from(STATEMENT_TIMEOUTS)
    );
    let keepalive = settings.timeout.max(Duration::from_secs(1));
    config
        .connect_timeout(settings.timeout)
        .tcp_user_timeout(keepalive)
        .keepalives_idle(keepalive)
        .keepalives_interval(keepalive)
        .application_name("sitekeep")
        .options(options.trim_start());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("start the database client")?;
    // Each host has its turn; one that accepts and then says nothing must not take the others' for ever.
    let hosts = u32::try_from(config.get_hosts().len().max(1)).unwrap_or(u32::MAX);
    let patience = settings.timeout.saturating_mul(hosts).saturating_add(GRACE);
    let connected = if uses_tls(&config) {
        let tls = MakeRustlsConnect::new(tls_config(settings.ca_file.as_deref())?);
        runtime.block_on(connect(&config, tls, patience, settings.password_problem.as_deref()))
    } else {
        runtime.block_on(connect(&config, NoTls, patience, settings.password_problem.as_deref()))
    };
    let (client, connection) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            // The search for the host's address may go on; dropping the runtime would wait for it.
            runtime.shutdown_background();
            return Err(error);
        }
    };
    let patience = settings.timeout.saturating_mul(STATEMENT_TIMEOUTS).saturating_add(GRACE);
    let link = Link { runtime, connection };
    Ok(Postgres { client, link, statements: HashMap::new(), patience, hung: false })
}

/// Connects and leaves the connection to the runtime.
async fn connect<T>(
    config: &tokio_postgres::Config,
    tls: T,
    patience: Duration,
    password_problem: Option<&str>,
) -> Result<(Client, JoinHandle<()>)>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    match tokio::time::timeout(patience, config.connect(tls)).await {
        Ok(Ok((client, connection))) => {
            // Why it ended is told by the next query.
            let connection = async { drop(connection.await) };
            Ok((client, tokio::spawn(connection)))
        }
        Ok(Err(error)) => Err(refuse(&error, password_problem)),
        Err(_) => Err(Error::new(
            Kind::Undetermined,
            format!("connect to PostgreSQL: accepted, but no answer within {} s", patience.as_secs()),
        )
        .hint("check that [database] url leads to PostgreSQL, and that the server is not overloaded")
        .into()),
    }
}

pub(super) fn parse(url: &str) -> Result<tokio_postgres::Config> {
    let mut config: tokio_postgres::Config = url.parse().map_err(|error: tokio_postgres::Error| {
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

fn uses_tls(config: &tokio_postgres::Config) -> bool {
    wants_tls(config.get_hosts(), config.get_ssl_mode())
}

/// On this machine the connection stays in the clear unless TLS is asked for, since a packaged server's certificate
/// is its own; over a network it is encrypted and the certificate checked.
pub(super) fn wants_tls(hosts: &[Host], mode: SslMode) -> bool {
    let local = hosts.iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
    });
    match mode {
        SslMode::Disable => false,
        SslMode::Require => true,
        _ => !local,
    }
}

pub(super) fn tls_config(ca_file: Option<&Path>) -> Result<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(crate::system::certificates::roots(ca_file)?)
        .with_no_client_auth())
}

impl Database for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let Self { client, link, statements, patience, hung } = self;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let known = statements.get(sql).cloned();
        let asked = async {
            let statement = match known {
                Some(statement) => statement,
                None => client.prepare(sql).await?,
            };
            Ok((client.query(&statement, &parameters).await?, statement))
        };
        match in_time(&link.runtime, *patience, asked) {
            Some(Ok((rows, statement))) => {
                if !statements.contains_key(sql) {
                    if statements.len() >= STATEMENTS {
                        statements.clear();
                    }
                    statements.insert(sql.to_owned(), statement);
                }
                rows.iter().map(own).collect()
            }
            Some(Err(error)) => {
                // After a migration of the site the plan may be void: prepare it anew next time.
                statements.remove(sql);
                Err(fail(&error))
            }
            None => {
                *hung = true;
                Err(Error::new(
                    Kind::Undetermined,
                    format!("PostgreSQL: no answer within {} s", patience.as_secs()),
                )
                .hint("the server or the way to it hangs: look at the server, or raise [database] timeout")
                .into())
            }
        }
    }

    fn schema(&mut self) -> Result<Schema> {
        let rows = self.query(
            // Not information_schema: it hides the tables that this role may not read, and they would seem to be gone.
            "SELECT c.relname::text, a.attname::text
             FROM pg_catalog.pg_class AS c
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
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

    fn quick_check(&mut self, _limit: Duration) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn is_closed(&self) -> bool {
        self.hung || self.client.is_closed()
    }
}

/// Runs the connection until the answer is there; nothing where it does not come in time.
fn in_time<T>(runtime: &Runtime, patience: Duration, asked: impl Future<Output = T>) -> Option<T> {
    runtime.block_on(async { tokio::time::timeout(patience, asked).await.ok() })
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

    #[test]
    fn a_server_that_accepts_and_says_nothing_is_given_up() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("postgresql://shop@{}/shop", silent.local_addr().expect("an address"));
        let settings = DatabaseConfig { timeout: Duration::from_millis(50), ..DatabaseConfig::default() };
        let begin = std::time::Instant::now();
        let Err(error) = open(&url, &settings, Access::Read) else { panic!("connected") };
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        assert_eq!(crate::error::exit_code(&error), 3);
        assert!(error.to_string().contains("no answer within"), "{error}");
    }

    #[test]
    fn a_server_that_falls_silent_is_given_up_and_not_asked_again() {
        use std::io::Read as _;
        use std::io::Write as _;
        let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("postgresql://shop@{}/shop", server.local_addr().expect("an address"));
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("a client");
            let _ = stream.read(&mut [0; 1024]).expect("the start");
            // "Come in" and "ready for a question".
            stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").expect("the welcome");
            stream
        });
        let settings = DatabaseConfig { timeout: Duration::from_millis(50), ..DatabaseConfig::default() };
        let mut database = open(&url, &settings, Access::Read).expect("welcome");
        let begin = std::time::Instant::now();
        assert!(!database.is_closed());
        let error = database.query("SELECT 1", &[]).expect_err("no answer");
        assert_eq!(crate::error::exit_code(&error), 3);
        assert!(database.is_closed());
        drop(database);
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        drop(serving.join());
    }

    #[test]
    fn a_port_or_socket_where_nothing_listens_is_a_failure() {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().display().to_string().replace('/', "%2F");
        for url in
            ["postgresql://shop@127.0.0.1:1/shop".to_owned(), format!("postgresql://shop@{socket}/shop")]
        {
            let Err(error) = open(&url, &DatabaseConfig::default(), Access::Read) else {
                panic!("connected")
            };
            assert_eq!(crate::error::exit_code(&error), 2, "{url}: {error}");
        }
    }
}
