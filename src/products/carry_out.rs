//! A plan becomes true: the pictures are prepared beside the media folder, then rows and files change as one.

use super::layout::Layout;
use super::picture::seen;
use super::plan::Edit;
use super::plan::Plan;
use super::plan::Upload;
use crate::config::Config;
use crate::db;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Transaction;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::quarantine::Change;
use crate::quarantine::Part;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::system::fs;
use crate::system::mounts;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use jiff::Timestamp;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What the disk keeps free beside new pictures.
const RESERVE: u64 = 64 << 20;
/// Django's `FILE_UPLOAD_PERMISSIONS`.
const MODE: u32 = 0o644;

/// Surroundings of the work.
pub struct Order<'a> {
    pub config: &'a Config,
    pub quarantine: &'a Quarantine<'a>,
    pub run: &'a str,
    /// As typed, for the record: `products add hp-pavilion-15-hp`.
    pub command: String,
    pub now: Timestamp,
}

/// Writes all of a plan, or nothing; the caller holds the site's lock. Returns the pictures that the changed rows named
/// and that stay, because something else names them.
///
/// # Errors
/// When a picture cannot be prepared, or a row has moved on or is refused: nothing is changed then.
pub fn carry_out(order: Order<'_>, layout: &Layout, plan: &Plan) -> Result<Vec<String>> {
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    let Order { config, quarantine, run, command, now } = order;
    let mut change = Change::new(run, command, now, &config.quarantine);
    quarantine.begin_rows(&mut change)?;
    let staged = stage(config, quarantine, &mut change, plan);
    if let Err(problem) = staged {
        // What cannot be removed now goes with the next run.
        let _ = quarantine.discard(&change);
        return Err(problem);
    }
    quarantine.apply_rows(&mut change, &mut |transaction| write(transaction, layout, &plan.edits))?;
    let stays = |path: &&String| std::fs::symlink_metadata(config.site.media.join(path)).is_ok();
    Ok(plan.left.iter().filter(stays).cloned().collect())
}

/// Prepares the new pictures, and makes room for those that go.
fn stage(config: &Config, quarantine: &Quarantine<'_>, change: &mut Change, plan: &Plan) -> Result<()> {
    let media = &config.site.media;
    let leaving: Vec<&String> = plan
        .left
        .iter()
        .filter(|path| std::fs::symlink_metadata(media.join(path)).is_ok_and(|it| it.is_file()))
        .collect();
    if plan.uploads.is_empty() && leaving.is_empty() {
        return Ok(());
    }
    let folder = beside(media, change)?;
    change.folders.push(folder.clone());
    quarantine.begin(change)?;
    fs::create_private_folder(&folder).map_err(|error| {
        Error::new(Kind::Failed, one_line(&error)).hint("run as the user of the site, or as root")
    })?;
    let mut number = 0;
    let mut next = |extension: Option<&std::ffi::OsStr>| {
        number += 1;
        let mut name = std::ffi::OsString::from(format!("{number:06}"));
        if let Some(extension) = extension {
            name.push(".");
            name.push(extension);
        }
        folder.join(name)
    };
    for upload in &plan.uploads {
        let kept = next(Path::new(&upload.path).extension());
        let live = media.join(&upload.path);
        copy(upload, &kept, &live, &folder)
            .with_context(|| format!("prepare the picture {}", upload.source.display()))?;
        change.parts.push(Part::path(&upload.path, live, kept));
    }
    for path in leaving {
        let kept = next(Path::new(path).extension());
        change.parts.push(Part::path(path, media.join(path), kept));
    }
    fs::sync_file_system(&folder)
}

/// The private folder beside the media, or in them where the folder that holds them is not ours to write to.
fn beside(media: &Path, change: &Change) -> Result<PathBuf> {
    let beside = container(media)?;
    let may_write = rustix::fs::access(&beside, rustix::fs::Access::WRITE_OK).is_ok();
    Ok(folder_in(if may_write { &beside } else { media }, change))
}

fn copy(upload: &Upload, kept: &Path, live: &Path, folder: &Path) -> Result<()> {
    let mut from = File::open(&upload.source).context("open it")?;
    let bytes = from.metadata().context("look at it")?.len();
    let is_same =
        |file: &File| Ok::<_, anyhow::Error>(seen(&file.metadata().context("look at it")?) == upload.seen);
    ensure!(is_same(&from)?, "it was changed meanwhile");
    let free = mounts::space(folder)?.free;
    if free < bytes.saturating_add(RESERVE) {
        let message = format!("{} has only {} free", folder.display(), ByteSize(free));
        return Err(Error::new(Kind::Failed, message).hint("free some space; nothing was changed").into());
    }
    let mut to = File::options().write(true).create_new(true).mode(0o600).open(kept)?;
    std::io::copy(&mut from, &mut to)?;
    ensure!(is_same(&from)?, "it was changed meanwhile");
    to.flush()?;
    if rustix::process::geteuid().is_root() {
        // The folder itself may be made only when the picture is put into it.
        let owner = live.ancestors().skip(1).find_map(|folder| std::fs::metadata(folder).ok());
        if let Some(owner) = owner {
            std::os::unix::fs::fchown(&to, Some(owner.uid()), Some(owner.gid()))?;
        }
    }
    to.set_permissions(std::fs::Permissions::from_mode(MODE))?;
    Ok(())
}

/// Writes the rows in one transaction, after a look at what refers to those that go.
fn write(transaction: &mut Transaction<'_>, layout: &Layout, edits: &[Edit]) -> Result<()> {
    for edit in edits {
        match edit {
            Edit::Insert { table, fields, own } => {
                let id = transaction.insert(layout.relation(table)?, fields)?;
                for (table, fields) in own {
                    let mut fields = fields.clone();
                    fields.insert("product_id".to_owned(), Cell::of(layout.engine, &Value::Integer(id)));
                    transaction.insert(layout.relation(table)?, &fields)?;
                }
            }
            Edit::Update { table, before, changed } => {
                transaction.update(layout.relation(table)?, before, changed)?;
            }
            Edit::Delete { table, before } => {
                require_unreferenced(transaction, layout, table, before)?;
                transaction.delete(layout.relation(table)?, before)?;
            }
        }
    }
    Ok(())
}

/// What Django does with rows that refer to a deleted one stands in its Python alone: so the row stays.
fn require_unreferenced(
    transaction: &mut Transaction<'_>,
    layout: &Layout,
    table: &str,
    row: &db::rows::Fields,
) -> Result<()> {
    let references = match &layout.category {
        _ if table == layout.product.name => &layout.to_product,
        Some(category) if table == category.name => &layout.to_category,
        _ => return Ok(()),
    };
    let id = row.get("id").and_then(Cell::integer).context("the row has no id")?;
    for reference in references {
        let rows = db::rows::count(transaction.database(), &reference.table, &reference.column, id)?;
        if rows > 0 {
            let slug = row.get("slug").map(Cell::text).unwrap_or_default();
            let message = format!(
                "{} of {} refer to `{slug}` ({})",
                crate::units::count(rows, "row"),
                reference.table,
                reference.column
            );
            return Err(Error::new(Kind::Failed, message)
                .hint("nothing was changed; only the application knows what becomes of those rows: see to them first, in its admin")
                .into());
        }
    }
    Ok(())
}
