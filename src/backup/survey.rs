//! All kinds judged from one look at the folder, and what runs that died left in it.

use super::Evidence;
use super::Kind;
use super::Verdict;
use super::publish;
use super::safety;
use crate::config::StatusConfig;
use crate::error;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::time;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;

/// No run takes so long: what is older was left behind.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(24);

/// What is said of a folder of backups.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// One of each kind; none where the folder cannot be read.
    pub verdicts: Vec<Verdict>,
    /// What concerns the folder as a whole.
    pub folder: Check,
}

impl Survey {
    /// All findings and metrics together.
    pub fn into_check(self) -> Check {
        let mut check = Check::default();
        for verdict in self.verdicts {
            check.absorb(verdict.check);
        }
        check.absorb(self.folder);
        check
    }
}

/// Judges every kind of backup in a folder; what cannot be read is UNKNOWN.
pub fn survey(
    folder: &Path,
    site: &str,
    zone: &TimeZone,
    state: Option<&State>,
    limits: &StatusConfig,
    now: Timestamp,
) -> Survey {
    let look = || -> Result<Survey> {
        let evidence = Evidence::gather(folder, site, zone, state)?;
        let verdicts =
            Kind::ALL.into_iter().map(|kind| safety::judge(kind, &evidence, limits, now)).collect();
        Ok(Survey { verdicts, folder: leftovers(folder, now)?.into() })
    };
    look().unwrap_or_else(|problem| {
        let subject = folder.display().to_string();
        let message = format!("whether there are backups is not known: {}", error::one_line(&problem));
        let finding = Finding::unknown(&kinds::BACKUP_FOLDER, subject, message)
            .remedy("run as the user that makes the backups, or set [backup] folder to the right one");
        Survey { verdicts: Vec::new(), folder: finding.into() }
    })
}

fn leftovers(folder: &Path, now: Timestamp) -> Result<Finding> {
    let subject = folder.display().to_string();
    let kind = &kinds::BACKUP_LEFTOVER;
    if !folder.exists() {
        return Ok(Finding::warning(&kinds::BACKUP_FOLDER, subject, "the folder is not there").remedy(
            "mount its disk, or set [backup] folder to the right one; the first backup makes it where it is new",
        ));
    }
    let names = publish::unfinished(folder)?;
    let (mut bytes, mut oldest) = (0, SignedDuration::ZERO);
    for name in &names {
        let path = folder.join(name);
        match std::fs::symlink_metadata(&path) {
            Ok(looked) => {
                bytes += looked.len();
                let modified = looked.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
                oldest = oldest.max(modified.map_or(SignedDuration::ZERO, |at| time::age(now, at)));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("look at {}", path.display())),
        }
    }
    if names.is_empty() {
        return Ok(Finding::ok(kind, subject, "nothing unfinished lies there"));
    }
    let what = format!("{} ({})", count(names.len() as u64, "unfinished file"), ByteSize(bytes));
    let finding = if oldest > LONGEST_RUN {
        let message = format!("{what}, up to {} old, of a run that was cut off", Age(oldest));
        Finding::warning(kind, subject, message).remedy("the next backup removes them: sitekeep backup full")
    } else {
        Finding::ok(kind, subject, format!("{what} of a run that is under way or was cut off"))
    };
    Ok(finding.with("files", names).with("bytes", bytes))
}
