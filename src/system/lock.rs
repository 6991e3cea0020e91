//! The lock of a site: held by the kernel for as long as the process lives, so that none is ever stale.

use crate::error::Error;
use crate::error::Kind;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

const POLL: Duration = Duration::from_millis(100);

/// A held lock; dropping it, or dying, releases it.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

/// Takes the lock at `path`, waiting up to `wait`.
///
/// # Errors
/// [`Kind::Locked`] (exit 75) when another process still holds it; the message names that process.
pub fn acquire(path: &Path, wait: Duration, purpose: &str) -> Result<Lock> {
    let mut file = open(path).with_context(|| format!("open lock {}", path.display()))?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if begin.elapsed() < wait => std::thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).with_context(|| format!("read lock {}", path.display()))?;
                let holder = if holder.is_empty() { "another run".to_owned() } else { holder };
                return Err(Error::new(Kind::Locked, format!("{holder} is working on this site"))
                    .hint("wait for it with --lock-wait 10m; the lock is released when that process ends")
                    .into());
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("lock {}", path.display()));
            }
        }
    }
    // Only for whoever is refused: a full disk must not keep the rotation from making room.
    let _ = note_holder(&mut file, purpose);
    Ok(Lock(file))
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    match options.clone().create_new(true).open(path) {
        Ok(file) => {
            fs::give_to_owner_of(path.parent().unwrap_or(Path::new("/")), &file)?;
            Ok(file)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok(options.create(true).truncate(false).open(path)?)
        }
        Err(error) => Err(error.into()),
    }
}

fn note_holder(file: &mut File, purpose: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("process {} ({purpose})", std::process::id()).as_bytes())
}

/// Whether a process holds the lock at `path` now.
///
/// # Errors
/// When the file cannot be opened; one that is not there is held by nobody.
pub fn is_held(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("open lock {}", path.display())),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("lock {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let first = acquire(&path, Duration::ZERO, "backup").expect("first");
        let error = acquire(&path, Duration::ZERO, "restore").expect_err("refused");
        assert_eq!(crate::error::exit_code(&error), 75);
        assert!(error.to_string().contains("(backup) is working on this site"), "{error}");
        assert!(is_held(&path).expect("asked"));
        drop(first);
        assert!(!is_held(&path).expect("asked"));
        acquire(&path, Duration::ZERO, "restore").expect("free again");
    }
}
