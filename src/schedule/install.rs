//! Putting the files in place and taking them away: planned first, then done; what others wrote is never lost.

use super::File;
use super::file;
use crate::error::Error;
use crate::error::Kind;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;

/// What is done to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Written where nothing was.
    Create,
    /// Written in the place of an older one of sitekeep's.
    Update,
    /// Written in the place of one that somebody else wrote or changed, which is kept.
    Replace,
    /// As it should be.
    Leave,
    /// Taken away.
    Remove,
    /// Taken away; somebody changed it, and it is kept.
    SetAside,
    /// Taken away; what it replaced comes back.
    Restore,
}

impl Act {
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Leave => "unchanged",
            Self::Remove => "remove",
            Self::SetAside => "set aside",
            Self::Restore => "restore",
        }
    }
}

/// One file, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub act: Act,
    pub path: PathBuf,
    pub old: String,
    pub new: String,
}

/// Plans to write the files into a folder.
///
/// # Errors
/// Where somebody else's file has the name, or one was changed by hand, unless `replace`; where the schedule is
/// another site's.
pub fn plan_install(
    files: &[File],
    folder: &Path,
    settings: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for file in files {
        let path = folder.join(&file.name);
        let new = file.marked(settings, now);
        let Some(old) = read(&path)? else {
            steps.push(Step { act: Act::Create, path, old: String::new(), new });
            continue;
        };
        let act = match file::mark(&old) {
            Some(mark) if mark.settings != settings.display().to_string() && !replace => {
                return Err(refuse(&path, &format!("serves the site of {}", mark.settings)));
            }
            Some(mark) if mark.is_whole && mark.settings == settings.display().to_string() => {
                if mark.text == file.text { Act::Leave } else { Act::Update }
            }
            Some(mark) if mark.is_whole => Act::Update,
            _ if replace => Act::Replace,
            Some(_) => return Err(refuse(&path, "was changed by hand")),
            None => return Err(refuse(&path, "was not written by sitekeep")),
        };
        let new = if act == Act::Leave { old.clone() } else { new };
        steps.push(Step { act, path, old, new });
    }
    Ok(steps)
}

fn refuse(path: &Path, why: &str) -> anyhow::Error {
    Error::new(Kind::Failed, format!("{} {why}: nothing was changed", path.display()))
        .hint("see what would change with --dry-run --replace; --replace keeps the file aside, and `sitekeep schedule remove` brings it back")
        .into()
}

/// Plans to take away what sitekeep wrote under these names.
///
/// # Errors
/// When a file cannot be read.
pub fn plan_remove(names: &[String], folder: &Path) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for name in names {
        let path = folder.join(name);
        let Some(old) = read(&path)? else { continue };
        let Some(mark) = file::mark(&old) else { continue };
        let (act, new) = match read(&kept(&path))? {
            Some(former) => (Act::Restore, former),
            None if mark.is_whole => (Act::Remove, String::new()),
            None => (Act::SetAside, String::new()),
        };
        steps.push(Step { act, path, old, new });
    }
    Ok(steps)
}

/// Does what was planned; a file that is kept has its name with a dot before and `.kept` or `.changed` behind, which
/// neither systemd nor cron reads.
///
/// # Errors
/// When the folder cannot be written to; what was done until then stays, and the next run goes on.
pub fn apply(steps: &[Step]) -> Result<()> {
    steps.iter().try_for_each(apply_one).map_err(|error| {
        Error::new(Kind::Failed, crate::error::one_line(&error))
            .hint("the folders of systemd and cron belong to root: run it with sudo")
            .into()
    })
}

