//! Old logs, compressed and then removed (guide: `find /var/log/niasotac/ -name "*.log" -mtime +30 -delete`).
//!
//! A file that a process holds open is left alone (H11): its space would not be freed, and what is still written to it
//! would be lost. So are the logs that the site is configured to write, however quiet it has been. What a kill leaves
//! of a compression is a partial file, or both forms of one log, of which the next run removes the one too many.

use crate::config::LogsConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::fs;
use crate::system::process;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::fs::File;
use std::fs::Metadata;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// How the file is called that a compression writes.
const PARTIAL: &str = ".sitekeep-partial";

/// One old log.
struct Old {
    path: PathBuf,
    metadata: Metadata,
    age: SignedDuration,
}

/// Compresses and removes what is past its days, or says what would be.
///
/// # Errors
/// When the folders of the logs are none that can be read; what single files refuse is a finding.
pub fn clean(config: &LogsConfig, now: Timestamp, dry_run: bool) -> Result<Check> {
    let kind = &kinds::LOG_CLEANED;
    let mut check = Check::default();
    let open = process::open_files();
    let (mut removed, mut packed, mut bytes) = (0, 0, 0);
    for folder in &config.clean {
        let looked = match old_logs(folder, config, now, dry_run, &mut check) {
            Ok(found) => found,
            Err(problem) => {
                check.add(unreadable(folder, &problem));
                continue;
            }
        };
        for old in looked {
            let subject = old.path.display().to_string();
            let is_open = open.holds(&old.metadata);
            if is_open || (!open.complete && !is_compressed(&old.path)) {
                let why = if is_open {
                    "is still open"
                } else {
                    "may be open: other users' processes cannot be seen"
                };
                let finding =
                    Finding::warning(kind, subject, format!("{} old, left alone: it {why}", Age(old.age)));
                let remedy = if is_open {
                    "have the program open its log anew: logrotate with postrotate, or restart it"
                } else {
                    "run as root"
                };
                check.add(finding.remedy(remedy));
                continue;
            }
            let is_past = past(old.age, config.clean_days);
            if dry_run {
                let verb = if is_past { "removed" } else { "compressed" };
                check.add(Finding::ok(kind, subject, format!("{} old, would be {verb}", Age(old.age))));
                continue;
            }
            let done = if is_past {
                std::fs::remove_file(&old.path).map(|()| old.metadata.len()).context("remove it")
            } else {
                compress(&old)
            };
            match done {
                Ok(freed) => {
                    bytes += freed;
                    *(if is_past { &mut removed } else { &mut packed }) += 1;
                }
                Err(problem) => check.add(unreadable(&old.path, &problem)),
            }
        }
    }
    if !dry_run {
        let message =
            format!("{} removed, {packed} compressed, {} freed", count(removed, "old log"), ByteSize(bytes));
        check.add(Finding::ok(kind, "logs", message).with("removed", removed).with("bytes", bytes));
        check.measure(Metric::new("logs_freed_bytes", "", ByteSize(bytes).as_f64(), Unit::Bytes));
    } else if check.findings.is_empty() {
        check.add(Finding::ok(kind, "logs", "no log is old enough"));
    }
    Ok(check)
}

fn unreadable(path: &Path, problem: &anyhow::Error) -> Finding {
    Finding::unknown(&kinds::LOG_CLEANED, path.display().to_string(), crate::error::one_line(problem))
        .remedy("run as root or as the user of the logs; [logs] clean names their folders")
}

/// Logs of a folder that are past the first of their two terms.
fn old_logs(
    folder: &Path,
    config: &LogsConfig,
    now: Timestamp,
    dry_run: bool,
    check: &mut Check,
) -> Result<Vec<Old>> {
    if !folder.exists() {
        check.add(Finding::ok(&kinds::LOG_CLEANED, folder.display().to_string(), "there is no such folder"));
        return Ok(Vec::new());
    }
    let term = match config.compress_days {
        0 => config.clean_days,
        days => days.min(config.clean_days),
    };
    let in_use: Vec<PathBuf> =
        config.django.iter().chain(&config.access).filter_map(|path| path.canonicalize().ok()).collect();
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(false).sort_by_file_name() {
        let entry = entry.with_context(|| format!("read folder {}", folder.display()))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.into_path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(PARTIAL) && !dry_run {
            std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            continue;
        }
        if !is_log(&name) || path.canonicalize().is_ok_and(|path| in_use.contains(&path)) {
            continue;
        }
        let metadata = path.symlink_metadata().with_context(|| format!("look at {}", path.display()))?;
        let modified = Timestamp::from_second(metadata.mtime()).unwrap_or(now);
        let age = now.duration_since(modified);
        let is_done = is_compressed(&path) && !past(age, config.clean_days);
        if past(age, term) && !is_done {
            found.push(Old { path, metadata, age });
        }
    }
    Ok(found)
}

fn past(age: SignedDuration, days: u32) -> bool {
    age > SignedDuration::from_hours(24 * i64::from(days))
}

fn is_compressed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| ["gz", "xz", "bz2", "zst"].iter().any(|known| extension == *known))
}

/// `django.log`, `django.log.3`, `django.log-20261122.gz`, `access.2026-11-22.log`.
fn is_log(name: &str) -> bool {
    name.split_once(".log").is_some_and(|(stem, rest)| {
        !stem.is_empty() && (rest.is_empty() || rest.starts_with(['.', '-', '_']))
    })
}

/// Replaces a log by its compressed form with its mode, owner and time; returns the bytes that are free now.
fn compress(old: &Old) -> Result<u64> {
    let named = |ending: &str| {
        let mut name = old.path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let (packed, partial) = (named(".gz"), named(PARTIAL));
    if packed.exists() {
        // Killed between the two: the same content, or else somebody else's.
        anyhow::ensure!(is_same(&old.path, &packed)?, "{} is there already", packed.display());
    } else {
        let mut source = File::open(&old.path).context("open it")?;
        let target = File::options().write(true).create_new(true).open(&partial).context("compress it")?;
        let mut encoder = GzEncoder::new(target, Compression::default());
        std::io::copy(&mut source, &mut encoder).context("compress it")?;
        let target = encoder.finish().context("compress it")?;
        target.set_permissions(std::fs::Permissions::from_mode(old.metadata.mode() & 0o777))?;
        target.set_modified(old.metadata.modified()?)?;
        // Only root may give files away; to anybody else it belongs already.
        let _ = std::os::unix::fs::fchown(&target, Some(old.metadata.uid()), Some(old.metadata.gid()));
        target.sync_all().context("write it to disk")?;
        fs::rename_new(&partial, &packed)?;
        fs::sync_folder(packed.parent().unwrap_or(Path::new("/")))?;
    }
    let size = std::fs::metadata(&packed)?.len();
    std::fs::remove_file(&old.path).context("remove what is compressed")?;
    Ok(old.metadata.len().saturating_sub(size))
}

fn is_same(plain: &Path, packed: &Path) -> Result<bool> {
    let mut one = std::io::BufReader::new(File::open(plain)?);
    let mut other = std::io::BufReader::new(MultiGzDecoder::new(File::open(packed)?));
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let count = one.read(&mut left)?;
        if count == 0 {
            return Ok(other.read(&mut right)? == 0);
        }
        if other.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_known_by_their_names() {
        for name in
            ["django.log", "django.log.3", "django.log-20261122.gz", "access.2026-11-22.log", "a.log_1"]
        {
            assert!(is_log(name), "{name}");
        }
        for name in ["django.logic", "catalogue.txt", ".log", "logo.png", "prologue"] {
            assert!(!is_log(name), "{name}");
        }
    }
}
