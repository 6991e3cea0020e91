//! Writes an artefact: its members in order, its manifest, and the proof that it reads back.

use super::ArchivePath;
use super::Created;
use super::DatabaseCopy;
use super::KeyFingerprint;
use super::Kind;
use super::Manifest;
use super::Name;
use super::Order;
use super::Problem;
use super::Role;
use super::Source;
use super::Totals;
use super::follow;
use super::gzip;
use super::manifest::FORMAT_VERSION;
use super::manifest::MANIFEST_NAME;
use super::manifest::TOOL;
use super::member::Packing;
use super::order::Contents;
use super::publish;
use super::publish::Partial;
use super::read_back;
use super::restore_note;
use super::tarball::Tarball;
use super::tree::Tree;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use anyhow::ensure;
use jiff::Timestamp;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::thread;

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
        fingerprint: None,
        secret_key_fingerprint: match order.origin {
            Some(origin) => origin.secret_key_fingerprint.clone(),
            None => order.secret_key.map(KeyFingerprint::of).transpose()?,
        },
        sources: Vec::new(),
        problems: Vec::new(),
        totals: Totals::default(),
        folders: Vec::new(),
        entries: Vec::new(),
    })
}

/// Writes an artefact aside, reads it back, and publishes it.
///
/// Three things go on at the same time: the archive is written, what is written is read back at once, and the copy of
/// the database proves itself.
///
/// # Errors
/// When any of these fails; nothing is visible then.
pub(super) fn write(
    order: &Order<'_>,
    contents: Contents<'_>,
    tree: Tree,
    problems: Vec<Problem>,
    progress: &dyn Progress,
) -> Result<Created> {
    let database = contents.database();
    let extension = database.map(|database| database.extension);
    let name = publish::free_name(order.folder, Name::new(contents.kind(), extension, order.now, order.zone));
    let mut manifest = manifest_for(order, &contents, &name)?;
    manifest.problems = problems;
    manifest.problems.extend(order.origin.iter().flat_map(|origin| origin.problems.clone()));
    let (partial, file) = Partial::create(order.folder, &name.to_string())?;
    let single = extension.filter(|_| contents.kind() == Kind::Database);
    let (mut sink, follower) = follow::pair(&file, &partial.path)?;
    let (manifest, written, reading) = thread::scope(|scope| {
        let proof =
            scope.spawn(move || database.map(|database| database.fingerprint.fingerprint()).transpose());
        let proof = || proof.join().map_err(|_| anyhow!("the check of the database has stopped"))?;
        let path = &partial.path;
        let reading = scope.spawn(move || read_back::read(follower, path, single));
        let filled = gzip::write(&mut sink, |blocks| match contents {
            Contents::Database(database) => {
                let manifest = write_database(blocks, database, manifest, order.now, progress)?;
                Ok(Manifest { fingerprint: proof()?, ..manifest })
            }
            _ => {
                write_archive(Tarball::new(blocks, progress), &contents, tree, manifest, &name, order, proof)
            }
        });
        // Nothing more comes: the reader ends at the end of the file.
        drop(sink);
        let (manifest, written) = filled?;
        file.sync_all().with_context(|| format!("sync {}", path.display()))?;
        let reading = reading.join().map_err(|_| anyhow!("the thread that reads back has stopped"))??;
        follow::release(&file, 0, None);
        anyhow::Ok((manifest, written, reading))
    })?;
    let sha256 = read_back::compare(&partial.path, reading, &manifest, written)?;
    let manifest = Manifest { artefact_size: Some(written.length), ..manifest };
    publish::publish(order.folder, &partial, &manifest, sha256)?;
    Ok(Created { path: order.folder.join(name.to_string()), size: written.length, sha256, manifest })
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
    order: &Order<'_>,
    proof: impl FnOnce() -> Result<Option<serde_json::Value>>,
) -> Result<Manifest> {
    let now = order.now;
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
            let original = order.original(role, &path.display().to_string());
            manifest.sources.push(Source { role, original, archived: place });
        }
    }
    if let Some(media) = contents.media().filter(|media| media.is_dir()) {
        let root = Path::new("media");
        let mode = std::fs::metadata(media).map_or(0o755, |metadata| metadata.permissions().mode() & 0o7777);
        tar.add_folder(archived(root), mode, now)?;
        manifest.sources.push(Source {
            role: Role::Media,
            original: order.original(Role::Media, &media.display().to_string()),
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
    manifest.fingerprint = proof()?;
    tar.add_manifest(archived(Path::new(MANIFEST_NAME)), &manifest.to_json()?, now)?;
    tar.finish()?;
    Ok(manifest)
}
