//! The restored state, complete beside the live one: unpacked, compared, checked, with the live owner and mode.

use super::Restore;
use super::plan::Item;
use super::plan::Plan;
use super::plan::Target;
use crate::backup;
use crate::backup::Limits;
use crate::db;
use crate::db::SIDECARS;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::quarantine::Change;
use crate::quarantine::PREFIX;
use crate::quarantine::Part;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::fs;
use crate::system::mounts;
use crate::system::swap;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What the disk keeps free beside the restored state.
const RESERVE: u64 = 16 << 20;
/// Mode of a database that replaces none.
const DATABASE_MODE: u32 = 0o640;

/// Prepares every part; `change` names all that was made, so that it can be removed.
///
/// # Errors
/// When there is no room, the backup is damaged, or the database does not come back as it was.
pub(super) fn stage(
    order: &Restore<'_>,
    plan: &Plan,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    check: &mut Check,
) -> Result<()> {
    let main = main_container(order, plan)?;
    let free = mounts::space(&main)?.free;
    let needed = plan.bytes.saturating_add(RESERVE);
    if free < needed {
        let (free, needed) = (ByteSize(free), ByteSize(needed));
        return Err(Error::new(
            ErrorKind::Failed,
            format!("{} has {free} free, the restore takes up to {needed}", main.display()),
        )
        .hint("free some space there; nothing was touched")
        .into());
    }
    let folder = folder_in(&main, change);
    change.folders.push(folder.clone());
    quarantine.begin(change)?;
    fs::create_private_folder(&folder).map_err(|error| {
        Error::new(ErrorKind::Failed, crate::error::one_line(&error))
            .hint("run as the user of the site, or as root: what is live is exchanged where it lies")
    })?;
    let archive = folder.join("archive");
    let wanted = |path: &Path| plan.items.iter().any(|item| path.starts_with(item.source.as_path()));
    let limits = Limits::new(plan.manifest.as_ref(), plan.artefact.size);
    backup::extract(&plan.artefact, &archive, &wanted, plan.manifest.as_ref(), limits, order.progress)?;
    for item in &plan.items {
        order.interrupt.check()?;
        let staged = folder.join(item.name);
        let unpacked = archive.join(item.source.as_path());
        if let Target::Postgres(_) = item.target {
            load(order, plan, &unpacked, quarantine, change, check)?;
            continue;
        }
        if swap::identity(&unpacked)?.is_none() {
            bail!("{} was not in the archive", item.source);
        }
        std::fs::rename(&unpacked, &staged).with_context(|| format!("move {}", unpacked.display()))?;
        place(order, plan, item, &staged, change, check)?;
    }
    // A media archive without a folder of its own was moved as a whole.
    match std::fs::remove_dir_all(&archive) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove {}", archive.display()))?;
        }
        _ => {}
    }
    fs::sync_file_system(&folder)
}

/// The folder that the new state is prepared in: that of the media, which are the most, else of the first file.
fn main_container(order: &Restore<'_>, plan: &Plan) -> Result<PathBuf> {
    let first = plan.item("media").or_else(|| plan.items.iter().find(|item| item.target.path().is_some()));
    match first.and_then(|item| item.target.path()) {
        Some(path) => container(path),
        None => Ok(order.state_folder.to_owned()),
    }
}

