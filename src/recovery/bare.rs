//! A copy laid out on a machine that has nothing of the site: its files as they lay to one another, in a new folder.

use crate::backup::Role;
use crate::backup::remote::Brought;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// Refuses a folder in which something is; what a run that was cut off left does not count.
///
/// # Errors
/// When something is there, or it cannot be read.
pub fn require_empty(target: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(target) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("read folder {}", target.display()))?,
    };
    for entry in entries {
        let name = entry.with_context(|| format!("read folder {}", target.display()))?.file_name();
        if !name.as_encoded_bytes().starts_with(b".sitekeep-") {
            return Err(Error::new(Kind::Usage, format!("{} is not empty", target.display()))
                .hint("name a new folder with --to; over a site that is there: sitekeep restore latest --remote")
                .into());
        }
    }
    Ok(())
}

/// Moves the parts of a copy, which lies in `target`, to where they belong below it.
///
/// # Errors
/// When a part cannot be moved.
pub fn lay_out(brought: &Brought, target: &Path) -> Result<Check> {
    let sources = &brought.manifest.sources;
    let originals: Vec<PathBuf> = sources
        .iter()
        .map(|source| PathBuf::from(&source.original))
        .filter(|path| path.is_absolute())
        .collect();
    let above = common(&originals);
    let mut check = Check::default();
    for source in sources {
        let Some(from) = brought.part(source.role) else { continue };
        let original = Path::new(&source.original);
        let (name, is_dump) = match source.role {
            Role::Database => ("database", brought.manifest.engine.as_deref() != Some("sqlite")),
            Role::Media => ("media", false),
            Role::Settings => ("settings", false),
            Role::EnvFile => (".env", false),
        };
        let inner = original.strip_prefix(&above).ok().filter(|inner| is_plain(inner) && !is_dump);
        let place = target.join(inner.unwrap_or(source.archived.as_path()));
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
        }
        std::fs::rename(&from, &place)
            .with_context(|| format!("move {} to {}", from.display(), place.display()))?;
        let message = if is_dump {
            format!("{}: load it with createdb and pg_restore, as RESTORE.md says", place.display())
        } else {
            place.display().to_string()
        };
        check.add(Finding::ok(&kinds::RESTORE, name, message).with("original", source.original.as_str()));
    }
    let note = target.join("RESTORE.md");
    if std::fs::rename(brought.note(), &note).is_ok() {
        check.add(Finding::ok(&kinds::RESTORE, "RESTORE.md", note.display().to_string()));
    }
    for problem in brought.manifest.problems.iter().filter(|problem| problem.kind.is_loss()) {
        check.add(
            Finding::warning(
                &kinds::RESTORE_SOURCE,
                &problem.path,
                format!("when it was pushed: {}", problem.detail),
            )
            .remedy("an older copy may have it: sitekeep backup list --remote"),
        );
    }
    fs::sync_file_system(target)?;
    Ok(check)
}

/// The folder above all of them.
fn common(paths: &[PathBuf]) -> PathBuf {
    let mut above = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new("/")).to_owned();
    while !paths.iter().all(|path| path.parent().is_some_and(|parent| parent.starts_with(&above))) {
        if !above.pop() {
            break;
        }
    }
    above
}

fn is_plain(path: &Path) -> bool {
    path.components().next().is_some() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_above_all_parts_is_found() {
        let of = |paths: &[&str]| common(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(
            of(&["/srv/shop/backend/db.sqlite3", "/srv/shop/backend/media", "/srv/shop/.env"]),
            Path::new("/srv/shop")
        );
        assert_eq!(of(&["/srv/shop/db.sqlite3", "/media"]), Path::new("/"));
        assert_eq!(of(&["/srv/shop/media"]), Path::new("/srv/shop"));
        assert_eq!(of(&[]), Path::new("/"));
    }
}
