//! A dump restored into a database of its own, beside the live one, which is not touched.
//!
//! One transaction and the first error ends it, so that a cut dump leaves an error and no database (H4). The new one
//! has the live one's encoding, locale, owner, settings and rights. A superuser's restore keeps the owners and rights
//! of the dump; a site's own role, which could not give them, owns all that it restores. A role that may create no
//! database gets a schema within the live one ([`Aside`]): the live schema steps aside for the length of the one
//! transaction, which nobody else sees.

use super::Access;
use super::Aside;
use super::aside;
use super::dump_format;
use super::dump_format::DumpFormat;
use super::identifier::quoted;
use super::maintenance;
use super::programs::Programs;
use super::refusal::told;
use super::session;
use super::snapshot::DUMP_LIMIT;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::system::job::Job;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::process::Stdio;

/// Creates the database `name` and restores `dump` into it: a custom archive, or plain SQL as the guide's.
///
/// Returns the settings that lead to it. The name begins with `sitekeep_` ([`super::scratch_name`]).
///
/// # Errors
/// When the role may not create databases, the name is taken, or the dump is damaged or does not fit; the new
/// database is gone then.
pub fn restore_into(settings: &DatabaseConfig, dump: &Path, name: &str) -> Result<DatabaseConfig> {
    let restore = || -> Result<DatabaseConfig> {
        let format = dump_format::sniff(dump)?;
        maintenance::check_scratch(settings, name)?;
        let fresh = maintenance::pointing_to(settings, name)?;
        let mut client = maintenance::connect(settings)?;
        let programs = Programs::for_server(settings, session::server_major(&mut client)?)?;
        let own_role = !maintenance::is_superuser(&mut client)?;
        let owner = maintenance::create(&mut client, &maintenance::name_of(settings)?, name)?;
        let load = |owner: Option<&str>| load(&fresh, &programs, dump, format, owner);
        let loaded = match load(own_role.then_some(&owner)) {
            // From another server, whose roles this one does not have.
            Err(error) if !own_role && names_no_role(&error) => load(Some(&owner)),
            other => other,
        };
        match loaded.and_then(|()| analyse(&fresh)) {
            Ok(()) => Ok(fresh),
            Err(error) => {
                // What cannot be dropped now keeps its name, by which it is found later.
                let _ = maintenance::drop(&mut client, name);
                Err(error)
            }
        }
    };
    restore().with_context(|| format!("restore {} into database {}", dump.display(), quoted(name)))
}

/// Restores `dump` beside the live database under `name`: into a database of its own, or else into a schema.
///
/// What the name held before is dropped. The folder of the dump takes a copy of it as SQL where it goes into a schema.
///
/// # Errors
/// When the role may create neither, or the dump is damaged or does not fit; nothing is left then.
pub fn restore_beside(settings: &DatabaseConfig, dump: &Path, name: &str) -> Result<Aside> {
    let beside = if may_create_databases(settings)? {
        Aside::Database(name.to_owned())
    } else {
        Aside::Schema(name.to_owned())
    };
    beside.drop(settings)?;
    match &beside {
        Aside::Database(name) => restore_into(settings, dump, name).map(|_| ())?,
        Aside::Schema(name) => restore_into_schema(settings, dump, name)
            .with_context(|| format!("restore {} into schema {}", dump.display(), quoted(name)))?,
    }
    Ok(beside)
}

/// Whether the role may create databases, and rename the live one.
fn may_create_databases(settings: &DatabaseConfig) -> Result<bool> {
    let live = maintenance::name_of(settings)?;
    let row = maintenance::connect(settings)?
        .query_one(
            "SELECT r.rolsuper OR (r.rolcreatedb AND pg_has_role(d.datdba, 'MEMBER'))
             FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
             WHERE r.rolname = current_user AND d.datname = $1",
            &[&live],
        )
        .map_err(|error| told(&error))?;
    Ok(row.try_get(0)?)
}

/// Has the dump write into the name that it knows, in a transaction in which the live schema bears another.
fn restore_into_schema(settings: &DatabaseConfig, dump: &Path, name: &str) -> Result<()> {
    let format = dump_format::sniff(dump)?;
    maintenance::check_scratch(settings, name)?;
    let mut client = aside::within(settings)?;
    let live = aside::live_schema(&mut client)?;
    let programs = Programs::for_server(settings, session::server_major(&mut client)?)?;
    drop(client);
    let script = match format {
        DumpFormat::Plain => dump.to_owned(),
        DumpFormat::Custom => {
            // To its end first: psql takes the first half of a script for a whole one.
            let script = dump.with_extension("script.sql");
            let mut command = programs.local("pg_restore");
            command.args(["--no-owner", "--no-privileges", "--no-comments", "--file"]).arg(&script).arg(dump);
            Job::start(command.stdout(Stdio::null()))?.finish(DUMP_LIMIT)?;
            script
        }
    };
    let (live, name) = (quoted(&live), quoted(name));
    let between = quoted(&super::scratch_name("between", "schema"));
    let mut command = programs.command("psql", &maintenance::address(settings)?, settings);
    command
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"])
        .args(["--command", &format!("ALTER SCHEMA {live} RENAME TO {between}")])
        .args(["--command", &format!("CREATE SCHEMA {live}")])
        .arg("--file")
        .arg(&script)
        .args(["--command", &format!("ALTER SCHEMA {live} RENAME TO {name}")])
        .args(["--command", &format!("ALTER SCHEMA {between} RENAME TO {live}")]);
    let loaded = Job::start(command.stdout(Stdio::null()))?.finish(DUMP_LIMIT);
    if format == DumpFormat::Custom {
        // The folder is removed with all it holds after the restore; an error of the load is the one to tell.
        let _ = std::fs::remove_file(&script);
    }
    loaded.map_err(|error| {
        let words = crate::error::one_line(&error);
        Error::new(Kind::Failed, words).hint(
            "the role may create no database, so a schema was tried; as a superuser, give it the right: \
             ALTER ROLE the site's role CREATEDB, and let it own the database",
        )
    })?;
    analyse(&maintenance::pointing_to_schema(settings, name.trim_matches('"'))?)
}

fn names_no_role(error: &anyhow::Error) -> bool {
    let words = error.to_string();
    words.contains("role \"") && words.contains("does not exist")
}

/// Runs the one transaction; with an `owner`, all of a custom archive becomes that role's.
fn load(
    fresh: &DatabaseConfig,
    programs: &Programs,
    dump: &Path,
    format: DumpFormat,
    owner: Option<&str>,
) -> Result<()> {
    let address = maintenance::address(fresh)?;
    let mut command = match format {
        DumpFormat::Custom => {
            let mut command = programs.command("pg_restore", &address, fresh);
            command.args(["--single-transaction", "--exit-on-error"]);
            if let Some(owner) = owner {
                command.args(["--no-owner", "--no-privileges"]).arg(format!("--role={owner}"));
            }
            command.arg(dump);
            command
        }
        DumpFormat::Plain => {
            let mut command = programs.command("psql", &address, fresh);
            command.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]);
            command.arg("--file").arg(dump);
            command
        }
    };
    Job::start(command.stdout(Stdio::null()))?.finish(DUMP_LIMIT)
}

/// A restored database has no statistics: the first queries would be slow ones.
fn analyse(fresh: &DatabaseConfig) -> Result<()> {
    let mut client = session::client(&maintenance::address(fresh)?, fresh, Access::Write)?;
    client.batch_execute("SET statement_timeout = 0; ANALYZE").map_err(|error| told(&error))
}
