//! A PostgreSQL connection for what the trait has no word for: transactions, exported snapshots, databases as such.
//!
//! It is the blocking client itself; the work behind it (a dump, a restore) has no time-out of its own.

use super::Access;
use super::postgres as server;
use super::refusal;
use crate::config::DatabaseConfig;
use anyhow::Result;
use postgres::Client;
use postgres::Config;
use postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The server that a URL names.
pub(super) fn parse(url: &str) -> Result<Config> {
    Ok(server::parse(url)?.into())
}

/// Connects with the settings' time-out for the connection, each statement and each lock.
pub(super) fn client(target: &Config, settings: &DatabaseConfig, access: Access) -> Result<Client> {
    let mut config = target.clone();
    if let Some(password) = &settings.password {
        config.password(password.reveal());
    }
    let milliseconds = settings.timeout.as_millis().max(1);
    let read_only = if access == Access::Read { " -c default_transaction_read_only=on" } else { "" };
    let options = format!(
        "{} -c statement_timeout={} -c lock_timeout={milliseconds}{read_only}",
        config.get_options().unwrap_or_default(),
        milliseconds * u128::from(server::STATEMENT_TIMEOUTS)
    );
    config
        .connect_timeout(settings.timeout)
        .tcp_user_timeout(settings.timeout)
        .application_name("sitekeep")
        .options(options.trim_start());
    let result = if uses_tls(&config) {
        config.connect(MakeRustlsConnect::new(server::tls_config(settings.ca_file.as_deref())?))
    } else {
        config.connect(NoTls)
    };
    result.map_err(|error| refusal::refuse(&error, settings.password_problem.as_deref()))
}

/// Whether the connection is encrypted, by the rule of every connection.
pub(super) fn uses_tls(config: &Config) -> bool {
    server::wants_tls(config.get_hosts(), config.get_ssl_mode())
}

/// The server's major version: 15.
pub(super) fn server_major(client: &mut Client) -> Result<u32> {
    let row = client
        .query_one("SELECT current_setting('server_version_num')::int4 / 10000", &[])
        .map_err(|error| refusal::told(&error))?;
    Ok(u32::try_from(row.try_get::<_, i32>(0)?)?)
}
