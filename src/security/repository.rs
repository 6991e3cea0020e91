//! Secrets in the project's repository: files that should not be tracked, and contents that look like secrets or are those
//! of the `.env`.

use super::git;
use super::secret_text;
use super::shown::Found;
use super::shown::shown;
use crate::config::Config;
use crate::config::env_file;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::SECURITY_REPOSITORY;
use crate::units::count;
use anyhow::Result;
use memchr::memmem;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// Files whose content is read, and bytes of each.
const MOST: usize = 50_000;
const LARGEST: u64 = 1024 * 1024;
/// A shorter value is also a word of the code.
const SHORTEST_SECRET: usize = 8;

/// Folders of other people's code.
const FOREIGN: &[&str] =
    &[".git", "node_modules", "venv", ".venv", "env", "__pycache__", "site-packages", "dist", "build"];

/// Looks at what the repository tracks; without one, at the project's own files.
///
/// # Errors
/// When the site's folder or the `.env` cannot be read.
pub fn check(config: &Config) -> Result<Check> {
    let root = std::path::absolute(&config.site.root)?;
    let env = config.site.env_file();
    let secrets: Vec<String> = env
        .as_deref()
        .map(env_file::read)
        .transpose()?
        .unwrap_or_default()
        .into_iter()
        .filter(|(name, value)| secret_text::is_secret_name(name) && value.len() >= SHORTEST_SECRET)
        .map(|(_, value)| value)
        .collect();
    let mut check = Check::default();
    let Some(repository) = git::repository(&root) else {
        let (files, cut) = own_files(config, &root, env.as_deref());
        contents(&root, &files, &secrets, "the project's folder", &mut check);
        if cut {
            check.add(Finding::unknown(
                &SECURITY_REPOSITORY,
                shown(&root),
                format!("more than {MOST} files: the rest was not read"),
            ));
        }
        if check.findings.is_empty() {
            let message = format!(
                "no repository here; no secret in {} of the project",
                count(files.len() as u64, "file")
            );
            check.add(Finding::ok(&SECURITY_REPOSITORY, shown(&root), message));
        }
        return Ok(check);
    };
    let subject = shown(&repository);
    let tracked = match git::tracked(&repository) {
        Ok(tracked) => tracked,
        Err(error) => {
            return Ok(Finding::unknown(
                &SECURITY_REPOSITORY,
                subject,
                format!("git cannot be asked: {}", one_line(&error)),
            )
            .remedy("install git, or run as the user that the repository belongs to")
            .into());
        }
    };
    names(&tracked, &subject, &mut check);
    match git::added(&repository, ".env") {
        Ok(commits) if !commits.is_empty() => check.add(
            Finding::critical(&SECURITY_REPOSITORY, ".env", format!("was committed once ({}): its secrets are in the history", commits.join(", ")))
                .with("commits", commits)
                .remedy("change every secret in it; then take it out of the history (git filter-repo --path .env --invert-paths)"),
        ),
        Ok(_) => {}
        Err(error) => check.add(
            Finding::unknown(&SECURITY_REPOSITORY, ".env", format!("whether it was ever committed cannot be told: {}", one_line(&error)))
                .remedy("git log --all --diff-filter=A -- .env"),
        ),
    }
    contents(&repository, &tracked, &secrets, &subject, &mut check);
    if check.findings.is_empty() {
        let message = format!(
            "{} tracked, no secret among them; the history was asked for .env alone",
            count(tracked.len() as u64, "file")
        );
        check.add(Finding::ok(&SECURITY_REPOSITORY, subject, message).with("tracked", tracked.len()));
    }
    Ok(check)
}

