//! What restic needs of this machine before it can work: itself, ssh, files of secrets that nobody else reads.

use crate::config::RemoteConfig;
use crate::config::env_file;
use crate::error::Error;
use crate::error::Kind;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What is missing for copies away from this machine, each with the key of its setting; no network is asked.
pub fn missing(settings: &RemoteConfig) -> Vec<(&'static str, anyhow::Error)> {
    if !settings.is_configured() {
        return Vec::new();
    }
    let looked = [
        ("remote.repository", restic().map(|_| ())),
        ("remote.repository", settings.ssh_host().map_or(Ok(()), |_| ssh().map(|_| ()))),
        ("remote.repository", settings.folder().map_or(Ok(()), require_folder)),
        ("remote.password_file", password_file(settings).map(|_| ())),
        ("remote.credentials_file", credentials(settings).map(|_| ())),
    ];
    looked.into_iter().filter_map(|(key, found)| Some((key, found.err()?))).collect()
}

/// restic on PATH.
pub(super) fn restic() -> Result<PathBuf> {
    find("restic").ok_or_else(|| {
        Error::new(Kind::Undetermined, "restic is not installed: it keeps the copies away from this machine")
            .hint("apt install restic (0.14 or later), or put its folder on PATH")
            .into()
    })
}

/// ssh on PATH, which carries SFTP.
pub(super) fn ssh() -> Result<PathBuf> {
    find("ssh").ok_or_else(|| {
        Error::new(Kind::Undetermined, "ssh is not installed: it carries SFTP")
            .hint("apt install openssh-client, or put its folder on PATH")
            .into()
    })
}

fn find(program: &str) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| {
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    process::search_path().into_iter().map(|folder| folder.join(program)).find(is_program)
}

fn require_folder(folder: &Path) -> Result<()> {
    let looked = std::fs::metadata(folder.join("config"));
    looked.map(|_| ()).with_context(|| format!("no repository is in {}", folder.display())).map_err(|error| {
        let hint = "mount the disk that it is on, or create it once: sitekeep backup push --init";
        Error::new(Kind::Config, crate::error::one_line(&error)).hint(hint).into()
    })
}

/// The file whose first line opens the repository.
///
/// # Errors
/// When none is named, or it is missing, open to others, or empty.
pub(super) fn password_file(settings: &RemoteConfig) -> Result<&Path> {
    let path = settings.password_file.as_deref().ok_or_else(|| {
        Error::new(Kind::Config, "no password for the repository is configured")
            .hint("put one alone into a file of mode 0600, name it in [remote] password_file, and keep a copy elsewhere")
    })?;
    if private(path)?.lines().next().unwrap_or_default().trim().is_empty() {
        return Err(Error::new(
            Kind::Config,
            format!("{} holds no password in its first line", path.display()),
        )
        .hint("docs/offsite.md has a command that makes one")
        .into());
    }
    Ok(path)
}

/// The variables for the store.
///
/// # Errors
/// When their file is missing, open to others, or has a line of another form.
pub(super) fn credentials(settings: &RemoteConfig) -> Result<BTreeMap<String, String>> {
    let Some(path) = &settings.credentials_file else { return Ok(BTreeMap::new()) };
    let text = private(path)?;
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    for (number, line) in text.lines().map(str::trim).enumerate() {
        let whole = line.split_once('=').is_some_and(|(name, _)| is_name(name.trim()));
        if !line.is_empty() && !line.starts_with('#') && !whole {
            // The line may hold a key: it is not repeated.
            let message = format!("{}:{}: no line of the form NAME=VALUE", path.display(), number + 1);
            return Err(Error::new(Kind::Config, message)
                .hint("write AWS_ACCESS_KEY_ID=… and the like, one a line, without `export`")
                .into());
        }
    }
    Ok(env_file::parse(&text))
}

/// The text of a file of secrets, which other users may not read.
fn private(path: &Path) -> Result<String> {
    let refused = |error: std::io::Error| {
        Error::new(Kind::Config, format!("read {}: {error}", path.display())).hint(
            "[remote] password_file and credentials_file name files of mode 0600 that this user may read",
        )
    };
    let mode = std::fs::metadata(path).map_err(refused)?.permissions().mode() & 0o777;
    if mode & 0o007 != 0 {
        let message = format!("{} is open to every user (mode {mode:04o})", path.display());
        return Err(Error::new(Kind::Config, message).hint(format!("chmod 600 {}", path.display())).into());
    }
    Ok(std::fs::read_to_string(path).map_err(refused)?)
}
