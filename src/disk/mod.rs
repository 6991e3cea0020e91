//! Space: file systems, the media folder and the database against the guide's thresholds (Quotidienne 3).

mod forecast;

pub use forecast::Growth;
pub use forecast::growth;

use crate::config::DiskConfig;
use crate::error;
use crate::state::Point;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::fs;
use crate::system::mounts;
use crate::system::mounts::FileSystem;
use crate::units::ByteSize;
use crate::units::Percent;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

/// Metric of which the growth is read.
pub const USED_METRIC: &str = "disk_used_bytes";

/// Measures every file system in use; `writable` are folders that the site must be able to write to.
///
/// `history` gives the recorded used bytes of a mount point, oldest first. What cannot be measured is UNKNOWN and
/// hides nothing else.
///
/// # Errors
/// When the mount table cannot be read.
pub fn check_space(
    limits: &DiskConfig,
    writable: &[&Path],
    now: Timestamp,
    history: &mut dyn FnMut(&str) -> Result<Vec<Point>>,
) -> Result<Check> {
    let mut check = Check::default();
    let mut folders = writable.to_vec();
    folders.extend(limits.paths.iter().map(std::path::PathBuf::as_path));
    let found = mounts::in_use(&folders)?;
    for unmeasured in found.unmeasured {
        let subject = unmeasured.path.display().to_string();
        let listed =
            limits.paths.contains(&unmeasured.path) && !writable.contains(&unmeasured.path.as_path());
        let remedy = if listed {
            "mount it, or take it out of [disk] paths"
        } else {
            "look at its mount (mount, dmesg): a network file system may be gone, or this user may not enter it"
        };
        check.add(
            Finding::unknown(&kinds::DISK_SPACE, subject, error::one_line(&unmeasured.problem))
                .remedy(remedy),
        );
    }
    for system in found.systems {
        let subject = system.mount_point.display().to_string();
        let holds_site = system.holds.iter().any(|path| writable.contains(&path.as_path()));
        if system.read_only && holds_site {
            check.add(
                Finding::critical(&kinds::DISK_READ_ONLY, &subject, format!("{} is mounted read-only", system.device))
                    .remedy("look for disk errors (dmesg), check the file system, then remount it: mount -o remount,rw"),
            );
        }
        space(&mut check, limits, &system, &subject);
        inodes(&mut check, limits, &system, &subject);
        match history(&subject) {
            Ok(mut points) => {
                points.push(Point { at: now, value: ByteSize(system.space.used).as_f64() });
                forecast::add(&mut check, limits, &system, &subject, &points);
            }
            Err(problem) => check.add(
                Finding::unknown(&kinds::DISK_GROWTH, &subject, error::one_line(&problem))
                    .remedy("look at sitekeep's own record in [state] directory; only history is in it"),
            ),
        }
    }
    Ok(check)
}

fn space(check: &mut Check, limits: &DiskConfig, system: &FileSystem, subject: &str) {
    let space = system.space;
    // As df counts: what is reserved for root is neither used nor free.
    let free = Percent::of(space.free, space.used + space.free);
    let message = format!("{} of {} free ({free})", ByteSize(space.free), ByteSize(space.used + space.free));
    let status = below(free, limits.free_warning, limits.free_critical);
    let finding = Finding::new(&kinds::DISK_SPACE, status, subject, message)
        .with("free_bytes", space.free)
        .with("used_bytes", space.used)
        .with("free_percent", free.0)
        .with("device", system.device.as_str())
        .with("type", system.kind.as_str());
    check.add(if status == Status::Ok {
        finding
    } else {
        finding.remedy(format!(
            "below {}: remove what is not needed (old logs, packages, backups elsewhere); find the largest with: du -xh {subject} | sort -h | tail -20",
            if status == Status::Critical { limits.free_critical } else { limits.free_warning }
        ))
    });
    let range =
        Limits::Below { warning: Some(limits.free_warning.0), critical: Some(limits.free_critical.0) };
    check.measure(Metric::new("disk_free_percent", subject, free.0, Unit::Percent).limits(range));
    check.measure(Metric::new(USED_METRIC, subject, ByteSize(space.used).as_f64(), Unit::Bytes));
}

fn inodes(check: &mut Check, limits: &DiskConfig, system: &FileSystem, subject: &str) {
    let space = system.space;
    if space.inodes == 0 {
        // btrfs and others make inodes as they are needed.
        return;
    }
    let free = Percent::of(space.inodes_free, space.inodes);
    let status = below(free, limits.inodes_warning, limits.inodes_critical);
    let message = format!("{} of inodes free ({} left)", free, count(space.inodes_free, "file"));
    let finding =
        Finding::new(&kinds::DISK_INODES, status, subject, message).with("free_inodes", space.inodes_free);
    check.add(if status == Status::Ok {
        finding
    } else {
        finding.remedy(format!("too many small files: find the folders with: du -x --inodes {subject} | sort -n | tail -20; old sessions and caches are the usual ones"))
    });
    let range =
        Limits::Below { warning: Some(limits.inodes_warning.0), critical: Some(limits.inodes_critical.0) };
    check.measure(Metric::new("disk_inodes_free_percent", subject, free.0, Unit::Percent).limits(range));
}

fn below(value: Percent, warning: Percent, critical: Percent) -> Status {
    if value < critical {
        Status::Critical
    } else if value < warning {
        Status::Warning
    } else {
        Status::Ok
    }
}