/// Tracked files that hold secrets or customers' data by their name.
fn names(tracked: &[PathBuf], subject: &str, check: &mut Check) {
    let (mut secret, mut data) = (Found::default(), Found::default());
    for path in tracked {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_example = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
        let is_env = (name == ".env" || name.starts_with(".env.")) && !is_example;
        let is_key = [".key", ".p12", ".pfx", ".keystore"].iter().any(|end| name.ends_with(end))
            || matches!(
                name.as_str(),
                "id_rsa" | "id_ecdsa" | "id_ed25519" | ".pgpass" | ".netrc" | ".htpasswd"
            );
        if is_env || is_key {
            secret.add(path);
        } else if [".sqlite3", ".sqlite", ".sql", ".sql.gz", ".dump"].iter().any(|end| name.ends_with(end)) {
            data.add(path);
        }
    }
    if secret.count > 0 {
        check.add(
            Finding::critical(
                &SECURITY_REPOSITORY,
                subject,
                format!("git tracks files with secrets: {}", secret.list()),
            )
            .with("files", secret.count)
            .remedy("git rm --cached each, add them to .gitignore, and change every secret in them"),
        );
    }
    if data.count > 0 {
        check.add(
            Finding::warning(&SECURITY_REPOSITORY, subject, format!("git tracks databases: {}", data.list()))
                .with("files", data.count)
                .remedy("git rm --cached each and add them to .gitignore: they hold accounts, and grow the repository"),
        );
    }
}

/// Contents that are secrets by their shape, or hold one of the `.env`.
fn contents(root: &Path, files: &[PathBuf], secrets: &[String], subject: &str, check: &mut Check) {
    let mut sorts: BTreeMap<&str, Found> = BTreeMap::new();
    let mut unread = 0;
    for path in files.iter().take(MOST) {
        let name = path.file_name().unwrap_or_default();
        if name == ".env" {
            continue;
        }
        let text = match secret_text::head(&root.join(path), LARGEST) {
            Ok(text) => text,
            // Tracked and not checked out, or a link.
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound || error.raw_os_error() == Some(40) =>
            {
                continue;
            }
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                unread += 1;
                continue;
            }
            Err(_) => continue,
        };
        let sort = if secrets.iter().any(|secret| memmem::find(&text, secret.as_bytes()).is_some()) {
            Some("a secret of the .env")
        } else {
            secret_text::sort(&text)
        };
        if let Some(sort) = sort {
            sorts.entry(sort).or_default().add(path);
        }
    }
    for (sort, found) in sorts {
        check.add(
            Finding::critical(&SECURITY_REPOSITORY, subject, format!("{sort} stands in {}", found.list()))
                .with("files", found.count)
                .remedy("change it, and read the new one from the .env, which git does not track"),
        );
    }
    if unread > 0 || files.len() > MOST {
        let message =
            format!("{} could not be read", count(unread + files.len().saturating_sub(MOST) as u64, "file"));
        check.add(
            Finding::unknown(&SECURITY_REPOSITORY, subject, message)
                .remedy("run as a user that may read the project"),
        );
    }
}

/// The project's own files where there is no repository, relative to its folder.
fn own_files(config: &Config, root: &Path, env: Option<&Path>) -> (Vec<PathBuf>, bool) {
    let media = std::path::absolute(&config.site.media).unwrap_or_default();
    let walk = WalkDir::new(root).into_iter().filter_entry(|entry| {
        !(entry.file_type().is_dir()
            && (entry.path() == media || FOREIGN.iter().any(|name| entry.file_name() == *name)))
    });
    let text = [
        "py", "js", "ts", "jsx", "tsx", "json", "yml", "yaml", "toml", "ini", "cfg", "conf", "sh", "txt",
        "md", "html", "pem",
    ];
    let mut files: Vec<PathBuf> = walk
        .flatten()
        .filter(|entry| entry.file_type().is_file() && Some(entry.path()) != env)
        .filter(|entry| {
            entry.path().extension().is_some_and(|extension| text.iter().any(|known| extension == *known))
        })
        .filter_map(|entry| entry.path().strip_prefix(root).ok().map(ToOwned::to_owned))
        .take(MOST + 1)
        .collect();
    let cut = files.len() > MOST;
    files.truncate(MOST);
    (files, cut)
}
