//! Which sort of dump a file is, and whether a plain one has its end.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;

const CUSTOM: &[u8] = b"PGDMP";
const PLAIN: &str = "-- PostgreSQL database dump";
/// The last words of `pg_dump`, but for blank lines and `\unrestrict`.
const PLAIN_END: &str = "-- PostgreSQL database dump complete";
/// As much as is looked at of either end.
const LOOK: u64 = 4096;

/// The dumps that can be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DumpFormat {
    /// `pg_dump --format=custom`.
    Custom,
    /// SQL text for psql, as the guide's script makes it.
    Plain,
}

/// Tells a dump by its first bytes; a plain one must end as `pg_dump` ends them, since psql takes any part for whole.
///
/// # Errors
/// When it is neither, or was cut.
pub(super) fn sniff(path: &Path) -> Result<DumpFormat> {
    let (head, tail) = ends(path).with_context(|| format!("read {}", path.display()))?;
    if head.starts_with(CUSTOM) {
        return Ok(DumpFormat::Custom);
    }
    let refuse = |reason: &str, hint: &str| {
        Err(Error::new(Kind::Failed, format!("{} {reason}", path.display())).hint(hint).into())
    };
    if !String::from_utf8_lossy(&head).contains(PLAIN) {
        return refuse("is no dump of pg_dump", "restore an archive of sitekeep, or a .sql of pg_dump");
    }
    if !String::from_utf8_lossy(&tail).contains(PLAIN_END) {
        return refuse("was cut: pg_dump's last line is missing", "restore an earlier dump");
    }
    Ok(DumpFormat::Plain)
}

fn ends(path: &Path) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    file.by_ref().take(LOOK).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(length.saturating_sub(LOOK)))?;
    file.take(LOOK).read_to_end(&mut tail)?;
    Ok((head, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_without_its_end_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |content: &[u8]| {
            let path = folder.path().join("dump");
            crate::system::fs::write_atomic(&path, content, 0o600).expect("write");
            sniff(&path).map_err(|error| error.to_string())
        };
        assert_eq!(told(b"PGDMP\x01\x0e"), Ok(DumpFormat::Custom));
        let rows = "1\tx\n".repeat(5000);
        let whole = format!("--\n{PLAIN}\n--\n\\restrict a\n{rows}--\n{PLAIN_END}\n--\n\n\\unrestrict a\n");
        assert_eq!(told(whole.as_bytes()), Ok(DumpFormat::Plain));
        assert!(told(&whole.as_bytes()[..whole.len() / 2]).expect_err("cut").contains("was cut"));
        for other in [&b""[..], b"<html>", b"SQLite format 3\0"] {
            assert!(told(other).expect_err("no dump").contains("is no dump"));
        }
    }
}
