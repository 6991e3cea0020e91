//! What an archive of `pg_dump` holds, found by reading all of it.
//!
//! A custom archive that was cut still lists its contents without a complaint (H4). `pg_restore` is made to write
//! out every row, which fails where data is missing, and the rows are counted on the way.

use super::Fingerprint;
use super::programs::Programs;
use super::snapshot::DUMP_LIMIT;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::system::job::Job;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

/// As much of a line as tells what it is; a row may be as long as memory.
const LINE: usize = 1024;

/// Rows per table of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DumpContent {
    /// By schema and name.
    pub tables: BTreeMap<(String, String), u64>,
}

/// Reads a whole custom archive with the newest `pg_restore` there is.
///
/// # Errors
/// When the archive is damaged, cut or none, or no `pg_restore` is installed.
pub fn read_dump(settings: &DatabaseConfig, path: &Path) -> Result<DumpContent> {
    read(&Programs::newest(settings)?, path)
}

pub(super) fn read(programs: &Programs, path: &Path) -> Result<DumpContent> {
    let mut command = programs.local("pg_restore");
    command.args(["--section=data", "--file=-"]).arg(path).stdout(Stdio::piped());
    let mut job = Job::start(&mut command)?;
    let output = job.output().context("pg_restore has no output")?;
    let content = count(BufReader::with_capacity(1 << 18, output));
    let check = || -> Result<DumpContent> {
        job.finish(DUMP_LIMIT)?;
        content.context("read the output of pg_restore")
    };
    check().map_err(|error| {
        let words = crate::error::one_line(&error);
        Error::new(Kind::Failed, format!("the dump {} is not sound: {words}", path.display()))
            .hint("it was cut or damaged: take another backup, or restore an earlier one")
            .into()
    })
}

impl DumpContent {
    /// Holds the archive against the fingerprint of the state it was made of.
    ///
    /// `schema` is the connection's own: its tables go by their bare names.
    pub(super) fn compare(&self, print: &Fingerprint, schema: Option<&str>) -> Result<()> {
        let named: BTreeMap<String, u64> = self
            .tables
            .iter()
            .map(|((owner, table), rows)| {
                let own = Some(owner.as_str()) == schema;
                (if own { table.clone() } else { format!("{owner}.{table}") }, *rows)
            })
            .collect();
        for (table, counted) in &print.tables {
            let dumped = named.get(table).copied();
            if dumped != Some(counted.rows) {
                let dumped = dumped.map_or_else(|| "no".to_owned(), |rows| rows.to_string());
                anyhow::bail!("the dump holds {dumped} rows of {table}, the database {}", counted.rows);
            }
        }
        Ok(())
    }
}

/// Counts the lines of each `COPY … FROM stdin;` up to its `\.`: line feeds inside a row are written as `\n`.
fn count(mut script: impl BufRead) -> std::io::Result<DumpContent> {
    let mut content = DumpContent::default();
    let mut line = Vec::new();
    let mut current: Option<((String, String), u64)> = None;
    while next_line(&mut script, &mut line)? {
        match &mut current {
            Some((table, rows)) if line == b"\\." => {
                content.tables.insert(std::mem::take(table), *rows);
                current = None;
            }
            Some((_, rows)) => *rows += 1,
            None => current = table_of(&line).map(|table| (table, 0)),
        }
    }
    if current.is_some() {
        return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the rows end in the middle"));
    }
    Ok(content)
}

/// Reads the next line's beginning and passes over the rest.
fn next_line(script: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let buffer = script.fill_buf()?;
        if buffer.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = memchr::memchr(b'\n', buffer);
        let part = end.map_or(buffer, |end| buffer.get(..end).unwrap_or(buffer));
        line.extend_from_slice(part.get(..LINE.saturating_sub(line.len())).unwrap_or(part));
        let used = end.map_or(buffer.len(), |end| end + 1);
        script.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// Schema and table of `COPY public."Été" (id, …) FROM stdin;`.
fn table_of(line: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(line);
    let (schema, rest) = name(text.strip_prefix("COPY ")?)?;
    let (table, rest) = name(rest.strip_prefix('.')?)?;
    // A table without columns has no list of them, but its space.
    let rest = rest.trim_start();
    (rest.starts_with('(') || rest.starts_with("FROM stdin")).then_some((schema, table))
}

/// A name at the beginning of `text`, quoted or not, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', ' '])?;
        return Some((text.get(..end)?.to_owned(), text.get(end..)?));
    };
    let mut found = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        found.push_str(rest.get(..end)?);
        rest = rest.get(end + 1..)?;
        match rest.strip_prefix('"') {
            Some(more) => {
                found.push('"');
                rest = more;
            }
            None => return Some((found, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_under_names_of_any_kind() {
        let long = "x".repeat(3 * LINE);
        let script = format!(
            "SET x = 1;\n\nCOPY public.plain (id, text) FROM stdin;\n1\t{long}\n2\tCOPY a.b (c) FROM stdin;\n\\.\n\n\
             COPY \"Côté\".\"Été \"\"x\"\".y\" (id) FROM stdin;\n\\.\nSELECT pg_catalog.setval('a', 1, true);\n"
        );
        let content = count(BufReader::with_capacity(7, script.as_bytes())).expect("a script");
        let table = |schema: &str, name: &str| (schema.to_owned(), name.to_owned());
        assert_eq!(
            content.tables,
            BTreeMap::from([(table("public", "plain"), 2), (table("Côté", "Été \"x\".y"), 0)])
        );
        assert!(count("COPY a.b (c) FROM stdin;\n1\n".as_bytes()).is_err());
    }
}
