//! restic itself: found, started with its secrets in files and its environment only, tried again, and its locks healed.

use super::needs;
use super::ssh::Ssh;
use super::trouble::Trouble;
use crate::config::RemoteConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use crate::system::process;
use crate::system::run;
use crate::system::run::Keep;
use crate::system::run::Ran;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

/// Longest answer that is kept: the manifest of a million files.
const LONGEST: usize = 512 * 1024 * 1024;
/// Work that takes as long as it takes; whoever waits can stop it.
const NO_LIMIT: Duration = Duration::from_hours(366 * 24);
/// Variables that would lead restic elsewhere than the settings say.
const STRAY: [&str; 5] = [
    "RESTIC_PASSWORD",
    "RESTIC_PASSWORD_COMMAND",
    "RESTIC_REPOSITORY_FILE",
    "RESTIC_HOST",
    "RESTIC_KEY_HINT",
];
/// Variables whose values may be shown.
const OPEN: [&str; 4] = ["RESTIC_REPOSITORY", "RESTIC_PASSWORD_FILE", USER, "AWS_DEFAULT_REGION"];
const USER: &str = "RESTIC_REST_USERNAME";
const PASSWORD: &str = "RESTIC_REST_PASSWORD";

/// restic on one repository.
pub(super) struct Restic<'a> {
    program: PathBuf,
    ssh: Option<Ssh>,
    settings: &'a RemoteConfig,
    /// For the environment of restic alone; never shown.
    variables: BTreeMap<String, String>,
    cache: PathBuf,
    /// The repository as people may see it.
    pub(super) label: String,
    pub(super) progress: &'a dyn Progress,
}

/// What a run of restic that did not do its work came to.
pub(super) struct Refusal {
    pub(super) trouble: Trouble,
    pub(super) words: String,
}

impl<'a> Restic<'a> {
    /// Prepares restic for the configured repository.
    ///
    /// # Errors
    /// When it is not installed, no repository is configured, or a file of secrets is missing or open to others.
    pub(super) fn new(
        settings: &'a RemoteConfig,
        state_folder: &Path,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let repository = settings.repository.clone().ok_or_else(|| {
            Error::new(Kind::Config, "no place for copies away from this machine is configured")
                .hint("set [remote] repository and password_file; docs/offsite.md goes through it")
        })?;
        let program = needs::restic()?;
        let ssh = Ssh::of(settings)?;
        let password = needs::password_file(settings)?;
        let mut variables = needs::credentials(settings)?;
        let address = with_user(&repository, &variables);
        variables.insert("RESTIC_REPOSITORY".to_owned(), address);
        variables.insert("RESTIC_PASSWORD_FILE".to_owned(), password.display().to_string());
        let cache = state_folder.join("remote/cache");
        Ok(Self { program, ssh, settings, variables, cache, label: repository, progress })
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = process::bound_command(&self.program);
        for name in STRAY {
            command.env_remove(name);
        }
        command.envs(&self.variables).env("RESTIC_CACHE_DIR", &self.cache);
        // Times go in and out in one zone; progress is told twice a second.
        command.env("TZ", "UTC").env("RESTIC_PROGRESS_FPS", "2");
        for (option, limit) in [
            ("--limit-upload", self.settings.upload_limit),
            ("--limit-download", self.settings.download_limit),
        ] {
            if limit.0 > 0 {
                command.args([option.to_owned(), (limit.0 / 1024).to_string()]);
            }
        }
        if let Some(ssh) = &self.ssh {
            command.args(["-o".to_owned(), ssh.option()]);
        }
        command.args(arguments);
        command
    }

