//! Reads an artefact back while it is written: that the file holds what was sent to it, that it unpacks, and that it
//! lists what the manifest does.
//!
//! The SHA-256 of each file was taken from the same bytes as gzip's checksum, which is checked here; so the result is
//! the SHA-256 of the artefact, for its checksum file.

use super::Limits;
use super::Manifest;
use super::Sha256;
use super::contents;
use super::contents::Contents;
use super::contents::Depth;
use super::gzip::Written;
use super::stream::Reading;
use crate::progress::Silent;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use std::io::Read;
use std::path::Path;

/// Reads to the end of `source`, which is the file at `path`; `extension` is that of a single-file artefact.
///
/// # Errors
/// When the file cannot be read; damage of its content is in the answer.
pub(super) fn read(
    source: impl Read + Send,
    path: &Path,
    extension: Option<&str>,
) -> Result<Reading<Contents>> {
    contents::read_from(source, path, extension, Limits::NONE, Depth::Structure, &Silent)
}

/// Compares what was read back with what was written.
///
/// # Errors
/// When anything differs.
pub(super) fn compare(
    path: &Path,
    reading: Reading<Contents>,
    manifest: &Manifest,
    written: Written,
) -> Result<Sha256> {
    ensure!(
        (reading.raw.length, reading.raw.crc) == (written.length, written.crc),
        "{} does not read back as it was written: the disk or the memory is failing",
        path.display()
    );
    let found = reading.content.with_context(|| format!("read back {}", path.display()))?;
    let differences = contents::differences(manifest, &found);
    if let Some(first) = differences.into_iter().chain(found.faults).next() {
        bail!("{} is not as it should be: {first}", path.display());
    }
    Ok(reading.raw.sha256)
}
