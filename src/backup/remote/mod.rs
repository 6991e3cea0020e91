//! Copies away from this machine, as snapshots in a repository of restic: pushed, listed, read through, brought back.
//!
//! A snapshot holds the live media folder as files, and beside it the folder [`stage::NAME`] with what belongs to it: a
//! consistent, uncompressed copy of the database, settings and `.env`, the manifest with the digest of every file, and
//! `RESTORE.md` for those who have restic alone. Paths are the same in every snapshot, so that only what changed is
//! read and sent. What a kill leaves:
//!
//! | while | is left | and then |
//! | --- | --- | --- |
//! | the copy is prepared | the folder of the stage | the next push makes it anew |
//! | restic sends | data that no snapshot names, a lock | the next push uses the data and removes the lock |
//! | a snapshot is brought back | a folder `.sitekeep-remote…` | the next one removes it |

mod answer;
mod bring;
mod needs;
mod note;
mod program;
mod prune;
mod push;
mod ssh;
mod stage;
mod trouble;
mod verdict;
mod verify;

pub use answer::Snapshot;
pub use bring::Brought;
pub use bring::clean;
pub use needs::missing;
pub use push::Pushed;
pub use verdict::Copied;
pub use verdict::judge;
pub use verify::Sampled;

use crate::config::RemoteConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use anyhow::Result;
use program::Restic;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use trouble::Trouble;

/// How long it may take to tell whether there is a repository.
const LOOK: Duration = Duration::from_mins(1);

/// The repository of one site.
pub struct Remote<'a> {
    restic: Restic<'a>,
    settings: &'a RemoteConfig,
    /// Without it, whichever site has copies there.
    site: Option<&'a str>,
    state_folder: PathBuf,
}

impl<'a> Remote<'a> {
    /// Prepares the work; nothing is asked of the repository yet.
    ///
    /// # Errors
    /// When restic is not installed, no repository is configured, or its secrets cannot be used.
    pub fn new(
        settings: &'a RemoteConfig,
        site: Option<&'a str>,
        state_folder: &Path,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let restic = Restic::new(settings, state_folder, progress)?;
        Ok(Self { restic, settings, site, state_folder: state_folder.to_owned() })
    }

    /// The repository as people may see it.
    pub fn label(&self) -> &str {
        &self.restic.label
    }

    /// Whether there is a repository that the password opens.
    ///
    /// # Errors
    /// When that cannot be told, or the password is another one.
    pub fn is_there(&self) -> Result<bool> {
        match self.restic.try_ask(LOOK.min(self.settings.timeout), &["cat", "config"])? {
            Ok(_) => Ok(true),
            Err(refusal) if refusal.trouble == Trouble::Missing => Ok(false),
            Err(refusal) => Err(self.restic.error(&refusal)),
        }
    }

    /// Creates the repository.
    ///
    /// # Errors
    /// When restic cannot, or there is one.
    pub fn create(&self) -> Result<()> {
        self.restic.ask(&["init"]).map(|_| ())
    }

    /// The copies of the site, oldest first.
    ///
    /// # Errors
    /// When the repository cannot be asked.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>> {
        let mut arguments = vec!["snapshots", "--json", "--no-lock", "--tag", answer::TAG];
        arguments.extend(self.site.iter().flat_map(|site| ["--host", *site]));
        answer::snapshots(&self.restic.ask(&arguments)?, self.site)
    }

    /// The snapshot that is meant: `latest`, or the beginning of an identifier.
    ///
    /// # Errors
    /// When there is none, or more than one begins so.
    pub fn find(&self, name: &str) -> Result<Snapshot> {
        let all = self.snapshots()?;
        let hint = "sitekeep backup list --remote shows what there is";
        let sites: BTreeSet<&str> = all.iter().map(|snapshot| snapshot.hostname.as_str()).collect();
        if name == "latest" && sites.len() > 1 {
            let names = sites.into_iter().collect::<Vec<_>>().join(", ");
            let message = format!("{} holds copies of several sites: {names}", self.label());
            return Err(Error::new(Kind::Usage, message).hint("name one with --site").into());
        }
        let mut fits: Vec<Snapshot> = match name {
            "latest" => all.into_iter().next_back().into_iter().collect(),
            name => all.into_iter().filter(|snapshot| snapshot.id.starts_with(name)).collect(),
        };
        match (fits.pop(), fits.is_empty()) {
            (Some(snapshot), true) => Ok(snapshot),
            (Some(_), false) => {
                Err(Error::new(Kind::Usage, format!("more than one copy begins with {name}"))
                    .hint(hint)
                    .into())
            }
            (None, _) if name == "latest" => {
                let message = format!("no copy{} is in {}", self.of_site(), self.label());
                Err(Error::new(Kind::Failed, message).hint("make one: sitekeep backup push").into())
            }
            (None, _) => Err(Error::new(
                Kind::Usage,
                format!("no copy{} in {} begins with {name}", self.of_site(), self.label()),
            )
            .hint(hint)
            .into()),
        }
    }
}

impl Remote<'_> {
    fn of_site(&self) -> String {
        self.site.map_or_else(String::new, |site| format!(" of `{site}`"))
    }
}

/// A path as a pattern of restic that means nothing else.
fn literal(path: &Path) -> String {
    let mut pattern = String::new();
    for c in path.display().to_string().chars() {
        if "*?[]\\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
