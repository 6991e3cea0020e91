//! `NAME.sha256`: the artefact and its manifest, as `sha256sum -c` reads them.

use super::Sha256;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::path::Path;

/// The two digests of an artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Checksums {
    pub(super) artefact: Sha256,
    pub(super) manifest: Sha256,
}

/// Name of the checksum file of an artefact.
pub(super) fn checksums_name(artefact: &str) -> String {
    format!("{artefact}.sha256")
}

/// Name of the manifest that stands beside an artefact.
pub(super) fn manifest_name(artefact: &str) -> String {
    format!("{artefact}.manifest.json")
}

impl Checksums {
    pub(super) fn render(self, artefact: &str) -> String {
        format!("{}  {artefact}\n{}  {}\n", self.artefact, self.manifest, manifest_name(artefact))
    }

    /// Reads the file strictly: the two lines that were written, and nothing else.
    ///
    /// # Errors
    /// When it is anything else.
    pub(super) fn parse(text: &str, artefact: &str) -> Result<Self> {
        let mut lines = text.lines();
        let mut digest = |name: &str| {
            let digest = lines.next()?.strip_suffix(name)?.strip_suffix("  ")?;
            digest.parse::<Sha256>().ok()
        };
        let parsed = digest(artefact).zip(digest(&manifest_name(artefact)));
        let (artefact_digest, manifest) = parsed.context("the checksum file does not have its two lines")?;
        let checksums = Self { artefact: artefact_digest, manifest };
        ensure!(checksums.render(artefact) == text, "the checksum file is not as it was written");
        Ok(checksums)
    }

    /// Reads the checksum file of an artefact.
    ///
    /// # Errors
    /// When it is not there or not as it was written.
    pub(super) fn read(artefact: &Path, name: &str) -> Result<Self> {
        let path = artefact.with_file_name(checksums_name(name));
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        Self::parse(&text, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_byte_is_seen() {
        let name = "media_backup_20261122_020000.tar.gz";
        let checksums = Checksums { artefact: Sha256::of(b"a"), manifest: Sha256::of(b"b") };
        let text = checksums.render(name);
        assert_eq!(Checksums::parse(&text, name).expect("read"), checksums);
        for position in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[position] ^= 1 << bit;
                let read = String::from_utf8(bytes).ok().and_then(|text| Checksums::parse(&text, name).ok());
                assert_ne!(read, Some(checksums), "{position} {bit}");
            }
            assert!(Checksums::parse(&text[..position], name).is_err());
        }
    }
}