/// Measures the media folder (guide: `du -sh backend/media/`, 5 GB).
///
/// # Errors
/// When there is no such folder.
pub fn check_media(limits: &DiskConfig, media: &Path) -> Result<Check> {
    let size = fs::tree_size(media)?;
    let subject = media.display().to_string();
    let bytes = ByteSize(size.bytes);
    let over = bytes > limits.media_limit;
    let status = if over { Status::Warning } else { Status::Ok };
    let message = format!("{bytes} in {} (limit {})", count(size.files, "file"), limits.media_limit);
    let finding = Finding::new(&kinds::DISK_MEDIA, status, &subject, message)
        .with("bytes", size.bytes)
        .with("files", size.files);
    let mut check = Check::from(if over {
        finding.remedy("make the pictures smaller: sitekeep images optimize; look for duplicates, and pictures that no product uses")
    } else {
        finding
    });
    if size.unreadable > 0 {
        let message =
            format!("{} could not be read: the size is a lower bound", count(size.unreadable, "file"));
        check.add(
            Finding::unknown(&kinds::DISK_MEDIA, subject, message).remedy("run as the user of the site"),
        );
    }
    let range = Limits::Above { warning: Some(limits.media_limit.as_f64()), critical: None };
    check.measure(Metric::new("media_bytes", "", bytes.as_f64(), Unit::Bytes).limits(range));
    Ok(check)
}

/// Judges the size of the database (guide: `ls -lh backend/db.sqlite3`, 2 GB).
pub fn check_database(limits: &DiskConfig, subject: &str, size: u64) -> Check {
    let bytes = ByteSize(size);
    let over = bytes > limits.database_limit;
    let status = if over { Status::Warning } else { Status::Ok };
    let finding = Finding::new(
        &kinds::DISK_DATABASE,
        status,
        subject,
        format!("{bytes} (limit {})", limits.database_limit),
    )
    .with("bytes", size);
    let mut check = Check::from(if over {
        finding
            .remedy("archive old rows; expired sessions are the usual ones: python manage.py clearsessions")
    } else {
        finding
    });
    let range = Limits::Above { warning: Some(limits.database_limit.as_f64()), critical: None };
    check.measure(Metric::new("database_bytes", "", bytes.as_f64(), Unit::Bytes).limits(range));
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::mounts::Space;

    fn system(used: u64, free: u64, inodes: u64, inodes_free: u64) -> FileSystem {
        FileSystem {
            mount_point: "/srv".into(),
            device: "/dev/sda1".into(),
            kind: "ext4".into(),
            read_only: false,
            holds: vec![],
            space: Space { used, free, inodes, inodes_free },
        }
    }

    fn judged(system: &FileSystem) -> Vec<Status> {
        let mut check = Check::default();
        space(&mut check, &DiskConfig::default(), system, "/srv");
        inodes(&mut check, &DiskConfig::default(), system, "/srv");
        check.findings.iter().map(|finding| finding.status).collect()
    }

    #[test]
    fn warns_below_twenty_percent_free() {
        assert_eq!(judged(&system(80, 20, 100, 20)), [Status::Ok, Status::Ok]);
        assert_eq!(judged(&system(81, 19, 100, 19)), [Status::Warning, Status::Warning]);
        assert_eq!(judged(&system(96, 4, 100, 4)), [Status::Critical, Status::Critical]);
    }

    #[test]
    fn a_file_system_without_fixed_inodes_is_not_judged_by_them() {
        assert_eq!(judged(&system(1, 99, 0, 0)), [Status::Ok]);
    }

    #[test]
    fn what_cannot_be_measured_is_unknown_and_hides_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let limits = DiskConfig { paths: vec!["/no/such/folder".into()], ..DiskConfig::default() };
        let told = |history: &mut dyn FnMut(&str) -> Result<Vec<Point>>| {
            let check =
                check_space(&limits, &[folder.path()], Timestamp::UNIX_EPOCH, history).expect("check");
            let missing = check.findings.iter().find(|finding| finding.subject == "/no/such/folder");
            let missing = missing.expect("a finding on the missing folder");
            assert_eq!((missing.id, missing.status), ("DISK-001", Status::Unknown));
            assert!(missing.remedy.as_deref().is_some_and(|remedy| remedy.contains("[disk] paths")));
            let free = check.metrics.iter().filter(|metric| metric.name == "disk_free_percent");
            assert!(free.count() > 0, "the others are measured");
            check.findings
        };
        told(&mut |_| Ok(Vec::new()));
        let findings = told(&mut |_| anyhow::bail!("the record is damaged"));
        let growth = findings.iter().find(|finding| finding.id == "DISK-006").expect("a finding on growth");
        assert_eq!((growth.status, growth.message.as_str()), (Status::Unknown, "the record is damaged"));
    }

    #[test]
    fn warns_above_the_guides_sizes() {
        let limits = DiskConfig::default();
        assert_eq!(check_database(&limits, "db", 2_000_000_000).status(), Status::Ok);
        assert_eq!(check_database(&limits, "db", 2_000_000_001).status(), Status::Warning);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write_atomic(&folder.path().join("a.jpg"), &[0; 11], 0o644).expect("write");
        let tight = DiskConfig { media_limit: ByteSize(10), ..limits };
        assert_eq!(check_media(&tight, folder.path()).expect("measure").status(), Status::Warning);
        assert!(check_media(&tight, Path::new("/no/such/folder")).is_err());
    }
}
