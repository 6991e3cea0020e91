//! Makes an artefact: looks for room, writes aside, reads back, publishes.

use super::ArchivePath;
use super::Artefact;
use super::KeyFingerprint;
use super::Kind;
use super::Manifest;
use super::Name;
use super::Problem;
use super::ProblemKind;
use super::Role;
use super::Sha256;
use super::Source;
use super::Totals;
use super::artefact;
use super::checksums::Checksums;
use super::gzip;
use super::manifest::FORMAT_VERSION;
use super::manifest::MANIFEST_NAME;
use super::manifest::TOOL;
use super::member::Packing;
use super::publish;
use super::publish::Partial;
use super::restore_note;
use super::space;
use super::tarball::Tarball;
use super::tree;
use super::tree::Tree;
use super::unchanged;
use super::verify;
use crate::config::Secret;
use crate::progress::Progress;
use crate::progress::Within;
use crate::system::fs;
use crate::system::mounts;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use anyhow::ensure;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// Where, for which site and when.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Absolute; created for this user alone where it does not exist.
    pub folder: &'a Path,
    pub site: &'a str,
    pub now: Timestamp,
    /// Zone of the times in names.
    pub zone: &'a TimeZone,
    /// Django's `SECRET_KEY`: only a salted digest of it is kept.
    pub secret_key: Option<&'a Secret>,
    /// Days for which unchanged media are linked instead of copied.
    pub fresh_copy_days: u32,
    /// Whether a restore is about to replace what is backed up.
    pub before_restore: bool,
}

/// A consistent copy of the database, made by `db`.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseCopy<'a> {
    pub path: &'a Path,
    /// `sqlite3` or `dump`.
    pub extension: &'a str,
    /// `sqlite` or `postgresql`.
    pub engine: &'a str,
    /// Path or address of the live database.
    pub original: &'a str,
    pub fingerprint: &'a serde_json::Value,
}