/// Makes a part of what was unpacked: checked, like the live one in owner and mode, on its file system.
fn place(
    order: &Restore<'_>,
    plan: &Plan,
    item: &Item,
    staged: &Path,
    change: &mut Change,
    check: &mut Check,
) -> Result<()> {
    match &item.target {
        Target::Sqlite(live) => {
            let rows = compare(plan, staged, check)?;
            let mode = mode_of(live)?.unwrap_or(DATABASE_MODE);
            std::fs::set_permissions(staged, std::fs::Permissions::from_mode(mode))?;
            give_like(live, staged, check)?;
            let kept = beside_live(live, staged, change)?;
            // What SQLite keeps beside it goes first: a database without its -wal is told from one that has another's.
            for suffix in SIDECARS {
                change.parts.push(Part::path(
                    item.name,
                    with_suffix(live, suffix),
                    with_suffix(&kept, suffix),
                ));
            }
            change.parts.push(Part::path(item.name, live.clone(), kept));
            check.add(Finding::ok(&kinds::RESTORE, item.name, rows));
        }
        Target::Folder(live) => {
            let files = settle_tree(live, staged, plan.manifest.is_none(), check)?;
            order.interrupt.check()?;
            if container(live)? == *live {
                parts_within(item.name, live, staged, change)?;
            } else {
                change.parts.push(Part::path(item.name, live.clone(), staged.to_owned()));
            }
            let message = format!("{} as in the backup", count(files, "file"));
            check.add(Finding::ok(&kinds::RESTORE, item.name, message));
        }
        Target::File(live) => {
            if std::fs::read(live).ok() == Some(std::fs::read(staged)?) {
                check.add(Finding::ok(&kinds::RESTORE, item.name, "is the same already"));
                return Ok(());
            }
            if let Some(mode) = mode_of(live)? {
                std::fs::set_permissions(staged, std::fs::Permissions::from_mode(mode))?;
            }
            give_like(live, staged, check)?;
            let kept = beside_live(live, staged, change)?;
            change.parts.push(Part::path(item.name, live.clone(), kept));
            check.add(Finding::ok(&kinds::RESTORE, item.name, "as in the backup"));
        }
        Target::Postgres(_) => {}
    }
    Ok(())
}

/// Restores a dump beside the live database of the server.
fn load(
    order: &Restore<'_>,
    plan: &Plan,
    dump: &Path,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    check: &mut Check,
) -> Result<()> {
    let live = &order.config.database;
    let name = db::scratch_name(&change.run.to_lowercase(), &db::name(live)?);
    // Named before it is made: whichever of the two it becomes is removed after a kill.
    for aside in [db::Aside::Schema(name.clone()), db::Aside::Database(name.clone())] {
        change.parts.push(Part::postgres("database", aside));
    }
    quarantine.begin(change)?;
    order.progress.start("restore the database", 0);
    let aside = db::restore_beside(live, dump, &name);
    order.progress.finish();
    let aside = aside?;
    change.parts.retain(|part| part.name != "database");
    change.parts.push(Part::postgres("database", aside.clone()));
    quarantine.begin(change)?;
    let there = aside.settings(live)?;
    let soundness = db::check_integrity(&there, true)?;
    let rows = judge(plan, &soundness, || db::fingerprint(&there), check)?;
    check.add(Finding::ok(&kinds::RESTORE, "database", rows));
    Ok(())
}

/// Reads a restored SQLite file through; the answer says what was compared.
fn compare(plan: &Plan, file: &Path, check: &mut Check) -> Result<String> {
    let soundness = db::check_copy(file, true)?;
    judge(plan, &soundness, || db::fingerprint_copy(file), check)
}

fn judge(
    plan: &Plan,
    soundness: &db::Soundness,
    fingerprint: impl FnOnce() -> Result<db::Fingerprint>,
    check: &mut Check,
) -> Result<String> {
    let refuse = |why: String| {
        Error::new(ErrorKind::Failed, format!("the restored database {why}"))
            .hint("the live site was not touched; restore an earlier backup: sitekeep backup list")
    };
    if let Some(first) = soundness.damage.first() {
        return Err(refuse(format!("is damaged: {first}")).into());
    }
    for lost in soundness.lost_references.iter().take(5) {
        check.add(Finding::warning(&kinds::RESTORE, "database", lost.as_str()).remedy(
            "mend the rows in the application's admin; they were like this when the backup was made",
        ));
    }
    let now = fingerprint()?;
    let tables = count(now.tables.len() as u64, "table");
    let Some(recorded) = plan.fingerprint()? else {
        return Ok(format!("sound, {} rows in {tables}; nothing to compare them with", now.rows()));
    };
    if let Some(first) = recorded.differences(&now).first() {
        return Err(refuse(format!("is not as it was backed up: {first}")).into());
    }
    Ok(format!("sound and as it was backed up, {} rows in {tables}", now.rows()))
}

