//! Databases of the server as a whole: making one like another, dropping, finding one's way to it.
//!
//! All that sitekeep makes beside the live database has a name that begins with `sitekeep_`, and nothing else is ever
//! dropped. Connections for this go to the database `postgres`, or to the configured one where that is closed.

use super::Access;
use super::identifier::literal;
use super::identifier::quoted;
use super::refusal;
use super::refusal::told;
use super::session;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use ::postgres::Client;
use ::postgres::Config;
use ::postgres::error::SqlState;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;

/// How the names of our databases begin.
const MARKER: &str = "sitekeep_";
/// PostgreSQL cuts longer names, silently.
const LONGEST_NAME: usize = 63;

/// A name for a database of ours beside the live one: `sitekeep_drill_niasotac_db`.
pub fn scratch_name(purpose: &str, live: &str) -> String {
    let mut name = format!("{MARKER}{purpose}_{live}");
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    name
}

/// Name of the live database, for names of ours that are like it.
///
/// # Errors
/// When the site's database is a SQLite file, or the URL names none.
pub fn name(settings: &DatabaseConfig) -> Result<String> {
    name_of(settings)
}

/// Drops a database of ours, with the connections to it; one that is not there is no error.
///
/// # Errors
/// When its name does not begin with `sitekeep_`, it is the live one, or the role may not.
pub fn drop_database(settings: &DatabaseConfig, name: &str) -> Result<()> {
    check_scratch(settings, name)?;
    let mut client = connect(settings)?;
    drop(&mut client, name).with_context(|| format!("drop database {}", quoted(name)))
}

/// Refuses every name that could be somebody's data.
pub(super) fn check_scratch(settings: &DatabaseConfig, name: &str) -> Result<()> {
    let live = name_of(settings)?;
    if !name.starts_with(MARKER) || name.len() > LONGEST_NAME || name == live {
        bail!("{} is no name of a scratch database: `{MARKER}…`, not the live one's", quoted(name));
    }
    Ok(())
}

pub(super) fn address(settings: &DatabaseConfig) -> Result<Config> {
    let Some(url) = settings.url.as_deref() else { bail!("the site's database is a SQLite file") };
    session::parse(url)
}

/// Name of the live database; libpq's default is the user's.
pub(super) fn name_of(settings: &DatabaseConfig) -> Result<String> {
    let address = address(settings)?;
    let name = address.get_dbname().or(address.get_user()).context("[database] url names no database")?;
    Ok(name.to_owned())
}

/// The same settings with another database's name in the URL.
pub(super) fn pointing_to(settings: &DatabaseConfig, name: &str) -> Result<DatabaseConfig> {
    let Some(url) = settings.url.as_deref() else { bail!("the site's database is a SQLite file") };
    let changed = match url.split_once("://") {
        Some((scheme, rest)) => {
            let (before, query) = rest.split_once('?').map_or((rest, None), |(a, b)| (a, Some(b)));
            let server = before.split_once('/').map_or(before, |(server, _)| server);
            let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            let query = query.map_or_else(String::new, |query| format!("?{query}"));
            format!("{scheme}://{server}/{name}{query}")
        }
        // Of two values of one key the later counts.
        None => format!("{url} dbname='{}'", name.replace('\\', "\\\\").replace('\'', "\\'")),
    };
    let settings = DatabaseConfig { url: Some(changed), ..settings.clone() };
    anyhow::ensure!(name_of(&settings)? == name, "[database] url names the database among its options");
    Ok(settings)
}

