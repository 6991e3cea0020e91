//! `[remote]`: the copies away from this machine, in a repository of restic.

use super::repository;
use super::repository::SshHost;
use crate::units::ByteSize;
use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// Where the copies go, and what may be done there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteConfig {
    /// As restic has it: a folder, or `sftp:`, `rest:`, `s3:` and what follows. It never holds a password.
    pub repository: Option<String>,
    /// File whose first line opens the repository; the credential `restic-password` of a systemd unit goes before.
    pub password_file: Option<PathBuf>,
    /// Lines `NAME=VALUE` for the store; the credential `restic-credentials` of a systemd unit goes before.
    pub credentials_file: Option<PathBuf>,
    /// Whether nothing is ever removed there from this machine.
    pub append_only: bool,
    /// Bytes per second; 0 for no limit.
    pub upload_limit: ByteSize,
    pub download_limit: ByteSize,
    /// How often work is tried again that the network or a lock kept from being done.
    pub retries: u32,
    /// How long to wait before the first of these; twice as long before each further one.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_wait: Duration,
    /// How long a look at the repository may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// Ages of the newest copy.
    pub warning_hours: u32,
    pub critical_hours: u32,
    /// Share of the repository that `backup verify --remote` reads, without `--full`.
    pub verify_sample: Percent,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        Self {
            repository: None,
            password_file: None,
            credentials_file: None,
            append_only: true,
            upload_limit: ByteSize(0),
            download_limit: ByteSize(0),
            retries: 3,
            retry_wait: Duration::from_secs(10),
            timeout: Duration::from_mins(5),
            warning_hours: 30,
            critical_hours: 96,
            verify_sample: Percent(5.0),
        }
    }
}

impl RemoteConfig {
    pub fn is_configured(&self) -> bool {
        self.repository.is_some()
    }

    /// The folder of a repository that is one.
    pub fn folder(&self) -> Option<&Path> {
        self.repository.as_deref().filter(|text| repository::is_folder(text)).map(Path::new)
    }

    /// The machine that is reached by SFTP.
    pub fn ssh_host(&self) -> Option<SshHost<'_>> {
        repository::ssh_host(self.repository.as_deref()?).ok()
    }

    /// Says what keeps restic from taking the address; one that may hold a password is not repeated.
    ///
    /// # Errors
    /// That, for people.
    pub fn check_repository(&self) -> Result<(), String> {
        self.repository.as_deref().map_or(Ok(()), repository::check)
    }

    /// Makes the folder of a repository absolute, as every other path.
    pub(super) fn resolve(&mut self, absolute: &dyn Fn(&mut PathBuf)) {
        for path in [&mut self.password_file, &mut self.credentials_file].into_iter().flatten() {
            absolute(path);
        }
        if let Some(text) = self.repository.as_mut().filter(|text| repository::is_path(text)) {
            let mut path = PathBuf::from(text.strip_prefix("local:").unwrap_or(text));
            absolute(&mut path);
            *text = path.display().to_string();
        }
    }

    /// Says what is wrong, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_repository().map_err(|wrong| format!("remote.repository: {wrong}"))?;
        if self.warning_hours == 0 {
            return Err("remote.warning_hours: every copy would be too old".to_owned());
        }
        if self.critical_hours < self.warning_hours {
            return Err("remote.critical_hours lies below warning_hours".to_owned());
        }
        if self.timeout.is_zero() {
            return Err("remote.timeout: nothing could be asked in no time".to_owned());
        }
        if !(self.verify_sample.0 > 0.0 && self.verify_sample.0 <= 100.0) {
            return Err("remote.verify_sample: more than 0 % and no more than 100 %".to_owned());
        }
        for (key, limit) in [("upload_limit", self.upload_limit), ("download_limit", self.download_limit)] {
            if (1..1024).contains(&limit.0) {
                return Err(format!("remote.{key}: 1 KiB a second at least, or 0 for no limit"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(repository: &str) -> RemoteConfig {
        RemoteConfig { repository: Some(repository.to_owned()), ..RemoteConfig::default() }
    }

    #[test]
    fn a_folder_is_told_from_a_store() {
        for (text, folder) in [
            ("copies", Some("/base/copies")),
            ("local:copies", Some("/base/copies")),
            ("/mnt/usb:1/shop", Some("/mnt/usb:1/shop")),
            ("s3:https://s3.example/bucket", None),
            ("sftp:shop@nas:/copies", None),
        ] {
            let mut config = of(text);
            config.resolve(&|path| *path = Path::new("/base").join(&path));
            assert_eq!(config.folder(), folder.map(Path::new), "{text}");
        }
    }
}
