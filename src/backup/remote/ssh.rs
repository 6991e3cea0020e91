//! ssh below SFTP: it never asks anybody, notices a connection that died, and says itself why it does not come about.

use super::needs;
use crate::config::RemoteConfig;
use crate::progress::Progress;
use crate::system::process;
use crate::system::run;
use crate::system::run::Keep;
use anyhow::Result;
use std::time::Duration;

/// A question at the terminal would wait for ever in a job of cron, and a connection that died would be waited for.
const OPTIONS: [&str; 4] =
    ["BatchMode=yes", "ConnectTimeout=20", "ServerAliveInterval=30", "ServerAliveCountMax=4"];
/// Longest wait for its words.
const LIMIT: Duration = Duration::from_secs(30);

/// ssh to the machine of an `sftp:` address.
pub(super) struct Ssh {
    words: Vec<String>,
}

impl Ssh {
    /// `None` where the repository is reached in another way.
    ///
    /// # Errors
    /// When ssh is not installed.
    pub(super) fn of(settings: &RemoteConfig) -> Result<Option<Self>> {
        let Some(machine) = settings.ssh_host() else { return Ok(None) };
        needs::ssh()?;
        let mut words: Vec<String> =
            OPTIONS.iter().flat_map(|option| ["-o".to_owned(), (*option).to_owned()]).collect();
        words.extend(machine.user.iter().flat_map(|user| ["-l".to_owned(), user.to_string()]));
        words.extend(machine.port.iter().flat_map(|port| ["-p".to_owned(), port.to_string()]));
        words.extend(["-s".to_owned(), machine.host.into_owned(), "sftp".to_owned()]);
        Ok(Some(Self { words }))
    }

    /// The option by which restic starts it; versions before 0.16 know no other.
    pub(super) fn option(&self) -> String {
        let quoted = self.words.iter().map(|word| format!("'{word}'"));
        format!("sftp.command=ssh {}", quoted.collect::<Vec<_>>().join(" "))
    }

    /// What it says when it is not let in; restic often ends before it has passed that on.
    ///
    /// # Errors
    /// When it cannot be started, or the work is given up.
    pub(super) fn complaint(&self, progress: &dyn Progress) -> Result<Option<String>> {
        let mut command = process::command(needs::ssh()?);
        let ran = run::run(command.args(&self.words), LIMIT, Keep::Last, progress)?;
        Ok((!ran.succeeded() && !ran.stderr.trim().is_empty()).then_some(ran.stderr))
    }
}
