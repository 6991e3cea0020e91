//! Narrower forms of pictures, made when they are first asked for and kept in a folder that does not outgrow its limit.

use super::path;
use super::path::Opened;
use super::scale;
use super::scale::LARGEST_FILE;
use super::scale::WIDTHS;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use sha2::Digest;
use sha2::Sha256;
use std::collections::HashMap;
use std::fs::File;
use std::fs::FileTimes;
use std::fs::Metadata;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// Extensions of what is kept; the last is an empty file that says "as it is".
const EXTENSIONS: [&str; 3] = ["jpg", "webp", "none"];

/// Pictures decoded at a time: each takes its memory.
const DECODERS: usize = 1;

/// The folder of the variants, and what is being made for it.
pub(in crate::server) struct Variants {
    folder: PathBuf,
    /// Bytes that the folder may hold.
    most: u64,
    /// Bytes that it holds; counted at the first change.
    held: Mutex<Option<u64>>,
    making: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    decoders: Semaphore,
}

/// How long a use goes without being noted down again: each note is a write to the disk.
const NOTED: Duration = Duration::from_mins(10);

/// What the folder says of a picture.
pub(super) enum Kept {
    Variant(PathBuf),
    /// It is to be served as it is.
    Original,
}

impl Kept {
    fn name(self) -> Option<PathBuf> {
        match self {
            Self::Variant(name) => Some(name),
            Self::Original => None,
        }
    }
}

/// Reads the width that a query asks for: `Err` for one that is not offered.
pub(super) fn width(query: Option<&str>) -> Result<Option<u32>, ()> {
    let asked = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("w="));
    let Some(text) = asked else { return Ok(None) };
    WIDTHS.into_iter().find(|width| width.to_string() == text).map(Some).ok_or(())
}

