//! How much an archive may unpack to: a hostile one of ten megabytes holds ten gigabytes of zeros.

use super::Manifest;

/// Bounds on what is unpacked; reaching one is an error before anything more is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub entries: u64,
    /// Bytes of all files together.
    pub bytes: u64,
}

impl Limits {
    /// For what this program has just written itself.
    pub(super) const NONE: Self = Self { entries: u64::MAX, bytes: u64::MAX };
    const ENTRIES: u64 = 1_000_000;
    /// What an archive without a manifest may always unpack to.
    const FLOOR: u64 = 256 << 20;
    /// Text deflates to a twentieth; a database of empty pages to less, zeros to a thousandth.
    const RATIO: u64 = 200;

    /// As much as the manifest says; without one, a million entries and 200 times the compressed size.
    pub fn new<E>(manifest: Option<&Manifest<E>>, compressed: u64) -> Self {
        match manifest {
            // The manifest itself is not among its entries: 4 KiB for each file is more than a line of it takes.
            Some(manifest) => {
                let entries = manifest.totals.files.saturating_add(manifest.folders.len() as u64 + 2);
                let own = entries.saturating_mul(4096).saturating_add(1 << 20);
                Self { entries, bytes: manifest.totals.bytes.saturating_add(own) }
            }
            None => Self {
                entries: Self::ENTRIES,
                bytes: compressed.saturating_mul(Self::RATIO).max(Self::FLOOR),
            },
        }
    }
}
