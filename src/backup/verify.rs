//! Reads every byte of an artefact against its checksum file, gzip's checksums and the manifest.

use super::Artefact;
use super::Limits;
use super::Manifest;
use super::Sha256;
use super::Standing;
use super::checksums::Checksums;
use super::checksums::manifest_name;
use super::contents;
use super::contents::Contents;
use super::contents::Depth;
use crate::error::one_line;
use crate::progress::Progress;
use anyhow::Result;
use serde::Serialize;

/// Differences that are told one by one; of more, the number is.
const MOST_TOLD: usize = 20;

/// What verifying an artefact came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub artefact: String,
    /// What is wrong; empty when the artefact is sound.
    pub damage: Vec<String>,
    /// What could not be told, because the artefact does not say what it should be.
    pub unverified: Vec<String>,
    pub files: u64,
    /// Bytes of the files, unpacked.
    pub bytes: u64,
    pub sha256: Option<Sha256>,
}

impl Verification {
    /// Whether nothing wrong was found.
    pub fn is_sound(&self) -> bool {
        self.damage.is_empty()
    }

    /// Whether everything could be checked, too.
    pub fn is_complete(&self) -> bool {
        self.is_sound() && self.unverified.is_empty()
    }
}

/// Verifies an artefact of any standing.
///
/// # Errors
/// When the file cannot be opened or read; damage is in the answer.
pub fn verify(artefact: &Artefact, progress: &dyn Progress) -> Result<Verification> {
    let mut report = Verification { artefact: artefact.name.clone(), ..Verification::default() };
    let checksums = read_checksums(artefact, &mut report);
    let beside = read_manifest(artefact, checksums, &mut report);
    let limits = Limits::new(beside.as_ref(), artefact.size);
    progress.start("verify", artefact.size);
    let reading =
        contents::read(&artefact.path, artefact.database_extension(), limits, Depth::Hashes, progress);
    progress.finish();
    let reading = reading?;
    report.sha256 = Some(reading.raw.sha256);
    if checksums.is_some_and(|checksums| checksums.artefact != reading.raw.sha256) {
        report.damage.push("its SHA-256 is not the one of the checksum file".to_owned());
    }
    match reading.content {
        Ok(found) => judge(artefact, &found, beside.as_ref(), &mut report),
        Err(error) => report.damage.push(one_line(&error)),
    }
    Ok(report)
}

fn read_checksums(artefact: &Artefact, report: &mut Verification) -> Option<Checksums> {
    match Checksums::read(&artefact.path, &artefact.name) {
        Ok(checksums) => Some(checksums),
        Err(error) => {
            let missing = error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
            if missing {
                report.unverified.push("it has no checksum file".to_owned());
            } else if artefact.standing == Standing::Foreign {
                report.unverified.push(format!("its checksum file is not sitekeep's: {}", one_line(&error)));
            } else {
                report.damage.push(one_line(&error));
            }
            None
        }
    }
}

fn read_manifest(
    artefact: &Artefact,
    checksums: Option<Checksums>,
    report: &mut Verification,
) -> Option<Manifest> {
    let path = artefact.path.with_file_name(manifest_name(&artefact.name));
    if let (Some(checksums), Ok(bytes)) = (checksums, std::fs::read(path))
        && checksums.manifest != Sha256::of(&bytes)
    {
        report.damage.push("its manifest is not the one of the checksum file".to_owned());
    }
    if let Standing::Doubtful(why) = &artefact.standing {
        report.damage.push(why.clone());
    }
    match artefact.manifest() {
        Ok(Some(manifest)) => Some(manifest),
        Ok(None) if checksums.is_some() => {
            report.damage.push("its manifest is missing".to_owned());
            None
        }
        // What cannot be read was told above.
        Ok(None) | Err(_) => None,
    }
}

fn judge(artefact: &Artefact, found: &Contents, beside: Option<&Manifest>, report: &mut Verification) {
    report.files = found.files.len() as u64;
    report.bytes = found.files.iter().map(|file| file.item.size).sum();
    report.damage.extend(found.faults.iter().cloned());
    let inside = found.manifest.as_deref().map(Manifest::<Vec<super::Entry>>::parse).transpose();
    let inside = match inside {
        Ok(inside) => inside,
        Err(error) => {
            report.damage.push(one_line(&error));
            None
        }
    };
    let mut differences = Vec::new();
    match (beside, &inside) {
        (Some(manifest), _) => differences = contents::differences(manifest, found),
        (None, Some(manifest)) => {
            report.unverified.push("its manifest is only in the archive itself".to_owned());
            differences = contents::differences(manifest, found);
        }
        (None, None) => report
            .unverified
            .push("it has no manifest: whether files are missing or changed cannot be told".to_owned()),
    }
    if let (Some(beside), Some(inside)) = (beside, &inside)
        && beside.entries != inside.entries
    {
        differences.push("the manifest beside it and the one inside differ".to_owned());
    }
    if beside.is_some() && inside.is_none() && artefact.database_extension().is_none() {
        differences.push("the manifest is missing in the archive".to_owned());
    }
    if found.files.is_empty() {
        differences.push("holds no file at all".to_owned());
    }
    let more = differences.len().saturating_sub(MOST_TOLD);
    differences.truncate(MOST_TOLD);
    report.damage.extend(differences);
    if more > 0 {
        report.damage.push(format!("and {more} more differences"));
    }
}
