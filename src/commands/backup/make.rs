//! Making one backup: copy of the database, archive, rotation; each step's trouble is a finding.

use super::Work;
use super::item_id;
use super::line;
use crate::backup;
use crate::backup::Contents;
use crate::backup::Created;
use crate::backup::DatabaseCopy;
use crate::backup::Kind;
use crate::backup::Order;
use crate::backup::Problem;
use crate::backup::Proof;
use crate::commands::report::Record;
use crate::config::DatabaseSource;
use crate::config::Secret;
use crate::config::env_file;
use crate::db;
use crate::db::Checked;
use crate::db::Copied;
use crate::db::Engine;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::mounts;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

/// What a backup is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// One more of its kind; older ones make room.
    Rotated,
    /// One more; every older one stays.
    Kept,
    /// The state that a restore is about to replace; nothing is removed meanwhile.
    BeforeRestore,
}

impl Work<'_> {
    /// Makes a backup of a kind, then rotates that kind where `purpose` says so.
    ///
    /// # Errors
    /// When somebody asks to stop; any other trouble is a finding.
    pub(super) fn make(&self, kind: Kind, purpose: Purpose, record: &mut Record) -> Result<ItemReport> {
        let begin = Instant::now();
        let mut check = Check::default();
        match self.create(kind, purpose, &mut check) {
            Ok(created) => {
                tell_created(kind, &created, begin.elapsed().as_secs_f64(), &mut check);
                if purpose == Purpose::Rotated {
                    // The new one is there: what the rotation cannot do takes nothing from it.
                    if let Err(problem) = self.rotate(kind, false, false, record, &mut check) {
                        check.add(failed(&kinds::BACKUP_ROTATION, kind.word(), &problem));
                    }
                }
            }
            Err(problem) if error::is_interruption(&problem) => return Err(problem),
            Err(problem) => {
                let mut finding = failed(&kinds::BACKUP, kind.word(), &problem);
                finding.message = format!("no backup was made: {}", finding.message);
                check.add(finding);
            }
        }
        Ok(item(kind, begin, check))
    }

    fn create(&self, kind: Kind, purpose: Purpose, check: &mut Check) -> Result<Created> {
        for name in backup::clean(self.folder)? {
            check.add(Finding::ok(&kinds::BACKUP, name, "the rest of a run that was cut off is removed"));
        }
        let zone = self.config.time_zone();
        let secret_key = self.secret_key(check);
        let order = Order {
            folder: self.folder,
            site: &self.config.site.name,
            now: self.now,
            zone: &zone,
            secret_key: secret_key.as_ref(),
            fresh_copy_days: self.config.backup.fresh_copy_days,
            before_restore: purpose == Purpose::BeforeRestore,
            origin: None,
        };
        let site = &self.config.site;
        if kind == Kind::Media {
            return backup::create(&order, Contents::Media(&site.media), self.progress);
        }
        let copy =
            self.copy_database(self.folder, &|extension| backup::scratch_path(self.folder, extension))?;
        let label = self.config.database.label();
        let (extension, engine) = names(copy.copied.engine);
        let database = DatabaseCopy {
            path: copy.copied.path(),
            extension,
            engine,
            original: &label,
            fingerprint: &copy,
        };
        let env_file = site.env_file();
        let contents = match kind {
            Kind::Database | Kind::Media => Contents::Database(database),
            Kind::Full => Contents::Full {
                database,
                media: &site.media,
                settings: site.settings.as_deref(),
                env_file: env_file.as_deref(),
            },
        };
        let created = backup::create(&order, contents, self.progress);
        copy.tell(check);
        created
    }

    /// Copies the database into a folder, under the name that `name` makes of its extension.
    pub(super) fn copy_database(&self, folder: &Path, name: &dyn Fn(&str) -> PathBuf) -> Result<Copy> {
        let engine = if self.config.database.url.is_some() { Engine::Postgres } else { Engine::Sqlite };
        crate::system::fs::create_private_folder(folder)?;
        self.require_room(folder)?;
        let path = name(names(engine).0);
        let copied = db::copy(&self.config.database, &path, self.progress)?;
        Ok(Copy { copied, problems: OnceLock::new() })
    }

    /// Room for the copy itself, before SQLite says "disk is full" and names the live database.
    fn require_room(&self, folder: &Path) -> Result<()> {
        let DatabaseSource::Sqlite(path) = self.config.database.source() else { return Ok(()) };
        let needed = db::sqlite_size(path)?;
        let free = mounts::space(folder)?.free;
        if free >= needed {
            return Ok(());
        }
        let folder = folder.display();
        let (free, needed) = (ByteSize(free), ByteSize(needed));
        Err(Error::new(
            ErrorKind::Failed,
            format!("{folder} has {free} free, the copy of the database needs {needed}"),
        )
        .hint("free some space there, or set [backup] folder to a larger disk")
        .into())
    }

    /// Django's key, so that a restore under another one is noticed; it is not needed for the backup.
    pub(super) fn secret_key(&self, check: &mut Check) -> Option<Secret> {
        let path = self.config.site.env_file()?;
        match env_file::read(&path) {
            Ok(mut variables) => variables.remove("SECRET_KEY").map(Secret::new),
            Err(problem) => {
                check.add(
                    Finding::warning(
                        &kinds::BACKUP_CONTENT,
                        path.display().to_string(),
                        error::one_line(&problem),
                    )
                    .remedy("let the user that makes backups read it"),
                );
                None
            }
        }
    }
}

