//! The folder that goes along with the media: database, configuration, manifest and note, the same path each time.

use super::super::ArchivePath;
use super::super::Entry;
use super::super::Folder;
use super::super::KeyFingerprint;
use super::super::Kind;
use super::super::Manifest;
use super::super::Name;
use super::super::Order;
use super::super::Problem;
use super::super::ProblemKind;
use super::super::Sha256;
use super::super::Source;
use super::super::Totals;
use super::super::manifest::FORMAT_VERSION;
use super::super::manifest::TOOL;
use super::super::order::Contents;
use super::super::restore_note::NOTE_NAME;
use super::super::source;
use super::super::tree;
use super::super::tree::Facts;
use super::super::tree::Found;
use super::super::tree::Tree;
use super::super::unchanged;
use super::note;
use crate::progress::Progress;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// Name of the folder, by which it is found in a snapshot.
pub(super) const NAME: &str = "sitekeep-snapshot";
/// Name of the manifest in it.
pub(super) const MANIFEST: &str = "manifest.json";
/// Where the media are in the manifest.
pub(super) const MEDIA: &str = "media";
/// What the clock of a file system may be behind the one that stamped the manifest.
const SLACK: SignedDuration = SignedDuration::from_secs(3);

/// The folder, and what it goes with.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    /// The media folder with its links followed: restic does not.
    pub(super) media: Option<PathBuf>,
    pub(super) manifest: Manifest,
}

/// The stage of a site; the copy of the database is made in it.
pub(super) fn folder(state_folder: &Path) -> PathBuf {
    state_folder.join("remote").join(NAME)
}

/// Makes an empty stage.
pub(super) fn prepare(state_folder: &Path) -> Result<PathBuf> {
    let folder = folder(state_folder);
    clear(state_folder)?;
    fs::create_private_folder(&folder)?;
    Ok(folder)
}

/// Removes the stage with what it holds of the site.
pub(super) fn clear(state_folder: &Path) -> Result<()> {
    let folder = folder(state_folder);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

impl Stage {
    /// Writes all that goes along with the media; the copy of the database lies in the stage already.
    ///
    /// Digests of media that did not change since `known` was written are taken from there.
    ///
    /// # Errors
    /// When the copy of the database is not sound, or the stage cannot be written.
    pub(super) fn fill(
        order: &Order<'_>,
        contents: &Contents<'_>,
        state_folder: &Path,
        known: Option<&Manifest>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let folder = folder(state_folder);
        let mut manifest = begin(order, contents)?;
        if let Some(database) = contents.database() {
            let place = ArchivePath::new(format!("db.{}", database.extension));
            if let Ok(original) = std::fs::metadata(database.original) {
                resemble(&original, database.path)
                    .with_context(|| format!("give {} its mode", database.path.display()))?;
            }
            manifest.entries.push(entry(database.path, place.clone())?);
            manifest.sources.push(Source {
                role: super::super::Role::Database,
                original: database.original.to_owned(),
                archived: place,
            });
            manifest.fingerprint = Some(database.fingerprint.fingerprint()?);
        }
        for (role, path) in contents.configuration() {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let (place, original) = (ArchivePath::new(name), path.display().to_string());
            match copy(path, &folder.join(name)) {
                Ok(()) => {
                    manifest.entries.push(entry(&folder.join(name), place.clone())?);
                    manifest.sources.push(Source { role, original, archived: place });
                }
                Err(error) => manifest.problems.push(source::refused(path, &error)),
            }
        }
        let mut stage = Self { folder, media: None, manifest };
        stage.look_at_media(contents, known, progress)?;
        stage.write()?;
        Ok(stage)
    }

    /// Looks at the media once more, after some changed.
    pub(super) fn refresh(&mut self, contents: &Contents<'_>, progress: &dyn Progress) -> Result<()> {
        let known = self.manifest.clone();
        let of_media = |path: &Path| path.starts_with(MEDIA);
        self.manifest.entries.retain(|entry| !of_media(entry.path.as_path()));
        self.manifest.folders.clear();
        self.manifest.sources.retain(|source| !of_media(source.archived.as_path()));
        self.manifest.problems.retain(|problem| {
            contents.media().is_none_or(|media| !Path::new(&problem.path).starts_with(media))
        });
        self.look_at_media(contents, Some(&known), progress)?;
        self.write()
    }

    fn look_at_media(
        &mut self,
        contents: &Contents<'_>,
        known: Option<&Manifest>,
        progress: &dyn Progress,
    ) -> Result<()> {
        let Some(media) = contents.media() else { return Ok(()) };
        let root = match media.canonicalize().and_then(|root| std::fs::read_dir(&root).map(|_| root)) {
            Ok(root) => root,
            Err(error) => {
                let detail = format!("is not in the copy: {error}");
                self.manifest.problems.push(Problem::new(ProblemKind::Missing, media, detail));
                self.total();
                return Ok(());
            }
        };
        let tree = tree::walk(&root);
        let source = Source {
            role: super::super::Role::Media,
            original: media.display().to_string(),
            archived: ArchivePath::new(MEDIA),
        };
        self.manifest.sources.push(source);
        let archived = |path: &Path| ArchivePath::new(Path::new(MEDIA).join(path));
        self.manifest.folders =
            tree.folders.iter().map(|(path, mode)| Folder { path: archived(path), mode: *mode }).collect();
        self.digest(&root, tree, known, &archived, progress)?;
        self.media = Some(root);
        self.total();
        Ok(())
    }

    fn digest(
        &mut self,
        root: &Path,
        tree: Tree,
        known: Option<&Manifest>,
        archived: &dyn Fn(&Path) -> ArchivePath,
        progress: &dyn Progress,
    ) -> Result<()> {
        let by_path: HashMap<&ArchivePath, &Entry> =
            known.iter().flat_map(|manifest| &manifest.entries).map(|entry| (&entry.path, entry)).collect();
        let since = known.map(|manifest| manifest.written_at);
        progress.start("look at the media", tree.bytes());
        self.manifest.problems.extend(tree.problems);
        for Found { path, facts } in tree.files {
            progress.go_on()?;
            let place = archived(&path);
            let same = by_path.get(&place).filter(|entry| {
                (entry.size, entry.mode, entry.mtime) == (facts.size, facts.mode, facts.mtime)
                    && since.is_some_and(|since| facts.ctime + SLACK < since)
            });
            let digest = match same {
                Some(entry) => Ok(entry.sha256),
                None => unchanged::hash(&root.join(&path)),
            };
            progress.advance(facts.size);
            match digest {
                Ok(sha256) => self.manifest.entries.push(of(place, sha256, facts)),
                Err(error) => self.manifest.problems.push(tree::failed(&root.join(&path), &error)),
            }
        }
        progress.finish();
        Ok(())
    }

    fn total(&mut self) {
        self.manifest.totals = Totals {
            files: self.manifest.entries.len() as u64,
            bytes: self.manifest.entries.iter().map(|entry| entry.size).sum(),
        };
    }

    fn write(&self) -> Result<()> {
        let note = note::write(&self.manifest, &self.folder, self.media.as_deref());
        fs::write_atomic(&self.folder.join(NOTE_NAME), note.as_bytes(), 0o600)?;
        fs::write_atomic(&self.folder.join(MANIFEST), &self.manifest.to_json()?, 0o600)
    }

    /// What restic is to copy.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.folder.as_path()).chain(self.media.as_deref())
    }
}

