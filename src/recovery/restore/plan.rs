//! What a restore will replace, decided before anything is touched: every byte of the backup read, every part's place
//! found, and what does not fit told.

use super::Selection;
use super::SitePart;
use crate::backup;
use crate::backup::ArchivePath;
use crate::backup::Artefact;
use crate::backup::Manifest;
use crate::backup::Parts;
use crate::backup::Verification;
use crate::config::Config;
use crate::config::DatabaseSource;
use crate::config::Secret;
use crate::config::env_file;
use crate::db;
use crate::db::Fingerprint;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::hints;
use crate::error::one_line;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;

/// A restore that can be carried out.
#[derive(Debug, Clone)]
pub struct Plan {
    pub artefact: Artefact,
    pub manifest: Option<Manifest>,
    /// What is replaced, the database first.
    pub items: Vec<Item>,
    /// What is to be known before one agrees.
    pub check: Check,
    /// Bytes of the whole archive, unpacked.
    pub bytes: u64,
}

/// One part of the site and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// `database`, `media`, `settings`, `.env`.
    pub name: &'static str,
    /// Path in the archive; empty for the whole of it.
    pub source: ArchivePath,
    pub target: Target,
}

/// What is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite database, with what SQLite keeps beside it.
    Sqlite(PathBuf),
    /// The database on the server that the configuration names.
    Postgres(String),
    Folder(PathBuf),
    File(PathBuf),
}

impl Target {
    /// The live place on a file system; links are followed to it.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) | Self::Folder(path) | Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Postgres(label) => formatter.write_str(label),
            Self::Sqlite(path) | Self::Folder(path) | Self::File(path) => path.display().fmt(formatter),
        }
    }
}

/// Verifies the backup and plans its restore.
///
/// # Errors
/// When the backup is damaged, holds nothing of what is wanted, or its database is of another engine.
pub fn plan(
    config: &Config,
    artefact: Artefact,
    selection: &Selection,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Plan> {
    let verification = backup::verify(&artefact, progress)?;
    refuse_damage(&artefact, &verification)?;
    let manifest = artefact.manifest()?;
    let parts = match &manifest {
        Some(manifest) => Parts::of_manifest(manifest),
        None => Parts::look_through(&artefact, progress)?,
    };
    let items = items(config, &artefact, manifest.as_ref(), &parts, selection)?;
    let mut check = Check::default();
    tell_source(&artefact, &verification, now, &mut check);
    if let Some(manifest) = &manifest {
        tell_origin(config, manifest, &items, &mut check);
    }
    if items.iter().any(|item| item.name == "database") {
        tell_schema(config, manifest.as_ref(), &mut check);
    }
    Ok(Plan { artefact, manifest, items, check, bytes: verification.bytes })
}

fn refuse_damage(artefact: &Artefact, verification: &Verification) -> Result<()> {
    let Some(first) = verification.damage.first() else { return Ok(()) };
    let more = match verification.damage.len() {
        1 => String::new(),
        all => format!(" (and {} more)", all - 1),
    };
    Err(Error::new(ErrorKind::Failed, format!("{} is damaged: {first}{more}", artefact.name))
        .hint("nothing was touched; restore another one: sitekeep backup verify --all, sitekeep backup list")
        .into())
}

fn items(
    config: &Config,
    artefact: &Artefact,
    manifest: Option<&Manifest>,
    parts: &Parts,
    selection: &Selection,
) -> Result<Vec<Item>> {
    let lacks = |what: &str| {
        Error::new(ErrorKind::Failed, format!("{} holds no {what}", artefact.name))
            .hint("a full backup holds everything: sitekeep backup list")
    };
    let mut items = Vec::new();
    if selection.wants(SitePart::Database) {
        match &parts.database {
            Some(source) => {
                let target = database(config, artefact, source)?;
                items.push(Item { name: "database", source: source.clone(), target });
            }
            None if *selection != Selection::All => return Err(lacks("database").into()),
            None => {}
        }
    }
    if selection.wants(SitePart::Media) {
        match &parts.media {
            Some(source) => {
                let target = Target::Folder(real(&config.site.media));
                items.push(Item { name: "media", source: source.clone(), target });
            }
            None if *selection != Selection::All => return Err(lacks("media").into()),
            None => {}
        }
    }
    if selection.wants(SitePart::Config) {
        let settings = config.site.settings.clone();
        for (name, source, target) in [
            ("settings", &parts.settings, settings),
            (".env", &parts.env_file, Some(env_file_target(config, manifest))),
        ] {
            if let (Some(source), Some(target)) = (source, target) {
                items.push(Item { name, source: source.clone(), target: Target::File(real(&target)) });
            }
        }
        if *selection != Selection::All && !items.iter().any(|item| matches!(item.target, Target::File(_))) {
            return Err(Error::new(
                ErrorKind::Failed,
                format!("{} holds no settings or .env that this site has a place for", artefact.name),
            )
            .hint("full backups hold them where [site] settings and env_file say where they are")
            .into());
        }
    }
    if items.is_empty() {
        return Err(lacks("part of this site").into());
    }
    Ok(items)
}

fn database(config: &Config, artefact: &Artefact, source: &ArchivePath) -> Result<Target> {
    let is_file = source.as_path().extension().is_some_and(|extension| extension == "sqlite3");
    match config.database.source() {
        DatabaseSource::Sqlite(path) if is_file => Ok(Target::Sqlite(real(path))),
        DatabaseSource::Postgres(_) if !is_file => Ok(Target::Postgres(config.database.label())),
        configured => {
            let engine = |is_file: bool| if is_file { "SQLite" } else { "PostgreSQL" };
            let live = engine(matches!(configured, DatabaseSource::Sqlite(_)));
            let message =
                format!("{} holds a database of {}, the site's is {live}", artefact.name, engine(is_file));
            Err(Error::new(ErrorKind::Failed, message)
                .hint("nothing was touched; set [database] to the engine of the backup, or add --only media")
                .into())
        }
    }
}

/// Follows links, so that what they lead to is replaced and not the link.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
        folder.canonicalize().map_or_else(|_| path.to_owned(), |folder| folder.join(name))
    })
}