fn apply_one(step: &Step) -> Result<()> {
    let path = &step.path;
    let folder = path.parent().with_context(|| format!("{} has no folder", path.display()))?;
    let remove =
        |path: &Path| std::fs::remove_file(path).with_context(|| format!("remove {}", path.display()));
    match step.act {
        Act::Leave => return Ok(()),
        Act::Create | Act::Update => {
            std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
            fs::write_atomic(path, step.new.as_bytes(), 0o644)?;
        }
        Act::Replace => {
            // What somebody wrote first is what comes back, however often it is replaced.
            if !kept(path).exists() {
                fs::write_atomic(&kept(path), step.old.as_bytes(), 0o644)?;
            }
            fs::write_atomic(path, step.new.as_bytes(), 0o644)?;
        }
        Act::Remove => remove(path)?,
        Act::SetAside => {
            fs::write_atomic(&beside(path, "changed"), step.old.as_bytes(), 0o644)?;
            remove(path)?;
        }
        Act::Restore => {
            if file::mark(&step.old).is_some_and(|mark| !mark.is_whole) {
                fs::write_atomic(&beside(path, "changed"), step.old.as_bytes(), 0o644)?;
            }
            fs::write_atomic(path, step.new.as_bytes(), 0o644)?;
            remove(&kept(path))?;
        }
    }
    fs::sync_folder(folder)
}

/// Where the file that somebody else wrote is kept.
fn kept(path: &Path) -> PathBuf {
    beside(path, "kept")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().display().to_string();
    path.with_file_name(format!(".{name}.{suffix}"))
}

/// A file's text; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn file(text: &str) -> File {
        File { name: "sitekeep".into(), text: text.into() }
    }

    fn install(text: &str, folder: &Path, replace: bool) -> Result<Act> {
        let steps = plan_install(&[file(text)], folder, Path::new("/s.toml"), replace, NOW)?;
        apply(&steps)?;
        Ok(steps[0].act)
    }

    fn remove(folder: &Path) -> Vec<Act> {
        let steps = plan_remove(&["sitekeep".into()], folder).expect("plan");
        apply(&steps).expect("apply");
        steps.iter().map(|step| step.act).collect()
    }

    #[test]
    fn what_others_wrote_is_refused_or_kept_and_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sitekeep");
        assert_eq!(install("one\n", folder.path(), false).expect("written"), Act::Create);
        assert_eq!(install("one\n", folder.path(), false).expect("written"), Act::Leave);
        assert_eq!(install("two\n", folder.path(), false).expect("written"), Act::Update);
        assert_eq!(remove(folder.path()), [Act::Remove]);
        assert!(!path.exists() && remove(folder.path()).is_empty());

        fs::write_atomic(&path, b"mine\n", 0o644).expect("write");
        assert!(
            install("one\n", folder.path(), false)
                .expect_err("refused")
                .to_string()
                .contains("not written by")
        );
        assert!(remove(folder.path()).is_empty(), "somebody else's");
        assert_eq!(install("one\n", folder.path(), true).expect("written"), Act::Replace);
        assert_eq!(remove(folder.path()), [Act::Restore]);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "mine\n");
    }

    #[test]
    fn what_was_changed_by_hand_is_never_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sitekeep");
        install("one\n", folder.path(), false).expect("written");
        let changed = std::fs::read_to_string(&path).expect("read").replace("one", "changed");
        fs::write_atomic(&path, changed.as_bytes(), 0o644).expect("write");
        assert!(
            install("two\n", folder.path(), false)
                .expect_err("refused")
                .to_string()
                .contains("changed by hand")
        );
        assert_eq!(remove(folder.path()), [Act::SetAside]);
        assert_eq!(std::fs::read_to_string(folder.path().join(".sitekeep.changed")).expect("kept"), changed);
        assert!(!path.exists());
    }

    #[test]
    fn the_schedule_of_another_site_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        install("one\n", folder.path(), false).expect("written");
        let error = plan_install(&[file("one\n")], folder.path(), Path::new("/t.toml"), false, NOW)
            .expect_err("refused");
        assert!(error.to_string().contains("serves the site of /s.toml"), "{error}");
    }
}
