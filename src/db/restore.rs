//! A dump restored into a database of its own, beside the live one, which is not touched.
//!
//! One transaction and the first error ends it, so that a cut dump leaves an error and no database (H4). The new one
//! has the live one's encoding, locale, owner, settings and rights. A superuser's restore keeps the owners and rights
//! of the dump; a site's own role, which could not give them, owns all that it restores.

use super::Access;
use super::dump_format;
use super::dump_format::DumpFormat;
use super::identifier::quoted;
use super::maintenance;
use super::programs::Programs;
use super::refusal::told;
use super::session;
use super::snapshot::DUMP_LIMIT;
use crate::config::DatabaseConfig;
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