fn begin(order: &Order<'_>, contents: &Contents<'_>) -> Result<Manifest> {
    Ok(Manifest {
        format_version: FORMAT_VERSION,
        tool: TOOL.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        site: order.site.to_owned(),
        artefact: Name::new(Kind::Full, None, order.now, order.zone).to_string(),
        kind: Kind::Full,
        created_at: order.now,
        written_at: order.now,
        same_as: None,
        before_restore: false,
        artefact_size: None,
        engine: contents.database().map(|database| database.engine.to_owned()),
        fingerprint: None,
        secret_key_fingerprint: order.secret_key.map(KeyFingerprint::of).transpose()?,
        sources: Vec::new(),
        problems: Vec::new(),
        totals: Totals::default(),
        folders: Vec::new(),
        entries: Vec::new(),
    })
}

/// Copies a small file of the configuration with its mode and time.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    // A name that links elsewhere is followed here: it is the one that the settings give.
    let mut reader = std::fs::File::open(from)?;
    let mut writer = std::fs::File::create_new(to)?;
    std::io::copy(&mut reader, &mut writer)?;
    let metadata = reader.metadata()?;
    writer.set_modified(metadata.modified()?)?;
    drop(writer);
    resemble(&metadata, to)
}

/// Gives a copy the mode of its original, and the owner where this user may.
fn resemble(original: &std::fs::Metadata, copy: &Path) -> std::io::Result<()> {
    // Only root may, and only root's restore gives it back.
    let _ = std::os::unix::fs::lchown(copy, Some(original.uid()), Some(original.gid()));
    std::fs::set_permissions(copy, original.permissions())
}

fn entry(path: &Path, place: ArchivePath) -> Result<Entry> {
    let reading = || format!("read {}", path.display());
    let facts = Facts::of(&std::fs::metadata(path).with_context(reading)?);
    Ok(of(place, unchanged::hash(path).with_context(reading)?, facts))
}

fn of(path: ArchivePath, sha256: Sha256, facts: Facts) -> Entry {
    Entry { path, sha256, size: facts.size, mode: facts.mode, mtime: facts.mtime }
}
