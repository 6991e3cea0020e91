//! What interrupted uploads leave: Django writes a large upload to a temporary file and removes it when the request
//! ends; a worker that is killed meanwhile leaves it there (`TemporaryUploadedFile`: `tmpXXXXXXXX.upload.jpg`).

use crate::config::ImagesConfig;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::process;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// Removes the temporary files of uploads that ended long ago, or says which it would.
pub fn clear_uploads(config: &ImagesConfig, now: Timestamp, dry_run: bool) -> Check {
    let kind = &kinds::IMAGES_UPLOAD;
    let mut check = Check::default();
    let open = process::open_files();
    // A user's temporary files are open to that user's processes, all of which can be seen.
    let own = rustix::process::geteuid().as_raw();
    let (mut removed, mut bytes) = (0, 0);
    for folder in config.upload_folders.iter().flat_map(|folder| places(folder)) {
        let found = match left_over(&folder, config, now) {
            Ok(found) => found,
            Err(problem) => {
                let finding = Finding::unknown(kind, folder.display().to_string(), one_line(&problem));
                check.add(finding.remedy("[images] upload_folders names the folders of temporary uploads"));
                continue;
            }
        };
        for (path, metadata, age) in found {
            let subject = path.display().to_string();
            if open.holds(&metadata) {
                check.add(Finding::ok(kind, subject, "left alone: it is still open"));
            } else if !open.complete && metadata.uid() != own {
                let finding =
                    Finding::warning(kind, subject, "may be open: other users' processes cannot be seen");
                check.add(finding.remedy("run as root"));
            } else if dry_run {
                let size = ByteSize(metadata.len());
                check.add(Finding::ok(kind, subject, format!("{} old, {size}, would be removed", Age(age))));
            } else if let Err(problem) = std::fs::remove_file(&path) {
                let finding = Finding::warning(kind, subject, format!("cannot be removed: {problem}"));
                check.add(finding.remedy("run as root, or as the user of the site"));
            } else {
                removed += 1;
                bytes += metadata.len();
            }
        }
    }
    if removed > 0 || check.findings.is_empty() {
        let message = if dry_run {
            "no file is left over".to_owned()
        } else {
            format!("{} removed, {} freed", count(removed, "left-over file"), ByteSize(bytes))
        };
        let finding = Finding::ok(kind, "uploads", message);
        check.add(finding.with("removed", removed).with("bytes", bytes));
    }
    check
}

/// A folder of temporary files, and those in it that systemd keeps apart for services (`PrivateTmp=`).
fn places(folder: &Path) -> Vec<PathBuf> {
    let mut places = vec![folder.to_owned()];
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    places.extend(
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("systemd-private-"))
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path().join("tmp"))
            // Those of other services are root's to see.
            .filter(|place| std::fs::read_dir(place).is_ok()),
    );
    places
}

type LeftOver = (PathBuf, std::fs::Metadata, SignedDuration);

/// The temporary files of a folder that are older than an upload may be.
fn left_over(folder: &Path, config: &ImagesConfig, now: Timestamp) -> Result<Vec<LeftOver>> {
    let oldest = SignedDuration::try_from(config.orphan_age).context("read [images] orphan_age")?;
    let entries = std::fs::read_dir(folder).with_context(|| format!("read folder {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("read folder {}", folder.display()))?;
        if !is_upload(&entry.file_name().to_string_lossy()) {
            continue;
        }
        // One that ended meanwhile is nobody's any more.
        let Ok(metadata) = entry.path().symlink_metadata() else { continue };
        let modified = Timestamp::from_second(metadata.mtime()).unwrap_or(now);
        let age = now.duration_since(modified);
        if metadata.is_file() && age > oldest {
            found.push((entry.path(), metadata, age));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

/// `tmp`, eight characters of Python's `tempfile`, `.upload`, and the extension of the uploaded file.
fn is_upload(name: &str) -> bool {
    name.strip_prefix("tmp").and_then(|rest| rest.split_once(".upload")).is_some_and(|(random, extension)| {
        random.len() == 8
            && random.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && (extension.is_empty() || extension.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_are_known_by_the_names_that_django_gives_them() {
        for name in ["tmp8f3k_2xa.upload.jpg", "tmpabcdefgh.upload", "tmp01234567.upload.tar.gz"] {
            assert!(is_upload(name), "{name}");
        }
        for name in [
            "tmpabcdefgh",
            "tmpabc.upload.jpg",
            "tmpABCDEFGH.upload.jpg",
            "my.upload.jpg",
            "tmpabcdefgh.uploads",
        ] {
            assert!(!is_upload(name), "{name}");
        }
    }
}
