//! A file that disappears again unless it is finished.

use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

/// A new file of mode 0600, removed when dropped before [`Unfinished::finish`].
#[derive(Debug)]
pub(super) struct Unfinished {
    path: PathBuf,
    kept: bool,
}

impl Unfinished {
    pub(super) fn create(path: &Path) -> Result<Self> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .with_context(|| format!("create {}", path.display()))?;
        Ok(Self { path: path.to_owned(), kept: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn size(&self) -> Result<u64> {
        let metadata = std::fs::metadata(&self.path);
        Ok(metadata.with_context(|| format!("look at {}", self.path.display()))?.len())
    }

    /// Writes the content to disk, which is not yet the promise that it is right.
    pub(super) fn sync(&self) -> Result<()> {
        let sync = || -> std::io::Result<()> {
            let file = File::open(&self.path)?;
            file.sync_all()?;
            let folder = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        sync().with_context(|| format!("write {} to disk", self.path.display()))
    }

    pub(super) fn finish(mut self) -> PathBuf {
        self.kept = true;
        std::mem::take(&mut self.path)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.kept {
            // The error that brought us here is the one to tell; the name says that it was not published.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
