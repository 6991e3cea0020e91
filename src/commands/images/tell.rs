//! What was found among the pictures, as findings.

use crate::images::Duplicate;
use crate::images::Orphan;
use crate::images::Standing;
use crate::images::Survey;
use crate::images::Swept;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

/// So many get a finding of their own; the rest is counted in one.
const NAMED: usize = 10;

/// So many files of a folder are named to people.
const EXAMPLES: usize = 3;

/// An item of a report about pictures.
pub(super) fn item(id: &'static str, title: &'static str, begin: Instant, check: Check) -> ItemReport {
    ItemReport::timed(id, title, "Optimiser images", begin, check)
}

/// A standing in one word.
pub(super) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Used => "used",
        Standing::Thumbnail => "thumbnail",
        Standing::Kept => "kept",
        Standing::Young => "young",
        Standing::Orphan => "orphan",
    }
}

/// How many files stand how.
pub(super) fn summary(survey: &Survey) -> String {
    let mut text = String::new();
    for standing in [Standing::Used, Standing::Thumbnail, Standing::Kept, Standing::Young, Standing::Orphan] {
        let files = survey.count(standing);
        if files > 0 {
            let bytes = ByteSize(survey.bytes(standing)).to_string();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{:<10} {:>9} {bytes:>9}", word(standing), count(files, "file"));
        }
    }
    let read = survey.read;
    let _ = writeln!(
        text,
        "read: {} of {}; sessions and the admin's log do not count",
        count(read.rows, "row"),
        count(read.tables, "table")
    );
    text
}

/// Orphans by folder, or that there are none.
pub(super) fn orphans(survey: &Survey) -> Check {
    let mut check = unsure(survey);
    for (folder, orphans) in by_folder(survey.orphans()) {
        let bytes = orphans.iter().map(|orphan| orphan.bytes).sum();
        let paths: Vec<String> = orphans.iter().map(|orphan| orphan.path.display().to_string()).collect();
        let remedy = "sitekeep images orphans --apply moves them to the quarantine, and sitekeep undo back";
        check.add(
            Finding::warning(&kinds::IMAGES_ORPHAN, folder, told(&orphans))
                .with("bytes", ByteSize(bytes).0)
                .with("files", paths)
                .remedy(remedy),
        );
    }
    if check.findings.is_empty() {
        let young = match survey.count(Standing::Young) {
            0 => String::new(),
            young => format!("; {} that nothing names changed too lately to tell", count(young, "file")),
        };
        let message = format!("none of {} is an orphan{young}", count(survey.total(), "file"));
        check.add(Finding::ok(&kinds::IMAGES_ORPHAN, "media", message));
    }
    measure(&mut check, survey);
    check
}

/// What became of the orphans.
pub(super) fn swept(swept: &Swept, survey: &Survey, run: &str, keep_days: u32) -> Check {
    let mut check = unsure(survey);
    let (left_well, left): (Vec<_>, Vec<_>) = swept.left.iter().partition(|left| left.is_fine);
    for left in left.iter().take(NAMED) {
        let path = left.path.display().to_string();
        check.add(Finding::warning(&kinds::IMAGES_LEFT, path, format!("not moved: {}", left.why)));
    }
    if left.len() > NAMED {
        let message = format!("{} more were not moved", left.len() - NAMED);
        check.add(Finding::warning(&kinds::IMAGES_LEFT, "media", message));
    }
    for left in left_well.iter().take(NAMED) {
        check.add(Finding::ok(&kinds::IMAGES_LEFT, left.path.display().to_string(), left.why.as_str()));
    }
    let paths: Vec<String> = swept.moved.iter().map(|path| path.display().to_string()).collect();
    let message = match &swept.folder {
        Some(_) => format!(
            "{}, {} kept for {keep_days} days; to bring them back: sitekeep undo {run}",
            count(swept.moved.len() as u64, "file"),
            ByteSize(swept.bytes)
        ),
        None => "nothing was moved".to_owned(),
    };
    let mut finding = Finding::ok(&kinds::IMAGES_MOVED, "media", message).with("files", paths);
    if let Some(folder) = &swept.folder {
        finding = finding.with("folder", folder.display().to_string()).with("bytes", swept.bytes);
    }
    check.add(finding);
    measure(&mut check, survey);
    check
}