/// The same settings with a schema of ours as the only one that is looked into.
pub(super) fn pointing_to_schema(settings: &DatabaseConfig, schema: &str) -> Result<DatabaseConfig> {
    check_scratch(settings, schema)?;
    let Some(url) = settings.url.as_deref() else { bail!("the site's database is a SQLite file") };
    // A name of ours in an option of libpq: spaces and backslashes are escaped.
    let path = quoted(schema).replace('\\', "\\\\").replace(' ', "\\ ");
    let options = format!("-c search_path={path}");
    let changed = if url.contains("://") {
        let value = percent_encoding::utf8_percent_encode(&options, percent_encoding::NON_ALPHANUMERIC);
        format!("{url}{}options={value}", if url.contains('?') { '&' } else { '?' })
    } else {
        format!("{url} options='{}'", options.replace('\\', "\\\\").replace('\'', "\\'"))
    };
    Ok(DatabaseConfig { url: Some(changed), ..settings.clone() })
}

/// Connects to the server for work on its databases, without a limit on how long a statement takes.
pub(super) fn connect(settings: &DatabaseConfig) -> Result<Client> {
    let mut elsewhere = address(settings)?;
    elsewhere.dbname("postgres");
    let mut client = session::client(&elsewhere, settings, Access::Write)
        .or_else(|_| session::client(&address(settings)?, settings, Access::Write))?;
    client.batch_execute("SET statement_timeout = 0").map_err(|error| told(&error))?;
    Ok(client)
}

pub(super) fn is_superuser(client: &mut Client) -> Result<bool> {
    let row = client
        .query_one("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user", &[])
        .map_err(|error| told(&error))?;
    Ok(row.try_get(0)?)
}

/// Creates an empty database with the encoding, locale, owner, settings and rights of `model`; returns the owner.
pub(super) fn create(client: &mut Client, model: &str, name: &str) -> Result<String> {
    // Columns came and went: asked by their JSON, those that are not there are NULL.
    let row = client
        .query_opt(
            "SELECT pg_encoding_to_char(d.encoding), d.datcollate::text, d.datctype::text,
                to_jsonb(d) ->> 'datlocprovider', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
                pg_get_userbyid(d.datdba)::text
             FROM pg_catalog.pg_database AS d WHERE d.datname = $1",
            &[&model],
        )
        .map_err(|error| told(&error))?
        .with_context(|| format!("there is no database {}", quoted(model)))?;
    let (encoding, collate, ctype): (String, String, String) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let (provider, locale): (Option<String>, Option<String>) = (row.try_get(3)?, row.try_get(4)?);
    let owner: String = row.try_get(5)?;
    let mut sql = format!(
        "CREATE DATABASE {} TEMPLATE template0 OWNER {} ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        quoted(name),
        quoted(&owner),
        literal(&encoding),
        literal(&collate),
        literal(&ctype)
    );
    match (provider.as_deref(), locale) {
        (Some("i"), Some(locale)) => {
            sql.push_str(" LOCALE_PROVIDER icu ICU_LOCALE ");
            sql.push_str(&literal(&locale));
        }
        (Some("b"), Some(locale)) => {
            sql.push_str(" LOCALE_PROVIDER builtin BUILTIN_LOCALE ");
            sql.push_str(&literal(&locale));
        }
        _ => {}
    }
    client.batch_execute(&sql).map_err(|error| refuse_creation(&error))?;
    let carry = carry_settings(client, model, name).and_then(|()| carry_rights(client, model, name));
    if carry.is_err() {
        // An unfinished database of ours; the reason is told.
        let _ = drop(client, name);
    }
    carry.map(|()| owner)
}

fn refuse_creation(error: &::postgres::Error) -> anyhow::Error {
    if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return Error::new(Kind::Failed, format!("PostgreSQL: {}", refusal::detail(error)))
            .hint("as a superuser: ALTER ROLE the site's role CREATEDB; a restore never writes into the live database")
            .into();
    }
    told(error)
}

