//! The drill: a backup is restored into a folder of its own, opened, compared and browsed
//! (guide: "Tester procédures de restauration").
//!
//! The live site is never touched. What a kill leaves is the scratch folder, which the next drill removes, and on
//! PostgreSQL a database whose name begins with `sitekeep_drill_`, which the next drill drops.

use super::trend::Trend;
use super::trial;
use crate::backup::Artefact;
use crate::backup::Limits;
use crate::backup::Manifest;
use crate::backup::Role;
use crate::backup::extract;
use crate::config::Config;
use crate::db;
use crate::db::Difference;
use crate::db::Fingerprint;
use crate::error;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::fs;
use crate::system::mounts;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Where and when a drill takes place.
#[derive(Debug, Clone, Copy)]
pub struct Drill<'a> {
    pub config: &'a Config,
    /// A private folder that the drill may fill, and that is emptied afterwards.
    pub scratch: &'a Path,
    pub now: Timestamp,
    /// Seconds that the earlier drills of the same kind took, oldest first.
    pub earlier: &'a [f64],
}

/// Restores an artefact aside and looks at what came back.
///
/// # Errors
/// When the drill itself cannot take place: no room, no manifest, no database server. Damage of the backup is a finding.
pub fn drill(order: Drill<'_>, artefact: &Artefact, progress: &dyn Progress) -> Result<Check> {
    let begin = Instant::now();
    let manifest = artefact
        .manifest()?
        .context("it has no manifest to compare with; only backups of sitekeep's own can be drilled")?;
    let scratch = Scratch::new(order.scratch)?;
    let needed = manifest.totals.bytes.saturating_mul(2);
    let free = mounts::space(order.scratch)?.free;
    if free < needed {
        bail!(
            "{} has {} free, the drill takes up to {}",
            order.scratch.display(),
            ByteSize(free),
            ByteSize(needed)
        );
    }
    let site = scratch.folder.join("site");
    let limits = Limits::new(Some(&manifest), artefact.size);
    let mut check = Check::default();
    if let Err(problem) = extract(artefact, &site, &|_| true, Some(&manifest), limits, progress) {
        if error::is_interruption(&problem) {
            return Err(problem);
        }
        check.add(
            Finding::critical(
                &kinds::BACKUP_DRILL,
                &artefact.name,
                format!("does not unpack: {}", error::one_line(&problem)),
            )
            .remedy("make a new backup now: sitekeep backup full"),
        );
        return Ok(check);
    }
    let restored = Restored::new(order.config, &manifest, artefact, &site)?;
    if let Some(restored) = &restored {
        compare(&artefact.name, &manifest, restored, &mut check)?;
    }
    let media = manifest.archived(Role::Media).map(|path| site.join(path.as_path()));
    if let (Some(restored), Some(media)) = (&restored, media) {
        let mut config = restored.config.clone();
        config.site.media = media;
        trial::browse(&mut config, order.now, &mut check)?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let trend = Trend::new(seconds, order.earlier);
    check.add(trend.finding(&artefact.name).with("files", manifest.totals.files));
    check.measure(Metric::new("drill_seconds", artefact.kind.word(), seconds, Unit::Seconds));
    Ok(check)
}

/// Compares the restored database with what was recorded of the live one, and reads it through.
fn compare(subject: &str, manifest: &Manifest, restored: &Restored, check: &mut Check) -> Result<()> {
    let kind = &kinds::BACKUP_DRILL;
    let soundness = match &restored.file {
        Some(file) => db::check_copy(file, true)?,
        None => db::check_integrity(&restored.config.database, true)?,
    };
    let remedy = "compare with the live site: sitekeep health database; then make a new backup";
    for problem in soundness.problems() {
        check.add(
            Finding::critical(kind, subject, format!("the restored database: {problem}")).remedy(remedy),
        );
    }
    let Some(recorded) = &manifest.fingerprint else {
        check.add(Finding::unknown(
            kind,
            subject,
            "the manifest has no fingerprint to compare the database with",
        ));
        return Ok(());
    };
    let recorded: Fingerprint =
        serde_json::from_value(recorded.clone()).context("read the recorded fingerprint")?;
    let now = match &restored.file {
        Some(file) => db::fingerprint_copy(file)?,
        None => db::fingerprint(&restored.config.database)?,
    };
    let differences: Vec<Difference> = recorded.differences(&now);
    for difference in differences.iter().take(10) {
        check.add(
            Finding::critical(kind, subject, format!("restored otherwise than backed up: {difference}"))
                .remedy(remedy),
        );
    }
    if soundness.is_sound() && differences.is_empty() {
        let message = format!(
            "the database is sound and as it was: {} rows in {} tables",
            now.rows(),
            now.tables.len()
        );
        check.add(Finding::ok(kind, subject, message).with("rows", now.rows()));
    }
    Ok(())
}

/// The restored database, and the settings that lead to it.
struct Restored {
    config: Config,
    /// The SQLite file; without it, a database on the server.
    file: Option<PathBuf>,
    live: Config,
}

impl Restored {
    /// Finds the database among the unpacked files, and loads it into the server where it is a dump.
    fn new(live: &Config, manifest: &Manifest, artefact: &Artefact, site: &Path) -> Result<Option<Self>> {
        let archived = manifest.archived(Role::Database).map(|path| site.join(path.as_path()));
        let single = artefact.database_extension().map(|extension| site.join(format!("db.{extension}")));
        let Some(path) = archived.or(single).filter(|path| path.exists()) else { return Ok(None) };
        let mut config = live.clone();
        if path.extension().is_some_and(|extension| extension == "sqlite3") {
            config.database.url = None;
            config.database.path.clone_from(&path);
            return Ok(Some(Self { config, file: Some(path), live: live.clone() }));
        }
        let name = scratch_database(live)?;
        db::drop_database(&live.database, &name)?;
        config.database = db::restore_into(&live.database, &path, &name)?;
        Ok(Some(Self { config, file: None, live: live.clone() }))
    }
}

fn scratch_database(live: &Config) -> Result<String> {
    let url =
        live.database.url.as_deref().context("the backup is of PostgreSQL, and no server is configured")?;
    let address: postgres::Config = url.parse().context("read [database] url")?;
    Ok(db::scratch_name("drill", address.get_dbname().unwrap_or("site")))
}

impl Drop for Restored {
    fn drop(&mut self) {
        if self.file.is_none() {
            // What stays behind is dropped by the next drill.
            let _ =
                scratch_database(&self.live).and_then(|name| db::drop_database(&self.live.database, &name));
        }
    }
}

/// The folder of one drill, empty at its beginning and gone at its end.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn new(parent: &Path) -> Result<Self> {
        let folder = parent.join("drill");
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error)
                    .with_context(|| format!("remove the former drill in {}", folder.display()));
            }
            _ => {}
        }
        fs::create_private_folder(&folder)?;
        Ok(Self { folder })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is removed by the next drill.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
