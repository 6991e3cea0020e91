//! The copy of a PostgreSQL database: `pg_dump` in its custom format, uncompressed, of an exported snapshot.
//!
//! The transaction that exports the snapshot also computes the fingerprint while `pg_dump` runs, so that both tell of
//! the same state whatever is written meanwhile. The archive then proves itself: `pg_restore` reads all of it (H4:
//! `--list` would read the head only), and the rows that come out of it are counted against the fingerprint.

use super::Checked;
use super::Copied;
use super::unfinished::Unfinished;
use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Engine;
use crate::db::Fingerprint;
use crate::db::dump;
use crate::db::fingerprint;
use crate::db::programs::Programs;
use crate::db::refusal::told;
use crate::db::session;
use crate::progress::Progress;
use crate::system::job::Job;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// A dump that takes longer than this hangs: 1 TB at 50 MB/s.
pub(in crate::db) const DUMP_LIMIT: Duration = Duration::from_hours(6);

pub(super) fn take(
    url: &str,
    settings: &DatabaseConfig,
    target: &Path,
    progress: &dyn Progress,
) -> Result<Copied> {
    let address = session::parse(url)?;
    let mut client = session::client(&address, settings, Access::Read)?;
    let programs = Programs::for_server(settings, session::server_major(&mut client)?)?;
    fingerprint::begin_postgres(&mut client)?;
    let row = client
        .query_one("SELECT pg_export_snapshot(), pg_database_size(current_database())", &[])
        .map_err(|error| told(&error))
        .context("export a snapshot")?;
    let (id, size): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
    let unfinished = Unfinished::create(target)?;
    progress.start("dump the database", u64::try_from(size)?);
    let mut command = programs.command("pg_dump", &address, settings);
    command
        .args(["--format=custom", "--compress=0", "--no-sync", "--exclude-schema=sitekeep_*"])
        .arg(format!("--lock-wait-timeout={}", settings.timeout.as_millis().max(1)))
        .arg(format!("--snapshot={id}"))
        .arg("--file")
        .arg(target)
        .stdout(std::process::Stdio::null());
    let job = Job::start(&mut command)?;
    let print = fingerprint::of_postgres(&mut client);
    // The program's own words first: when both fail, it is for the same reason.
    job.finish(DUMP_LIMIT)?;
    let print = print?;
    client.batch_execute("COMMIT").map_err(|error| told(&error))?;
    let schema: Option<String> =
        client.query_one("SELECT current_schema()::text", &[]).map_err(|error| told(&error))?.try_get(0)?;
    drop(client);
    let bytes = unfinished.size()?;
    progress.finish();
    Ok(Copied {
        file: unfinished,
        engine: Engine::Postgres,
        bytes,
        program: Some(programs.version.clone()),
        origin: super::Origin::Postgres(Origin { programs, print, schema }),
    })
}

/// The state that a dump was taken of.
#[derive(Debug)]
pub(super) struct Origin {
    programs: Programs,
    print: Fingerprint,
    /// The connection's own.
    schema: Option<String>,
}

impl Origin {
    pub(super) fn check(&self, target: &Path) -> Result<Checked> {
        dump::read(&self.programs, target)?.compare(&self.print, self.schema.as_deref())?;
        Ok(Checked { fingerprint: self.print.clone(), problems: Vec::new() })
    }
}
