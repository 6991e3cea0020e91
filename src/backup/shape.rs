//! Whether a database file looks whole: its first bytes, its last, and the size that it says it has.
//!
//! It is all that can be said of a backup without a manifest short of opening it, and it finds the copy that was cut
//! and the file that is something else.

const HEAD: usize = 100;
const TAIL: usize = 4096;

/// Start, end and length of a stream.
#[derive(Debug, Default)]
pub(super) struct Shape {
    head: Vec<u8>,
    tail: Vec<u8>,
    length: u64,
}

impl Shape {
    pub(super) fn see(&mut self, bytes: &[u8]) {
        let wanted = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..wanted.min(bytes.len())]);
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
        self.length += bytes.len() as u64;
    }

    /// What is wrong with a file of this extension; `None` when nothing can be seen.
    pub(super) fn fault(&self, extension: &str) -> Option<String> {
        if self.length == 0 {
            return Some("is empty".to_owned());
        }
        match extension {
            "sqlite3" => self.sqlite_fault(),
            "dump" if !self.head.starts_with(b"PGDMP") => Some("is no archive of pg_dump".to_owned()),
            "sql" if self.head.starts_with(b"SQLite format 3\0") => {
                Some("is a SQLite file, not SQL".to_owned())
            }
            "sql"
                if contains(&self.head, b"PostgreSQL database dump")
                    && !contains(&self.tail, b"PostgreSQL database dump complete") =>
            {
                Some("ends before pg_dump's last line: it was cut".to_owned())
            }
            _ => None,
        }
    }

    /// Offsets as in <https://www.sqlite.org/fileformat2.html#the_database_header>.
    fn sqlite_fault(&self) -> Option<String> {
        let Some(head) = self.head.first_chunk::<100>().filter(|head| head.starts_with(b"SQLite format 3\0"))
        else {
            return Some("is no SQLite database".to_owned());
        };
        let page = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size => u64::from(size),
        };
        let pages = u64::from(u32::from_be_bytes([head[28], head[29], head[30], head[31]]));
        // The count of pages holds only where the two change counters agree.
        if pages > 0 && head[24..28] == head[92..96] && pages * page != self.length {
            return Some(format!("has {} bytes, its header says {}", self.length, pages * page));
        }
        None
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    memchr::memmem::find(text, words).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(bytes: &[u8]) -> Shape {
        let mut shape = Shape::default();
        bytes.chunks(7).for_each(|chunk| shape.see(chunk));
        shape
    }

    #[test]
    fn a_cut_copy_and_a_wrong_engine_are_seen() {
        let mut sqlite = vec![0; 8192];
        sqlite[..16].copy_from_slice(b"SQLite format 3\0");
        sqlite[16..18].copy_from_slice(&4096_u16.to_be_bytes());
        sqlite[31] = 2;
        assert_eq!(shape(&sqlite).fault("sqlite3"), None);
        assert!(shape(&sqlite[..8000]).fault("sqlite3").is_some());
        assert!(shape(&sqlite).fault("dump").is_some());
        assert!(shape(&sqlite).fault("sql").is_some());
        assert!(shape(b"<html>").fault("sqlite3").is_some());
        let sql =
            b"--\n-- PostgreSQL database dump\n--\nCOPY a;\n--\n-- PostgreSQL database dump complete\n--\n";
        assert_eq!(shape(sql).fault("sql"), None);
        assert!(shape(&sql[..50]).fault("sql").is_some());
        assert!(shape(b"").fault("sql").is_some());
    }
}