/// Where the `.env` goes: to the one that is there, else where it was if that is in the project, else to its folder.
fn env_file_target(config: &Config, manifest: Option<&Manifest>) -> PathBuf {
    config.site.env_file().unwrap_or_else(|| {
        let original = manifest.and_then(|manifest| {
            let source = manifest.sources.iter().find(|source| source.role == backup::Role::EnvFile)?;
            Some(PathBuf::from(&source.original))
        });
        original
            .filter(|path| path.starts_with(&config.site.root))
            .unwrap_or_else(|| config.site.root.join(".env"))
    })
}

fn tell_source(artefact: &Artefact, verification: &Verification, now: Timestamp, check: &mut Check) {
    let age = Age(now.duration_since(artefact.created_at));
    let read = format!("{} in {}", ByteSize(verification.bytes), count(verification.files, "file"));
    let sound = if verification.is_complete() { "every byte read and sound" } else { "it unpacks" };
    check.add(
        Finding::ok(&kinds::RESTORE_SOURCE, &artefact.name, format!("{age} old, {read}: {sound}"))
            .with("created_at", artefact.created_at.to_string())
            .with("bytes", verification.bytes)
            .with("files", verification.files),
    );
    for gap in &verification.unverified {
        check.add(
            Finding::warning(&kinds::RESTORE_SOURCE, &artefact.name, format!("not verified: {gap}"))
                .remedy("look at the site after the restore; `sitekeep undo` brings the former state back"),
        );
    }
}

fn tell_origin(config: &Config, manifest: &Manifest, items: &[Item], check: &mut Check) {
    let kind = &kinds::RESTORE_SOURCE;
    let subject = &manifest.artefact;
    if manifest.site != config.site.name {
        let message = format!("it is a backup of `{}`, this site is `{}`", manifest.site, config.site.name);
        check.add(Finding::warning(kind, subject, message).remedy("check that it is the one you mean"));
    }
    for problem in manifest.problems.iter().filter(|problem| problem.kind.is_loss()) {
        check.add(
            Finding::warning(kind, subject, format!("when it was made: {problem}"))
                .remedy("what it lacks stays in the former state, which is kept"),
        );
    }
    let brings = |name: &str| items.iter().any(|item| item.name == name);
    if brings(".env") || !brings("database") {
        return;
    }
    let key = config
        .site
        .env_file()
        .and_then(|path| env_file::read(&path).ok())
        .and_then(|mut variables| variables.remove("SECRET_KEY"))
        .map(Secret::new);
    match (&manifest.secret_key_fingerprint, key) {
        (Some(print), Some(key)) if !print.matches(&key) => check.add(
            Finding::warning(kind, subject, "it was made under another SECRET_KEY")
                .remedy("users must log in again; restore the .env of a full backup with --only config"),
        ),
        (Some(_), None) => check.add(
            Finding::warning(
                kind,
                subject,
                "whether SECRET_KEY is still the same cannot be told: none is in .env",
            )
            .remedy("set [site] env_file"),
        ),
        _ => {}
    }
}

/// Compares the migrations of the backup with those of the live database, which are the application's.
fn tell_schema(config: &Config, manifest: Option<&Manifest>, check: &mut Check) {
    let kind = &kinds::RESTORE_SOURCE;
    let Some(manifest) = manifest else { return };
    let recorded: Option<Fingerprint> =
        manifest.fingerprint.clone().and_then(|print| serde_json::from_value(print).ok());
    let Some(recorded) = recorded else { return };
    let live = match db::migrations(&config.database) {
        Ok(live) => live,
        Err(problem) => {
            let message = format!("its schema was not compared with the live one: {}", one_line(&problem));
            check.add(match config.database.source() {
                // A damaged file is what restores are for; the application's migrations say the rest.
                DatabaseSource::Sqlite(_) => Finding::ok(kind, &manifest.artefact, message),
                // A server that does not answer takes no restore either.
                DatabaseSource::Postgres(_) => Finding::unknown(kind, &manifest.artefact, message)
                    .remedy(hints(&problem).first().copied().unwrap_or("sitekeep health database")),
            });
            return;
        }
    };
    let mut other: Vec<String> = Vec::new();
    for app in
        recorded.migrations.keys().chain(live.keys().filter(|app| !recorded.migrations.contains_key(*app)))
    {
        let (then, now) = (recorded.migrations.get(app), live.get(app));
        if then != now {
            let word = |name: Option<&String>| name.map_or("none", String::as_str).to_owned();
            other.push(format!("{app}: {} in the backup, {} live", word(then), word(now)));
        }
    }
    if let Some(first) = other.first() {
        let more = if other.len() > 1 { format!(" (and {} more)", other.len() - 1) } else { String::new() };
        check.add(
            Finding::warning(kind, &manifest.artefact, format!("the schema is another one: {first}{more}"))
                .with("migrations", other)
                .remedy("run `python manage.py migrate` after the restore"),
        );
    }
}

impl Plan {
    pub(super) fn item(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name == name)
    }

    /// The fingerprint that the database had; `None` where the backup does not say.
    pub(super) fn fingerprint(&self) -> Result<Option<Fingerprint>> {
        self.manifest
            .as_ref()
            .and_then(|manifest| manifest.fingerprint.clone())
            .map(serde_json::from_value)
            .transpose()
            .context("read the recorded fingerprint")
    }
}