/// Names in the database that lead to no file.
pub(super) fn missing(survey: &Survey) -> Check {
    let mut check = Check::default();
    let kind = &kinds::IMAGES_MISSING;
    let remedy = "restore the file from a media backup, or choose another for the row";
    for missing in survey.missing.iter().take(NAMED) {
        let message = format!("no such file; {} names it", missing.named_by);
        check.add(
            Finding::warning(kind, &missing.path, message)
                .with("table", missing.named_by.table.as_str())
                .with("column", missing.named_by.column.as_str())
                .with("row", missing.named_by.row.as_str())
                .remedy(remedy),
        );
    }
    if let Some(rest) = survey.missing.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let paths: Vec<&str> = rest.iter().map(|missing| missing.path.as_str()).collect();
        let message = format!("{} more names lead to no file", rest.len());
        check.add(Finding::warning(kind, "media", message).with("files", paths).remedy(remedy));
    }
    if check.findings.is_empty() {
        check.add(Finding::ok(kind, "media", "every name in the database leads to a file"));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of files")]
    check.measure(Metric::new("images_missing", "", survey.missing.len() as f64, Unit::Count));
    check
}

/// Contents that several files have; no harm by itself.
pub(super) fn duplicates(found: &[Duplicate]) -> Check {
    let kind = &kinds::IMAGES_DUPLICATE;
    let mut check = Check::default();
    for duplicate in found {
        let copies: Vec<String> = duplicate
            .copies
            .iter()
            .map(|copy| {
                let named = copy.named_by.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
                format!("{} ({named})", copy.path.display())
            })
            .collect();
        let first = copies.first().cloned().unwrap_or_default();
        let message = format!("the same as: {}", copies.get(1..).unwrap_or_default().join(", "));
        let rows = serde_json::to_value(&duplicate.copies).unwrap_or_default();
        check.add(Finding::ok(kind, first, message).with("bytes", duplicate.bytes).with("copies", rows));
    }
    let spare = found.iter().map(Duplicate::spare).sum();
    let files: usize = found.iter().map(|duplicate| duplicate.copies.len()).sum();
    let contents = count(found.len() as u64, "content");
    let message =
        format!("{} hold {contents}: {} more than needed", count(files as u64, "file"), ByteSize(spare));
    check.add(Finding::ok(kind, "media", message).with("spare_bytes", spare));
    check
}

/// What makes it unsure that an orphan is one.
fn unsure(survey: &Survey) -> Check {
    let mut check = Check::default();
    let kind = &kinds::IMAGES_ORPHAN;
    for (path, why) in survey.unreadable().iter().take(NAMED) {
        let message = format!("cannot be looked at: {why}");
        check.add(
            Finding::unknown(kind, path.display().to_string(), message)
                .remedy("run as the user of the site; until then nothing is moved"),
        );
    }
    if survey.total() == 0 {
        check.add(
            Finding::unknown(kind, "media", "the media folder is empty")
                .remedy("set [site] media to Django's MEDIA_ROOT, or restore the media"),
        );
    } else if survey.count(Standing::Used) == 0 {
        check.add(
            Finding::unknown(kind, "media", "the database names none of the files")
                .remedy("check [database] and [site] media: one of them is not this site's"),
        );
    }
    check
}

fn measure(check: &mut Check, survey: &Survey) {
    #[expect(clippy::cast_precision_loss, reason = "a count of files")]
    let orphans = survey.count(Standing::Orphan) as f64;
    let bytes = ByteSize(survey.bytes(Standing::Orphan)).as_f64();
    check.measure(Metric::new("images_orphans", "", orphans, Unit::Count));
    check.measure(Metric::new("images_orphan_bytes", "", bytes, Unit::Bytes));
}

fn by_folder(orphans: impl Iterator<Item = Orphan>) -> BTreeMap<String, Vec<Orphan>> {
    let mut folders: BTreeMap<String, Vec<Orphan>> = BTreeMap::new();
    for orphan in orphans {
        let folder = orphan.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let folder = if folder.is_empty() { "media".to_owned() } else { folder };
        folders.entry(folder).or_default().push(orphan);
    }
    folders
}

fn told(orphans: &[Orphan]) -> String {
    let bytes: u64 = orphans.iter().map(|orphan| orphan.bytes).sum();
    let names = orphans.iter().take(EXAMPLES).filter_map(|orphan| orphan.path.file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().replace('\n', "\\n")).collect();
    let rest = if orphans.len() > EXAMPLES { "…" } else { "" };
    let files = count(orphans.len() as u64, "file");
    format!("{files} that nothing names, {}: {}{rest}", ByteSize(bytes), names.join(", "))
}