/// Copies a file next to its live place where it cannot be renamed to it.
fn beside_live(live: &Path, staged: &Path, change: &mut Change) -> Result<PathBuf> {
    let container = container(live)?;
    let there = staged.parent().unwrap_or(Path::new("/"));
    if swap::on_one_mount(&container, there)? {
        return Ok(staged.to_owned());
    }
    let folder = folder_in(&container, change);
    if !change.folders.contains(&folder) {
        fs::create_private_folder(&folder)?;
        change.folders.push(folder.clone());
    }
    let kept = folder.join(staged.file_name().unwrap_or_default());
    let metadata = std::fs::metadata(staged)?;
    std::fs::copy(staged, &kept).with_context(|| format!("copy {}", kept.display()))?;
    // Root may give files away; whoever else runs this owns both.
    let _ = std::os::unix::fs::chown(&kept, Some(metadata.uid()), Some(metadata.gid()));
    fs::sync_file_system(&folder)?;
    std::fs::remove_file(staged)?;
    Ok(kept)
}

/// The media folder is a mount of its own and cannot be renamed: each of its entries changes places.
fn parts_within(name: &str, live: &Path, staged: &Path, change: &mut Change) -> Result<()> {
    let mut entries = std::collections::BTreeSet::new();
    for folder in [live, staged] {
        for entry in std::fs::read_dir(folder).with_context(|| format!("read folder {}", folder.display()))? {
            entries.insert(entry?.file_name());
        }
    }
    for entry in entries.iter().filter(|entry| !entry.to_string_lossy().starts_with(PREFIX)) {
        change.parts.push(Part::path(name, live.join(entry), staged.join(entry)));
    }
    Ok(())
}

/// Gives a tree the owner of the live one; returns how many files it holds.
fn settle_tree(live: &Path, staged: &Path, is_foreign: bool, check: &mut Check) -> Result<u64> {
    let mut files = 0;
    let owner = owner_like(live)?;
    let mut refused = None;
    for entry in walkdir::WalkDir::new(staged).contents_first(true) {
        let entry = entry.with_context(|| format!("walk {}", staged.display()))?;
        let metadata = entry.metadata().with_context(|| format!("look at {}", entry.path().display()))?;
        if metadata.is_dir() && is_foreign {
            // An archive of tar may leave folders out, which are private then.
            let mode = metadata.mode() & 0o777 | 0o755;
            std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode))?;
        }
        files += u64::from(metadata.is_file());
        if (metadata.uid(), metadata.gid()) != owner
            && let Err(error) = std::os::unix::fs::lchown(entry.path(), Some(owner.0), Some(owner.1))
        {
            refused = Some(error);
        }
    }
    tell_refused(live, refused, check);
    Ok(files)
}

/// Gives a file the owner of the live one.
fn give_like(live: &Path, staged: &Path, check: &mut Check) -> Result<()> {
    let (user, group) = owner_like(live)?;
    let metadata = std::fs::metadata(staged)?;
    if (metadata.uid(), metadata.gid()) != (user, group) {
        tell_refused(live, std::os::unix::fs::chown(staged, Some(user), Some(group)).err(), check);
    }
    Ok(())
}

fn tell_refused(live: &Path, refused: Option<std::io::Error>, check: &mut Check) {
    if let Some(error) = refused {
        check.add(
            Finding::warning(
                &kinds::RESTORE,
                live.display().to_string(),
                format!("the owner of what was there could not be kept: {error}"),
            )
            .remedy("chown -R it to the user of the site, or restore as root"),
        );
    }
}

/// Owner and group of what is live, else of the folder that it will be in.
fn owner_like(live: &Path) -> Result<(u32, u32)> {
    let metadata = match std::fs::metadata(live) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::metadata(live.parent().unwrap_or(Path::new("/")))
        }
        other => other,
    };
    let metadata = metadata.with_context(|| format!("look at {}", live.display()))?;
    Ok((metadata.uid(), metadata.gid()))
}

fn mode_of(live: &Path) -> Result<Option<u32>> {
    match std::fs::metadata(live) {
        Ok(metadata) => Ok(Some(metadata.mode() & 0o777)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("look at {}", live.display())),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