/// `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET`, which no dump of one database holds.
fn carry_settings(client: &mut Client, model: &str, name: &str) -> Result<()> {
    let rows = client
        .query(
            "SELECT CASE s.setrole WHEN 0 THEN NULL ELSE pg_get_userbyid(s.setrole)::text END, unnest(s.setconfig)
             FROM pg_catalog.pg_db_role_setting AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
             WHERE d.datname = $1",
            &[&model],
        )
        .map_err(|error| told(&error))?;
    for row in rows {
        let (role, setting): (Option<String>, String) = (row.try_get(0)?, row.try_get(1)?);
        let Some((key, value)) = setting.split_once('=') else { continue };
        // Lists of names are stored as they are written.
        let list =
            ["search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"];
        let value = if list.contains(&key) && !value.is_empty() { value.to_owned() } else { literal(value) };
        let subject = match role {
            Some(role) => format!("ROLE {} IN DATABASE {}", quoted(&role), quoted(name)),
            None => format!("DATABASE {}", quoted(name)),
        };
        let key = key.split('.').map(quoted).collect::<Vec<_>>().join(".");
        client
            .batch_execute(&format!("ALTER {subject} SET {key} TO {value}"))
            .map_err(|error| told(&error))
            .with_context(|| format!("carry the setting `{setting}` over"))?;
    }
    Ok(())
}

/// `GRANT … ON DATABASE`, where the live one's are not the default.
fn carry_rights(client: &mut Client, model: &str, name: &str) -> Result<()> {
    let rows = client
        .query(
            "SELECT CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee)::text END, a.privilege_type,
                a.is_grantable
             FROM pg_catalog.pg_database AS d, aclexplode(d.datacl) AS a
             WHERE d.datname = $1 AND a.grantee <> d.datdba",
            &[&model],
        )
        .map_err(|error| told(&error))?;
    let row = client
        .query_one("SELECT datacl IS NULL FROM pg_catalog.pg_database WHERE datname = $1", &[&model])
        .map_err(|error| told(&error))?;
    if row.try_get(0)? {
        return Ok(());
    }
    let mut sql = vec![format!("REVOKE ALL ON DATABASE {} FROM PUBLIC", quoted(name))];
    for row in rows {
        let (grantee, right, pass_on): (Option<String>, String, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let grantee = grantee.map_or_else(|| "PUBLIC".to_owned(), |role| quoted(&role));
        let option = if pass_on { " WITH GRANT OPTION" } else { "" };
        sql.push(format!("GRANT {right} ON DATABASE {} TO {grantee}{option}", quoted(name)));
    }
    client.batch_execute(&sql.join("; ")).map_err(|error| told(&error)).context("carry the rights over")
}

pub(super) fn drop(client: &mut Client, name: &str) -> Result<()> {
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name));
    client.batch_execute(&sql).map_err(|error| told(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> DatabaseConfig {
        DatabaseConfig { url: Some(url.to_owned()), ..DatabaseConfig::default() }
    }

    #[test]
    fn every_form_of_address_leads_to_another_database() {
        for url in [
            "postgresql://u@h:1/live",
            "postgresql://u@%2Frun%2Fx/live?sslmode=disable",
            "postgresql://u@h?sslmode=disable",
            "host=h user=u dbname=live",
        ] {
            let there = pointing_to(&settings(url), "sitekeep_Été \"x\" 'y'").expect(url);
            assert_eq!(name_of(&there).expect(url), "sitekeep_Été \"x\" 'y'");
            let (before, after) = (address(&settings(url)).expect(url), address(&there).expect(url));
            assert_eq!((before.get_hosts(), before.get_user()), (after.get_hosts(), after.get_user()));
        }
    }

    #[test]
    fn only_names_of_ours_are_dropped() {
        let live = settings("postgresql://u@h/sitekeep_live");
        for name in ["shop", "my_sitekeep_x", "", "sitekeep_live", &scratch_name("x", &"é".repeat(60))[1..]]
        {
            assert!(drop_database(&live, name).is_err(), "{name}");
        }
        let long = scratch_name("drill", &"é".repeat(60));
        assert!(check_scratch(&live, &long).is_ok() && long.len() <= LONGEST_NAME);
    }
}
