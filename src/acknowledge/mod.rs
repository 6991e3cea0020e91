//! Findings that somebody knows of and answers for, until a day: they are told, and do not count.
//!
//! They stand in one file beside the state, which may be edited by hand: an entry that is wrong is told and counts for
//! nothing.

mod entry;
mod file;

pub use entry::Acknowledgement;

use crate::status::Acknowledged;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::fs;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use jiff::civil::Date;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

const FILE_NAME: &str = "acknowledgements.toml";

/// What is acknowledged, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgements {
    path: PathBuf,
    text: String,
    /// Each with the line that it begins at.
    pub entries: Vec<(usize, Acknowledgement)>,
    /// Entries that cannot be: the line, and why.
    pub wrong: Vec<(usize, String)>,
    /// Whether the text is no TOML at all.
    broken: bool,
    today: Date,
}

impl Acknowledgements {
    /// Reads the file of a state folder; there need not be one.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(folder: &Path, today: Date) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let (entries, wrong) = file::parse(&text, today);
        let broken = toml::from_str::<toml::Table>(&text).is_err();
        Ok(Self { path, text, entries, wrong, broken, today })
    }

    /// What keeps the file from being read at all, and thus from being written.
    pub fn broken(&self) -> Option<&(usize, String)> {
        self.wrong.first().filter(|_| self.broken)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Those that hold today.
    pub fn in_force(&self) -> impl Iterator<Item = &Acknowledgement> {
        self.entries.iter().map(|(_, entry)| entry).filter(|entry| self.today <= entry.until)
    }

    /// Marks a finding that is acknowledged and not OK.
    pub fn mark(&self, finding: &mut Finding) {
        if finding.status != Status::Ok {
            finding.acknowledged =
                self.in_force().find(|entry| entry.covers(finding)).map(|entry| Acknowledged {
                    by: entry.by.clone(),
                    reason: entry.reason.clone(),
                    until: entry.until.to_string(),
                });
        }
    }

    /// What answers for a finding that was recorded.
    pub fn on(&self, id: &str, subject: &str) -> Option<&Acknowledgement> {
        self.in_force().find(|entry| entry.is_on(id, subject))
    }

    /// Adds an entry in the place of one on the same findings, and writes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, entry: &Acknowledgement) -> Result<()> {
        let former = self.place(&entry.id, entry.subject.as_deref());
        let text = former.map_or_else(|| self.text.clone(), |line| file::without(&self.text, line));
        self.write(file::with(&text, entry))
    }

    /// Removes the entry on just these findings, and writes the file; says whether there was one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn remove(&mut self, id: &str, subject: Option<&str>) -> Result<bool> {
        let Some(line) = self.place(id, subject) else { return Ok(false) };
        self.write(file::without(&self.text, line))?;
        Ok(true)
    }

    fn place(&self, id: &str, subject: Option<&str>) -> Option<usize> {
        let same = |entry: &Acknowledgement| entry.id == id && entry.subject.as_deref() == subject;
        self.entries.iter().find(|(_, entry)| same(entry)).map(|(line, _)| *line)
    }

    fn write(&mut self, text: String) -> Result<()> {
        if toml::from_str::<toml::Table>(&text).is_err() {
            anyhow::bail!("write {}: it could not be read again", self.path.display());
        }
        fs::write_atomic(&self.path, text.as_bytes(), 0o600)?;
        (self.entries, self.wrong) = file::parse(&text, self.today);
        self.text = text;
        Ok(())
    }

    /// What is wrong in the file; nothing where all is well.
    pub fn problems(&self) -> Vec<Finding> {
        let told = |(line, why): &(usize, String)| {
            Finding::warning(&kinds::ACKNOWLEDGEMENT, format!("{}:{line}", self.path.display()), why)
                .remedy("mend that entry by hand, or remove it: until then nothing is acknowledged by it")
        };
        self.wrong.iter().map(told).collect()
    }

    /// How many hold and how many have expired.
    pub fn check(&self) -> Check {
        let holding = self.in_force().count();
        let expired: Vec<String> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.until < self.today)
            .map(|(_, entry)| format!("{} (until {})", entry.name(), entry.until))
            .collect();
        let mut message = match holding {
            0 => "nothing is acknowledged".to_owned(),
            number => format!("{} in force", count(number as u64, "acknowledgement")),
        };
        if let Some(next) = self.in_force().map(|entry| entry.until).min() {
            // Writing to a string cannot fail.
            let _ = write!(message, ", the first until {next}");
        }
        if !expired.is_empty() {
            let _ = write!(message, "; expired: {}", expired.join(", "));
        }
        let finding = Finding::ok(&kinds::ACKNOWLEDGEMENT, "acknowledgements", message)
            .with("in_force", holding)
            .with("expired", expired);
        finding.into()
    }
}