    /// Asks for a short answer and returns it.
    ///
    /// # Errors
    /// When restic refuses in the end.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<String> {
        self.try_ask(self.settings.timeout, arguments)?.map_err(|refusal| self.error(&refusal))
    }

    /// As [`Restic::ask`], with what was refused as a value, and a time of its own.
    pub(super) fn try_ask(&self, limit: Duration, arguments: &[&str]) -> Result<Result<String, Refusal>> {
        let arguments = owned(arguments);
        let told = self.again(&arguments, &mut || {
            run::run(&mut self.command(&arguments), limit, Keep::First(LONGEST), self.progress)
        })?;
        Ok(told.map(|ran| ran.stdout))
    }

    /// Does work that may take long; each line of its output is handed over.
    ///
    /// # Errors
    /// When it cannot be started, or the work is given up.
    pub(super) fn work(
        &self,
        arguments: &[String],
        on_line: &mut dyn FnMut(&str),
    ) -> Result<Result<Ran, Refusal>> {
        self.again(arguments, &mut || {
            run::run_lines(&mut self.command(arguments), NO_LIMIT, on_line, self.progress)
        })
    }

    /// Runs until it is done, or it cannot be, or the tries are used up; locks that nobody holds any more are removed.
    fn again(
        &self,
        arguments: &[String],
        once: &mut dyn FnMut() -> Result<Ran>,
    ) -> Result<Result<Ran, Refusal>> {
        let mut wait = self.settings.retry_wait;
        let mut left = self.settings.retries;
        let is_backup = arguments.first().is_some_and(|command| command == "backup");
        loop {
            let mut ran = once()?;
            let code = ran.status.and_then(|status| status.code());
            // 3: done, but for files that could not be read; of any other command it tells a failure.
            if ran.succeeded() || (is_backup && code == Some(3)) {
                return Ok(Ok(ran));
            }
            if let Some(ssh) = self.ssh.as_ref().filter(|_| ran.stderr.contains("start the sftp session"))
                && let Some(complaint) = ssh.complaint(self.progress)?
            {
                ran.stderr = complaint;
            }
            // 0.17 and later try a quarter of an hour themselves: stopped meanwhile, they have said why.
            let reason = in_vain(&ran);
            let trouble = reason
                .map_or_else(|| Trouble::told(code, &ran.stderr), |reason| Trouble::told(Some(1), reason));
            let refusal = Refusal { trouble, words: self.words(&ran) };
            if left == 0 || reason.is_some() || !trouble.may_pass() {
                return Ok(Err(refusal));
            }
            left -= 1;
            if trouble == Trouble::Locked {
                // restic removes only locks of processes that are gone, and those of 30 minutes ago.
                let unlock = owned(&["unlock"]);
                run::run(&mut self.command(&unlock), self.settings.timeout, Keep::Last, self.progress)?;
            }
            self.pause(wait)?;
            wait = wait.saturating_mul(2);
        }
    }

    fn pause(&self, wait: Duration) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < wait {
            self.progress.go_on()?;
            std::thread::sleep(Duration::from_millis(100).min(wait));
        }
        Ok(())
    }

    /// The last words, in which no secret is.
    fn words(&self, ran: &Ran) -> String {
        let by_itself = ran.status.is_some_and(|status| status.code().is_some());
        let mut words = match in_vain(ran) {
            _ if by_itself => spoken(ran),
            Some(reason) => reason.to_owned(),
            None => format!("restic {}", ran.manner()),
        };
        // With the password of a REST server, as an address writes it.
        if let Some(address) = self.variables.get("RESTIC_REPOSITORY") {
            words = words.replace(address.as_str(), &self.label);
        }
        for (name, value) in &self.variables {
            if !OPEN.contains(&name.as_str()) && value.len() > 3 {
                words = words.replace(value.as_str(), "***");
            }
        }
        words
    }

    pub(super) fn error(&self, refusal: &Refusal) -> anyhow::Error {
        refusal.trouble.error(&self.label, &refusal.words).into()
    }
}

/// Why restic tried again and again until its time was up, as it said last.
fn in_vain(ran: &Ran) -> Option<&str> {
    if ran.status.is_some() {
        return None;
    }
    let told = ran.stderr.lines().rev().find_map(|line| line.split_once("retrying after "))?;
    told.1.split_once(": ").map(|(_, reason)| reason.trim())
}

/// What restic said last, without what stands in the error already.
fn spoken(ran: &Ran) -> String {
    let words = ran.words();
    let told =
        words.split("; ").take_while(|part| !part.starts_with("Is there a repository at the following"));
    told.map(|part| part.strip_prefix("Fatal: ").unwrap_or(part)).collect::<Vec<_>>().join("; ")
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|&argument| argument.to_owned()).collect()
}

/// The address with the user of a REST server, which versions before 0.17 take from nowhere else.
fn with_user(repository: &str, variables: &BTreeMap<String, String>) -> String {
    let known = (variables.get(USER), variables.get(PASSWORD), repository.strip_prefix("rest:"));
    let (Some(user), Some(password), Some(url)) = known else { return repository.to_owned() };
    let Ok(mut url) = url::Url::parse(url) else { return repository.to_owned() };
    // An address without a host has no place for a user, and restic says so itself.
    let _ = url.set_username(user).and_then(|()| url.set_password(Some(password)));
    format!("rest:{url}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_a_rest_server_is_put_into_the_address() {
        let mut variables = BTreeMap::new();
        assert_eq!(with_user("rest:https://nas/shop", &variables), "rest:https://nas/shop");
        variables.insert(USER.to_owned(), "shop".to_owned());
        variables.insert(PASSWORD.to_owned(), "p@ss/word".to_owned());
        assert_eq!(
            with_user("rest:https://nas/shop", &variables),
            "rest:https://shop:p%40ss%2Fword@nas/shop"
        );
        assert_eq!(with_user("s3:https://nas/shop", &variables), "s3:https://nas/shop");
    }
}
