//! Making the demonstration site's folder, or finding the one that is there.

use super::logs;
use super::stock::draw;
use super::stock::seed;
use crate::config::Config;
use crate::db::create_sqlite;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use crate::system::fs;
use crate::system::lock;
use crate::system::lock::Lock;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// Folder of the site's backups, below its own.
const BACKUPS: &str = "backups";

const MARKER: &str = ".sitekeep-demo";
const COMPLETE: &str = "complete 1\n";
/// Complete, with a backup that was restored aside.
const REHEARSED: &str = "complete 1, rehearsed\n";
const APP: &str = "showcase";

/// A demonstration site that is complete; nobody else works on it while this lives.
#[derive(Debug)]
pub struct Demo {
    pub folder: PathBuf,
    pub config_file: PathBuf,
    /// Whether it was there already.
    pub reused: bool,
    /// Whether its first backup was made and restored aside.
    pub is_rehearsed: bool,
    _lock: Lock,
}

/// Makes the site in `folder`, anew when `fresh`, or finds it complete; `port` is where its server is to listen.
///
/// # Errors
/// When the folder holds something else, another run works on it, or it cannot be written to.
pub fn prepare(
    folder: &Path,
    port: u16,
    fresh: bool,
    now: Timestamp,
    wait: Duration,
    progress: &dyn Progress,
) -> Result<Demo> {
    let marker = folder.join(MARKER);
    // A marker that a kill kept from its name lies there under another of ours.
    let is_others =
        |entry: std::fs::DirEntry| !entry.file_name().as_encoded_bytes().starts_with(fs::ASIDE.as_bytes());
    let occupied = folder.is_dir()
        && std::fs::read_dir(folder)
            .with_context(|| format!("read folder {}", folder.display()))?
            .any(|entry| entry.map_or(true, is_others));
    if folder.exists() && !folder.is_dir() || occupied && !marker.exists() {
        return Err(Error::new(
            Kind::Usage,
            format!("{} is there already and is no demonstration site", folder.display()),
        )
        .hint("name a folder that is not there yet: sitekeep demo DIR")
        .into());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
    if !marker.exists() {
        fs::write_atomic(&marker, b"building\n", 0o644)?;
    }
    let lock = lock::acquire(&folder.join(".lock"), wait, "demo")?;
    let state = std::fs::read_to_string(&marker).with_context(|| format!("read {}", marker.display()))?;
    let reused = [COMPLETE, REHEARSED].contains(&state.as_str()) && !fresh;
    let is_rehearsed = reused && state == REHEARSED && folder.join(BACKUPS).exists();
    if !reused {
        fs::write_atomic(&marker, b"building\n", 0o644)?;
        build(folder, port, now, progress)?;
        fs::write_atomic(&marker, COMPLETE.as_bytes(), 0o644)?;
    }
    let config_file = folder.join("sitekeep.toml");
    Ok(Demo { folder: folder.to_owned(), config_file, reused, is_rehearsed, _lock: lock })
}

impl Demo {
    /// Notes that the first backup was made and restored aside: the next run does not do so again.
    ///
    /// # Errors
    /// When the marker cannot be written.
    pub fn note_rehearsal(&self) -> Result<()> {
        fs::write_atomic(&self.folder.join(MARKER), REHEARSED.as_bytes(), 0o644)
    }

    /// Has the site listen on another port from now on.
    ///
    /// # Errors
    /// When the configuration cannot be read or written.
    pub fn move_to(&self, former: u16, port: u16) -> Result<()> {
        let text = std::fs::read_to_string(&self.config_file)
            .with_context(|| format!("read {}", self.config_file.display()))?;
        let text = text.replace(&format!("127.0.0.1:{former}\""), &format!("127.0.0.1:{port}\""));
        let text = text.replace(&format!("ports = [{former}]"), &format!("ports = [{port}]"));
        fs::write_atomic(&self.config_file, text.as_bytes(), 0o644)
    }
}

fn build(folder: &Path, port: u16, now: Timestamp, progress: &dyn Progress) -> Result<()> {
    let backend = folder.join("backend");
    for part in [&backend, &folder.join("logs")] {
        match std::fs::remove_dir_all(part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove the unfinished {}", part.display()));
            }
            _ => {}
        }
    }
    for part in [&backend, &folder.join("logs")] {
        std::fs::create_dir_all(part).with_context(|| format!("create folder {}", part.display()))?;
    }
    let seed = seed(now);
    draw(&seed, &backend.join("media"), progress)?;
    create_sqlite(&backend.join("db.sqlite3"), APP, &seed, now)?;
    let key = random::key(24)?;
    fs::write_atomic(&backend.join(".env"), format!("DEBUG=False\nSECRET_KEY={key}\n").as_bytes(), 0o600)?;
    let zone = Config::default().time_zone();
    let (current, rotated) = logs::django(now, &zone);
    let slugs: Vec<String> = seed.products.iter().map(|product| product.slug.clone()).collect();
    for (name, text) in
        [("django.log", current), ("django.log.1", rotated), ("access.log", logs::access(now, &zone, &slugs))]
    {
        fs::write_atomic(&folder.join("logs").join(name), text.as_bytes(), 0o644)?;
    }
    fs::write_atomic(&folder.join("sitekeep.toml"), configuration(port).as_bytes(), 0o644)
}

/// The shop's settings; it judges the site, not the machine that has just compiled a program.
fn configuration(port: u16) -> String {
    format!(
        "# The demonstration site of sitekeep. Every key: sitekeep config show\n\n\
         [site]\nname = \"demo\"\nurl = \"http://127.0.0.1:{port}\"\nroot = \".\"\nmedia = \"backend/media\"\n\
         env_file = \"backend/.env\"\n\n\
         [database]\npath = \"backend/db.sqlite3\"\n\n\
         [health]\nports = [{port}]\nprocesses = [{{ name = \"server\", any = [\"sitekeep serve\"] }}]\n\n\
         [health.resources]\n# A machine that has just compiled a program is busy, and that is no fault of the site.\n\
         load_warning = 20.0\nload_critical = 50.0\n\n\
         [logs]\ndjango = [\"logs/django.log\"]\naccess = [\"logs/access.log\"]\nsystem = \"off\"\n\n\
         [serve]\nlisten = \"127.0.0.1:{port}\"\naccess_log = \"logs/access.log\"\n\n\
         [backup]\nfolder = \"{BACKUPS}\"\n\n\
         [state]\ndirectory = \"state\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_valid() {
        toml::from_str::<Config>(&configuration(8123)).expect("valid");
    }
}