/// What the artefact is to hold.
#[derive(Debug, Clone, Copy)]
pub enum Contents<'a> {
    Database(DatabaseCopy<'a>),
    /// The media folder.
    Media(&'a Path),
    Full {
        database: DatabaseCopy<'a>,
        media: &'a Path,
        settings: Option<&'a Path>,
        env_file: Option<&'a Path>,
    },
}

impl<'a> Contents<'a> {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Database(_) => Kind::Database,
            Self::Media(_) => Kind::Media,
            Self::Full { .. } => Kind::Full,
        }
    }

    fn database(&self) -> Option<DatabaseCopy<'a>> {
        match self {
            Self::Database(database) | Self::Full { database, .. } => Some(*database),
            Self::Media(_) => None,
        }
    }

    fn media(&self) -> Option<&'a Path> {
        match self {
            Self::Database(_) => None,
            Self::Media(media) | Self::Full { media, .. } => Some(media),
        }
    }

    /// The single files of a full artefact.
    fn configuration(&self) -> Vec<(Role, &'a Path)> {
        match self {
            Self::Full { settings, env_file, .. } => {
                [(Role::Settings, *settings), (Role::EnvFile, *env_file)]
                    .into_iter()
                    .filter_map(|(role, path)| Some((role, path?)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// An artefact that is now visible under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    pub path: PathBuf,
    pub size: u64,
    pub sha256: Sha256,
    /// What it holds, what could not be taken, and what it is a link to.
    pub manifest: Manifest,
}

/// Makes an artefact. The caller holds the site's lock, and has run [`super::clean`].
///
/// # Errors
/// When the folder cannot be written to, has no room, or the database copy or the media folder cannot be read at all.
/// Nothing is visible then, nor when the work is given up. What single files refuse is in the manifest's problems.
pub fn create(order: &Order<'_>, contents: Contents<'_>, progress: &dyn Progress) -> Result<Created> {
    ensure!(order.folder.is_absolute(), "{} is not an absolute path", order.folder.display());
    fs::create_private_folder(order.folder)?;
    let mut problems = Vec::new();
    problems.extend(exposed(order.folder)?);
    let tree = match contents.media() {
        Some(media) => look_at_media(order, media, contents.kind(), &mut problems)?,
        None => Tree::default(),
    };
    let artefacts = artefact::list(order.folder, order.zone)?;
    if let Contents::Media(media) = contents
        && let Some((same, manifest)) =
            unchanged::find(&artefacts, media, &tree, order.now, order.fresh_copy_days)?
        && let Some(created) = link(order, &same, manifest, &tree, &problems)?
    {
        return Ok(created);
    }
    let database_size = match contents.database() {
        Some(database) => size_of(database.path)?,
        None => 0,
    };
    let (bytes, files) = (tree.bytes() + database_size, tree.files.len() as u64 + 4);
    let needed = space::estimate(contents.kind(), bytes, files, &artefacts);
    space::require(order.folder, needed, mounts::space(order.folder)?)?;
    progress.start("back up", bytes);
    let created = write(order, contents, tree, problems, progress);
    progress.finish();
    created
}

/// Tells of a folder that is open to others; it may hold more than backups, so it is left as it is.
fn exposed(folder: &Path) -> Result<Option<Problem>> {
    let metadata = std::fs::metadata(folder).with_context(|| format!("look at {}", folder.display()))?;
    let mode = metadata.permissions().mode() & 0o7777;
    let open = mode & 0o077 != 0;
    Ok(open.then(|| {
        let detail = format!("is open to others (mode {mode:04o}); the backups in it are not");
        Problem::new(ProblemKind::Exposed, folder, detail)
    }))
}

fn look_at_media(order: &Order<'_>, media: &Path, kind: Kind, problems: &mut Vec<Problem>) -> Result<Tree> {
    ensure!(
        !order.folder.starts_with(media),
        "the folder of the backups {} lies within the media {}",
        order.folder.display(),
        media.display()
    );
    match std::fs::read_dir(media) {
        Ok(_) => Ok(tree::walk(media)),
        Err(error) if kind == Kind::Media => {
            Err(error).with_context(|| format!("read folder {}", media.display()))
        }
        Err(error) => {
            problems.push(Problem::new(
                ProblemKind::Missing,
                media,
                format!("is not in the backup: {error}"),
            ));
            Ok(Tree::default())
        }
    }
}

fn size_of(path: &Path) -> Result<u64> {
    let size = std::fs::metadata(path).with_context(|| format!("look at {}", path.display()))?.len();
    ensure!(size > 0, "the copy of the database {} is empty", path.display());
    Ok(size)
}

fn manifest_for(order: &Order<'_>, contents: &Contents<'_>, name: &Name) -> Result<Manifest> {
    let database = contents.database();
    Ok(Manifest {
        format_version: FORMAT_VERSION,
        tool: TOOL.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        site: order.site.to_owned(),
        artefact: name.to_string(),
        kind: contents.kind(),
        created_at: order.now,
        written_at: order.now,
        same_as: None,
        before_restore: order.before_restore,
        artefact_size: None,
        engine: database.map(|database| database.engine.to_owned()),
        fingerprint: database.map(|database| database.fingerprint.clone()),
        secret_key_fingerprint: order.secret_key.map(KeyFingerprint::of).transpose()?,
        sources: Vec::new(),
        problems: Vec::new(),
        totals: Totals::default(),
        folders: Vec::new(),
        entries: Vec::new(),
    })
}

fn write(
    order: &Order<'_>,
    contents: Contents<'_>,
    tree: Tree,
    problems: Vec<Problem>,
    progress: &dyn Progress,
) -> Result<Created> {
    let extension = contents.database().map(|database| database.extension);
    let name = publish::free_name(order.folder, Name::new(contents.kind(), extension, order.now, order.zone));
    let mut manifest = manifest_for(order, &contents, &name)?;
    manifest.problems = problems;
    let (partial, mut file) = Partial::create(order.folder, &name.to_string())?;
    let (manifest, written) = gzip::write(&mut file, |blocks| match contents {
        Contents::Database(database) => write_database(blocks, database, manifest, order.now, progress),
        _ => write_archive(Tarball::new(blocks, progress), &contents, tree, manifest, &name, order.now),
    })?;
    let single = extension.filter(|_| contents.kind() == Kind::Database);
    let sha256 = sync_and_read_back(&file, &partial.path, single, &manifest, written, progress)?;
    let manifest = Manifest { artefact_size: Some(written.length), ..manifest };
    publish::publish(order.folder, &partial, &manifest, sha256)?;
    Ok(Created { path: order.folder.join(name.to_string()), size: written.length, sha256, manifest })
}

/// Waits for the disk and reads back at the same time.
fn sync_and_read_back(
    file: &File,
    path: &Path,
    extension: Option<&str>,
    manifest: &Manifest,
    written: gzip::Written,
    progress: &dyn Progress,
) -> Result<Sha256> {
    std::thread::scope(|scope| {
        let sync = scope.spawn(|| file.sync_all());
        let sha256 = verify::read_back(path, extension, manifest, written, &Within(progress));
        let synced = sync.join().map_err(|_| anyhow!("the thread that syncs has stopped"))?;
        synced.with_context(|| format!("sync {}", path.display()))?;
        sha256
    })
}

fn write_database(
    blocks: &mut gzip::Blocks,
    database: DatabaseCopy<'_>,
    mut manifest: Manifest,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<Manifest> {
    use std::io::Read;
    let path = database.path;
    let reading = || format!("read {}", path.display());
    let mut file = File::open(path).with_context(reading)?;
    let mut hasher = super::digest::Hasher::default();
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer).with_context(reading)?;
        if count == 0 {
            break;
        }
        progress.go_on()?;
        hasher.update(&buffer[..count]);
        blocks.write(&buffer[..count], Packing::Deflated)?;
        progress.advance(count as u64);
        size += count as u64;
    }
    let archived = ArchivePath::new(format!("db.{}", database.extension));
    manifest.sources.push(Source {
        role: Role::Database,
        original: database.original.to_owned(),
        archived: archived.clone(),
    });
    manifest.totals = Totals { files: 1, bytes: size };
    let sha256 = hasher.finish();
    manifest.entries.push(super::Entry { path: archived, sha256, size, mode: 0o600, mtime: now });
    Ok(manifest)
}

fn write_archive(
    mut tar: Tarball<'_>,
    contents: &Contents<'_>,
    tree: Tree,
    mut manifest: Manifest,
    name: &Name,
    now: Timestamp,
) -> Result<Manifest> {
    let top = if contents.kind() == Kind::Full { PathBuf::from(name.stamp()) } else { PathBuf::new() };
    let archived = |path: &Path| ArchivePath::new(top.join(path));
    let extension = contents.database().map(|database| database.extension);
    let note = restore_note::write(name.kind, &manifest.artefact, &manifest.site, &name.stamp(), extension);
    tar.add_text(archived(Path::new(restore_note::NOTE_NAME)), note.as_bytes(), now)?;
    if let Some(database) = contents.database() {
        let place = archived(Path::new(&format!("db.{}", database.extension)));
        ensure!(
            tar.add_file(database.path, place.clone())?,
            "the copy of the database {} cannot be read",
            database.path.display()
        );
        ensure!(tar.problems.is_empty(), "the copy of the database changes: {}", database.path.display());
        manifest.sources.push(Source {
            role: Role::Database,
            original: database.original.to_owned(),
            archived: place,
        });
    }
    for (role, path) in contents.configuration() {
        let place = archived(Path::new(path.file_name().unwrap_or(path.as_os_str())));
        if tar.add_configuration(path, place.clone())? {
            manifest.sources.push(Source { role, original: path.display().to_string(), archived: place });
        }
    }
    if let Some(media) = contents.media().filter(|media| media.is_dir()) {
        let root = Path::new("media");
        let mode = std::fs::metadata(media).map_or(0o755, |metadata| metadata.permissions().mode() & 0o7777);
        tar.add_folder(archived(root), mode, now)?;
        manifest.sources.push(Source {
            role: Role::Media,
            original: media.display().to_string(),
            archived: archived(root),
        });
        // Each folder before what is in it: both lists are in the walk's order, which is that of the names.
        for (path, mode) in &tree.folders {
            tar.add_folder(archived(&root.join(path)), *mode, now)?;
        }
        for found in &tree.files {
            tar.add_file(&media.join(&found.path), archived(&root.join(&found.path)))?;
        }
    }
    manifest.problems.extend(tree.problems);
    manifest.problems.append(&mut tar.problems);
    manifest.folders = std::mem::take(&mut tar.folders);
    manifest.entries = std::mem::take(&mut tar.entries);
    manifest.totals = Totals {
        files: manifest.entries.len() as u64,
        bytes: manifest.entries.iter().map(|entry| entry.size).sum(),
    };
    tar.add_manifest(archived(Path::new(MANIFEST_NAME)), &manifest.to_json()?, now)?;
    tar.finish()?;
    Ok(manifest)
}

/// Publishes one more name of an artefact that holds the same; `None` where no link can be made and its sidecars do
/// not allow a copy: then the media are read anew.
fn link(
    order: &Order<'_>,
    same: &Artefact,
    manifest: Manifest,
    tree: &Tree,
    problems: &[Problem],
) -> Result<Option<Created>> {
    let Ok(checksums) = Checksums::read(&same.path, &same.name) else { return Ok(None) };
    let name =
        publish::free_name(order.folder, Name::new(Kind::Media, None, order.now, order.zone)).to_string();
    // Without links (FAT, some network file systems) the media are copied from the live site, not from the artefact.
    let Ok(partial) = Partial::link(order.folder, &name, &same.path) else { return Ok(None) };
    let manifest = Manifest {
        artefact: name.clone(),
        created_at: order.now,
        same_as: Some(manifest.same_as.clone().unwrap_or_else(|| same.name.clone())),
        before_restore: order.before_restore,
        artefact_size: Some(same.size),
        secret_key_fingerprint: order.secret_key.map(KeyFingerprint::of).transpose()?,
        problems: problems.iter().chain(&tree.problems).cloned().collect(),
        ..manifest
    };
    publish::publish(order.folder, &partial, &manifest, checksums.artefact)?;
    let path = order.folder.join(name);
    Ok(Some(Created { path, size: same.size, sha256: checksums.artefact, manifest }))
}