impl Variants {
    pub(in crate::server) fn new(folder: PathBuf, most: u64) -> Self {
        let (held, making) = (Mutex::new(None), Mutex::default());
        Self { folder, most, held, making, decoders: Semaphore::new(DECODERS) }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Name of the variant's file in the folder; nothing where the picture is to be served as it is.
    ///
    /// Many who ask for one that is not there wait for one decoding; it goes on when they have gone.
    pub(super) async fn find(
        self: &Arc<Self>,
        root: &Path,
        relative: &Path,
        width: u32,
    ) -> Result<Option<PathBuf>> {
        let (own, root, relative) = (Arc::clone(self), root.to_owned(), relative.to_owned());
        let task = tokio::spawn(async move {
            let look = {
                let (own, root, relative) = (Arc::clone(&own), root.clone(), relative.clone());
                move || -> Result<(String, Option<Kept>)> {
                    let (_, metadata) = path::open(&root, &relative)?;
                    let key = key(&relative, &metadata, width);
                    let kept = own.kept(&key, opened);
                    Ok((key, kept))
                }
            };
            let (key, kept) = tokio::task::spawn_blocking(look).await??;
            if let Some(kept) = kept {
                return Ok(kept.name());
            }
            let turn = Arc::clone(own.making().entry(key.clone()).or_default());
            let guard = turn.lock().await;
            let permit = own.decoders.acquire().await?;
            let (making, name) = (Arc::clone(&own), key.clone());
            let made = tokio::task::spawn_blocking(move || match making.kept(&name, opened) {
                Some(kept) => Ok(kept.name()),
                None => making.make(&root, &relative, width, &name),
            });
            let made = made.await?;
            drop(permit);
            own.making().remove(&key);
            drop(guard);
            made
        });
        task.await?
    }

    fn making(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept of a picture, where that can be told without waiting for a disk.
    pub(super) fn at_hand(&self, relative: &Path, original: &Metadata, width: u32) -> Option<Kept> {
        self.kept(&key(relative, original, width), path::open_at_once)
    }

    /// What is kept under a key, used at this moment: a file, or the note that there is to be none.
    fn kept(&self, key: &str, open: impl Fn(&Path, &Path) -> Option<Opened>) -> Option<Kept> {
        EXTENSIONS.into_iter().find_map(|extension| {
            let name = PathBuf::from(format!("{key}.{extension}"));
            let (file, metadata) = open(&self.folder, &name)?;
            // Whoever may not note it down still serves the file; it is then the first to go.
            let _ = note_use(&file, &metadata);
            Some(if extension == "none" { Kept::Original } else { Kept::Variant(name) })
        })
    }

    fn make(&self, root: &Path, relative: &Path, width: u32, key: &str) -> Result<Option<PathBuf>> {
        let (file, metadata) = path::open(root, relative)?;
        let scaled = if metadata.len() > LARGEST_FILE {
            None
        } else {
            let mut bytes = Vec::with_capacity(usize::try_from(metadata.len())?);
            file.take(LARGEST_FILE).read_to_end(&mut bytes)?;
            // A picture that cannot be decoded is served as it is: browsers may know better.
            scale::scale(&bytes, width).unwrap_or_default()
        };
        let (bytes, extension) =
            scaled.map_or_else(|| (Vec::new(), "none"), |scaled| (scaled.bytes, scaled.extension));
        let name = PathBuf::from(format!("{key}.{extension}"));
        let path = self.folder.join(&name);
        fs::create_private_folder(&self.folder)?;
        fs::write_atomic(&path, &bytes, 0o600)?;
        // The variant is as old as its picture.
        let times = FileTimes::new().set_accessed(now()).set_modified(metadata.modified()?);
        File::options().write(true).open(&path)?.set_times(times).context("date the variant")?;
        self.make_room(bytes.len() as u64)?;
        Ok((extension != "none").then_some(name))
    }

    /// Removes what was not used for longest, when `added` bytes more are too many.
    fn make_room(&self, added: u64) -> Result<()> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = *held
            && known + added <= self.most
        {
            *held = Some(known + added);
            return Ok(());
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder).context("read the folder of the variants")? {
            let entry = entry?;
            // What another has removed in the meantime is gone.
            let Ok(metadata) = entry.metadata() else { continue };
            files.push((metadata.accessed()?, metadata.len(), entry.path()));
        }
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        if total > self.most {
            files.sort();
            for (_, bytes, path) in files {
                // A tenth is left free, so that not every picture needs a walk.
                if total <= self.most / 10 * 9 {
                    break;
                }
                std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
                total -= bytes;
            }
        }
        *held = Some(total);
        Ok(())
    }
}

fn opened(folder: &Path, name: &Path) -> Option<Opened> {
    path::open(folder, name).ok()
}

fn note_use(file: &File, metadata: &Metadata) -> std::io::Result<()> {
    let now = now();
    if now.duration_since(metadata.accessed()?).is_ok_and(|passed| passed < NOTED) {
        return Ok(());
    }
    file.set_times(FileTimes::new().set_accessed(now).set_modified(metadata.modified()?))
}

/// Another picture under the same name has another key.
fn key(relative: &Path, metadata: &Metadata, width: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(relative.as_os_str().as_bytes());
    let facts = [metadata.size().cast_signed(), metadata.mtime(), metadata.mtime_nsec()];
    hash.update(format!("\0{facts:?} {width}"));
    let digest = hash.finalize();
    let half = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
    half.collect::<Vec<_>>().concat()
}

/// When a variant was used last, as the file system notes it: the site's own clock may stand still.
#[expect(clippy::disallowed_methods, reason = "an access time is compared with others that the kernel wrote")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_offered_widths_are_made() {
        assert_eq!(width(None), Ok(None));
        assert_eq!(width(Some("x=1&w=640")), Ok(Some(640)));
        for query in ["w=", "w=641", "w=0640", "w=-1", "w=99999999999", "w=640px"] {
            assert_eq!(width(Some(query)), Err(()), "{query}");
        }
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let variants = Variants::new(folder.path().to_owned(), 100);
        for (name, seconds) in [("new", 30), ("old", 10), ("middle", 20)] {
            let path = folder.path().join(name);
            fs::write_atomic(&path, &[0; 40], 0o600).expect("write");
            let used = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            let file = File::options().write(true).open(path).expect("open");
            file.set_times(FileTimes::new().set_accessed(used)).expect("date");
        }
        variants.make_room(40).expect("room");
        let left = |name| folder.path().join(name).exists();
        assert_eq!((left("old"), left("middle"), left("new")), (false, true, true));
        assert_eq!(*variants.held.lock().expect("held"), Some(80));
    }
}
