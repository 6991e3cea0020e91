//! Who may read the site's secrets, and what every user of the machine may write to.

use super::shown::Found;
use super::shown::quoted;
use super::shown::shown;
use crate::config::Config;
use crate::config::DatabaseSource;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds::SECURITY_SECRET;
use crate::status::kinds::SECURITY_WRITABLE;
use crate::units::count;
use anyhow::Result;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// Entries that are looked at; a larger tree is not judged whole.
const MOST: u64 = 1_000_000;

const READ: u32 = 0o004;
const WRITE: u32 = 0o002;
const ENTER: u32 = 0o001;

/// Looks at the modes of secret files, of the backups, and of all that lies in the site's folder.
///
/// # Errors
/// Never by itself: what cannot be looked at is a finding.
pub fn check(config: &Config) -> Result<Check> {
    let mut check = Check::default();
    secrets(config, &mut check);
    backups(config, &mut check);
    let mut keys = Found::default();
    for root in roots(config) {
        writable(&root, &mut keys, &mut check);
    }
    if keys.count > 0 {
        check.add(
            Finding::critical(
                &SECURITY_SECRET,
                "private keys",
                format!("every user may read {}", keys.list()),
            )
            .remedy("chmod 600 each of them; keys that others may have read are to be made anew"),
        );
    }
    Ok(check)
}

/// The site's folder, and the media where they lie elsewhere.
fn roots(config: &Config) -> Vec<PathBuf> {
    let site = &config.site;
    let mut roots = vec![site.root.clone()];
    if !site.media.starts_with(&site.root) {
        roots.push(site.media.clone());
    }
    roots
}

fn secrets(config: &Config, check: &mut Check) {
    let mut named = Vec::new();
    named.extend(config.site.env_file().map(|path| (path, "the .env", Status::Critical)));
    named.extend(
        config.database.password_file.clone().map(|path| (path, "the database's password", Status::Critical)),
    );
    for path in [&config.notifications.email.password_file, &config.notifications.webhook.token_file] {
        named.extend(path.clone().map(|path| (path, "a key of the notifications", Status::Critical)));
    }
    if let DatabaseSource::Sqlite(path) = config.database.source() {
        named.push((path.to_owned(), "the database", Status::Warning));
    }
    for (path, what, status) in named {
        let subject = shown(&path);
        match others(&path) {
            Err(error) => check.add(
                Finding::unknown(&SECURITY_SECRET, subject, format!("cannot be looked at: {error}"))
                    .remedy("run as a user that may, or correct its path in the settings"),
            ),
            Ok(mode) if mode & WRITE != 0 => check.add(
                Finding::critical(
                    &SECURITY_SECRET,
                    &subject,
                    format!("every user of the machine may write to {what}"),
                )
                .with("mode", octal(mode))
                .remedy(format!("chmod 640 {}", quoted(&path))),
            ),
            Ok(mode) if mode & READ != 0 => check.add(
                Finding::new(
                    &SECURITY_SECRET,
                    status,
                    &subject,
                    format!("every user of the machine may read {what}"),
                )
                .with("mode", octal(mode))
                .remedy(format!("chmod 640 {}, with the group of the service", quoted(&path))),
            ),
            Ok(mode) => check.add(
                Finding::ok(&SECURITY_SECRET, subject, "kept from other users").with("mode", octal(mode)),
            ),
        }
    }
}