/// A copy of the database, checked while it is packed; its file goes away with this.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) copied: Copied,
    /// What the check found in the live data.
    pub(super) problems: OnceLock<Vec<String>>,
}

impl Copy {
    /// Says what is wrong with the live data, and so with the copy.
    pub(super) fn tell(self, check: &mut Check) {
        for problem in self.problems.into_inner().unwrap_or_default() {
            check.add(
                Finding::warning(&kinds::BACKUP_CONTENT, "database", problem)
                    .remedy("mend the rows in the application's admin; the backup holds them as they are"),
            );
        }
    }
}

impl Proof for Copy {
    fn fingerprint(&self) -> Result<serde_json::Value> {
        let Checked { fingerprint, problems } = self.copied.check()?;
        self.problems.get_or_init(|| problems);
        serde_json::to_value(fingerprint).context("write the fingerprint")
    }
}

/// Says what was made, and what could not be taken.
fn tell_created(kind: Kind, created: &Created, seconds: f64, check: &mut Check) {
    let manifest = &created.manifest;
    let subject = created.path.display().to_string();
    let size = ByteSize(created.size);
    let what = match &manifest.same_as {
        Some(former) => {
            format!("nothing has changed since {former}: linked to it, {size} without taking space")
        }
        None => format!("{size}, {}, read back and sound", count(manifest.totals.files, "file")),
    };
    check.add(
        Finding::ok(&kinds::BACKUP, &subject, what)
            .with("kind", kind.word())
            .with("bytes", created.size)
            .with("files", manifest.totals.files)
            .with("sha256", created.sha256.to_string()),
    );
    tell_problems(&manifest.problems, check);
    check.measure(Metric::new("backup_bytes", kind.word(), size.as_f64(), Unit::Bytes));
    check.measure(Metric::new("backup_seconds", kind.word(), seconds, Unit::Seconds));
}

/// Says what could not be taken.
pub(super) fn tell_problems(problems: &[Problem], check: &mut Check) {
    for problem in problems {
        let finding = if problem.kind.is_loss() {
            Finding::warning(&kinds::BACKUP_CONTENT, &problem.path, &problem.detail)
                .remedy("let the user that makes backups read it, or take it out of the configuration")
        } else {
            Finding::ok(&kinds::BACKUP_CONTENT, &problem.path, &problem.detail)
        };
        check.add(finding);
    }
}

pub(super) fn names(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Sqlite => ("sqlite3", "sqlite"),
        Engine::Postgres => ("dump", "postgresql"),
    }
}

pub(super) fn item(kind: Kind, begin: Instant, check: Check) -> ItemReport {
    ItemReport::timed(
        item_id(kind),
        match kind {
            Kind::Database => "Database",
            Kind::Media => "Media",
            Kind::Full => "Everything",
        },
        line(kind),
        begin,
        check,
    )
}

/// The finding for work that could not be done.
pub(super) fn failed(kind: &crate::status::Kind, subject: &str, problem: &anyhow::Error) -> Finding {
    let finding = Finding::critical(kind, subject, error::one_line(problem));
    let hints = error::hints(problem);
    finding.remedy(*hints.first().unwrap_or(&"check that [backup] folder is a folder that this user may write to; the former backups are untouched"))
}