fn backups(config: &Config, check: &mut Check) {
    let Some(folder) = config.backup.folder.as_deref().filter(|folder| folder.exists()) else { return };
    let subject = shown(folder);
    let mut open = Found::default();
    let mut unreadable = 0;
    let mut looked_at: u64 = 0;
    for entry in WalkDir::new(folder).max_depth(3) {
        let Ok(entry) = entry else {
            unreadable += 1;
            continue;
        };
        if entry.file_type().is_file() {
            looked_at += 1;
            match others(entry.path()) {
                Ok(mode) if mode & (READ | WRITE) != 0 => open.add(entry.path()),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
    }
    if open.count > 0 {
        check.add(
            Finding::critical(
                &SECURITY_SECRET,
                &subject,
                format!("every user of the machine may read backups: {}", open.list()),
            )
            .with("files", open.count)
            .remedy(format!("chmod -R go-rwx {}", quoted(folder))),
        );
    }
    if unreadable > 0 {
        let message = format!("{} of the backups cannot be looked at", count(unreadable, "path"));
        check.add(
            Finding::unknown(&SECURITY_SECRET, &subject, message)
                .remedy("run as the user that makes the backups"),
        );
    }
    if open.count == 0 && unreadable == 0 {
        let message = format!("{} kept from other users", count(looked_at, "file"));
        check.add(Finding::ok(&SECURITY_SECRET, subject, message));
    }
}

/// Walks a tree for what others may write to; keys that others may read are noted on the way.
fn writable(root: &Path, keys: &mut Found, check: &mut Check) {
    let subject = shown(root);
    let mut open = Found::default();
    let mut code = false;
    let (mut entries, mut unreadable) = (0, 0);
    // Where others cannot enter the folder itself, nothing below it is open to them.
    let reachable = others(root).is_ok_and(|mode| mode & ENTER != 0);
    for entry in WalkDir::new(root).into_iter().filter_entry(|entry| entry.file_name() != ".git") {
        entries += 1;
        if entries > MOST {
            break;
        }
        let Ok(entry) = entry else {
            unreadable += 1;
            continue;
        };
        if entry.file_type().is_symlink() {
            continue;
        }
        let Ok(metadata) = entry.metadata() else {
            unreadable += 1;
            continue;
        };
        let mode = metadata.permissions().mode();
        // In a sticky folder others may add, and not replace.
        if reachable && mode & WRITE != 0 && !(metadata.is_dir() && mode & 0o1000 != 0) {
            open.add(entry.path());
            code |= entry.path().extension().is_some_and(|extension| extension == "py") || metadata.is_dir();
        }
        if reachable && mode & READ != 0 && metadata.is_file() && is_key(entry.path()) {
            keys.add(entry.path());
        }
    }
    if open.count > 0 {
        let status = if code { Status::Critical } else { Status::Warning };
        check.add(
            Finding::new(
                &SECURITY_WRITABLE,
                status,
                &subject,
                format!("every user of the machine may write to {}", open.list()),
            )
            .with("entries", open.count)
            .remedy(format!(
                "chmod -R o-w {}; for the media: sitekeep images permissions --apply",
                quoted(root)
            )),
        );
    }
    if unreadable > 0 || entries > MOST {
        let message = if entries > MOST {
            format!("more than {MOST} entries: the rest was not looked at")
        } else {
            format!("{} could not be looked at", count(unreadable, "path"))
        };
        check.add(
            Finding::unknown(&SECURITY_WRITABLE, &subject, message)
                .remedy("run as a user that may read the site's folder"),
        );
    } else if open.count == 0 {
        let message = format!("of {} none is open to every user's writing", count(entries, "path"));
        check.add(Finding::ok(&SECURITY_WRITABLE, subject, message));
    }
}

/// Rights of everybody else: none behind a folder that they cannot enter.
fn others(path: &Path) -> std::io::Result<u32> {
    let real = path.canonicalize()?;
    let mode = std::fs::metadata(&real)?.permissions().mode() & 0o7777;
    for folder in real.ancestors().skip(1) {
        if std::fs::metadata(folder)?.permissions().mode() & ENTER == 0 {
            return Ok(mode & !0o007);
        }
    }
    Ok(mode)
}

fn octal(mode: u32) -> String {
    format!("{:03o}", mode & 0o777)
}

/// Files that hold private keys by their name; certificates share the `.pem`, so that one is looked into.
fn is_key(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let named = name.ends_with(".key") || matches!(name.as_ref(), "id_rsa" | "id_ecdsa" | "id_ed25519");
    named
        || (name.ends_with(".pem")
            && super::secret_text::head(path, 4096)
                .is_ok_and(|head| super::secret_text::is_private_key(&head)))
}
