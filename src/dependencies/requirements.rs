//! Files of requirements, read as text: what is asked for, what is pinned, and what cannot be read.

use super::Ecosystem;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use pep440_rs::VersionSpecifiers;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;

const LARGEST_FILE: u64 = 1024 * 1024;
const DEEPEST_INCLUDE: usize = 10;
const MOST_FILES: usize = 100;

/// One package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) file: PathBuf,
    pub(super) line: usize,
    /// As `PyPI` writes it.
    pub(super) name: String,
    /// `[argon2]`, or nothing.
    pub(super) extras: String,
    /// `>=4.2,<5`, or nothing.
    pub(super) specifier: String,
    /// The version, where it is one and no other.
    pub(super) pin: Option<String>,
    pub(super) has_hashes: bool,
    /// A constraint on what something else asks for.
    pub(super) is_constraint: bool,
}

/// What the files ask for together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Requirements {
    pub(super) files: Vec<PathBuf>,
    pub(super) asked: Vec<Requirement>,
    /// Lines that name an address or a folder in place of a version: where, and what.
    pub(super) addresses: Vec<(String, String)>,
    /// What could not be read: where, and why.
    pub(super) problems: Vec<(String, String)>,
}

impl Requirements {
    /// Reads files and what they include.
    pub(super) fn read(files: &[PathBuf]) -> Self {
        let mut all = Self::default();
        for file in files {
            all.add_file(file, false, 0);
        }
        all
    }

    fn add_file(&mut self, path: &Path, is_constraint: bool, depth: usize) {
        if self.files.iter().any(|known| known == path) {
            return;
        }
        let place = path.display().to_string();
        if depth > DEEPEST_INCLUDE || self.files.len() >= MOST_FILES {
            self.problems.push((place, "too many files include one another".to_owned()));
            return;
        }
        self.files.push(path.to_owned());
        match read_text(path, LARGEST_FILE) {
            Ok(text) => {
                for (number, line) in lines(&text) {
                    if let Err(problem) = self.add_line(path, number, &line, is_constraint, depth) {
                        self.problems.push((format!("{place}:{number}"), problem.to_string()));
                    }
                }
            }
            Err(problem) => self.problems.push((place, crate::error::one_line(&problem))),
        }
    }

    fn add_line(
        &mut self,
        path: &Path,
        number: usize,
        line: &str,
        is_constraint: bool,
        depth: usize,
    ) -> Result<()> {
        let value = |names: &[&str]| {
            names.iter().find_map(|name| {
                let rest = line.strip_prefix(name)?;
                let is_short = name.len() == 2;
                (is_short || rest.starts_with([' ', '\t', '=']))
                    .then(|| rest.trim_start_matches([' ', '\t', '=']))
            })
        };
        let place = || format!("{}:{number}", path.display());
        if let Some(address) = value(&["-e", "--editable"]) {
            self.addresses.push((place(), address.to_owned()));
            return Ok(());
        }
        for (names, is_constraint) in
            [(["-r", "--requirement"], is_constraint), (["-c", "--constraint"], true)]
        {
            if let Some(name) = value(&names) {
                ensure!(!name.contains("://"), "a file at an address is not read: {name}");
                let folder = path.parent().unwrap_or(Path::new("."));
                self.add_file(&folder.join(name), is_constraint, depth + 1);
                return Ok(());
            }
        }
        if line.starts_with('-') {
            // Where packages come from is pip's business.
            return Ok(());
        }
        if line.contains("://") && !line.contains(" @ ") || line.starts_with(['.', '/']) {
            self.addresses.push((place(), line.to_owned()));
            return Ok(());
        }
        self.add_package(path, number, line, is_constraint)
    }

    fn add_package(&mut self, path: &Path, number: usize, line: &str, is_constraint: bool) -> Result<()> {
        let (line, hashes) = line.split_once(" --").map_or((line, None), |(line, rest)| (line, Some(rest)));
        let (asked, marker) =
            line.split_once(';').map_or((line, None), |(asked, marker)| (asked, Some(marker)));
        if let Some(marker) = marker {
            ensure!(is_marker(marker), "`{}` is no condition", marker.trim());
        }
        let end = asked
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
            .unwrap_or(asked.len());
        let (name, rest) = asked.split_at(end);
        ensure!(Ecosystem::PyPi.is_name(name), "`{}` names no package", shortened(line));
        let rest = rest.trim();
        let (extras, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((extras, rest)) => {
                let all = extras.split(',').all(|extra| Ecosystem::PyPi.is_name(extra.trim()));
                ensure!(all, "`[{}]` is no list of extras", shortened(extras));
                (format!("[{}]", extras.replace(' ', "")), rest.trim())
            }
            None => (String::new(), rest),
        };
        if let Some(address) = rest.strip_prefix('@') {
            self.addresses.push((format!("{}:{number}", path.display()), address.trim().to_owned()));
            return Ok(());
        }
        let specifier = rest.trim_start_matches('(').trim_end_matches(')').trim();
        if !specifier.is_empty() {
            VersionSpecifiers::from_str(specifier)
                .map_err(|_| anyhow::anyhow!("`{}` is no range of versions", shortened(specifier)))?;
        }
        let pin = specifier
            .strip_prefix("==")
            .map(|version| version.trim_start_matches('=').trim())
            .filter(|version| !version.contains(['*', ',']));
        self.asked.push(Requirement {
            file: path.to_owned(),
            line: number,
            name: Ecosystem::PyPi.name(name),
            extras,
            specifier: specifier.replace(' ', ""),
            pin: pin.map(ToOwned::to_owned),
            has_hashes: hashes.is_some_and(|rest| rest.starts_with("hash")),
            is_constraint,
        });
        Ok(())
    }
}

/// Reads a text of at most so many bytes.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String> {
    let read = || -> Result<String> {
        let file = std::fs::File::open(path)?;
        let kind = file.metadata()?;
        ensure!(kind.is_file(), "it is no file");
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes)?;
        ensure!(
            bytes.len() as u64 <= most,
            "it has {}, and more than {} is not read",
            crate::units::ByteSize(kind.len()),
            crate::units::ByteSize(most)
        );
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    read().with_context(|| format!("read {}", path.display()))
}

/// The lines without comments, those that end in a backslash joined, each with the number of its first.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (position, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match joined.last_mut().filter(|_| open) {
            Some((_, last)) => {
                last.push(' ');
                last.push_str(part.trim());
            }
            None => joined.push((position + 1, part.trim().to_owned())),
        }
        open = goes_on;
    }
    for (_, line) in &mut joined {
        if let Some(comment) = line.find(" #").or_else(|| line.find("\t#")) {
            line.truncate(comment);
        }
        line.truncate(line.trim_end().len());
    }
    joined.retain(|(_, line)| !line.is_empty());
    joined
}

/// Whether a text can be a condition on the environment, such as `python_version < "3.9"`.
fn is_marker(text: &str) -> bool {
    const WORDS: &[&str] =
        &["python_", "os_name", "sys_platform", "platform_", "implementation_", "extra", "'", "\""];
    let first = text.trim().trim_start_matches(['(', ' ']);
    WORDS.iter().any(|word| first.starts_with(word))
        && ["<", ">", "==", "!=", "~=", " in "].iter().any(|sign| text.contains(sign))
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Requirements {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            crate::system::fs::write_atomic(&folder.path().join(name), text.as_bytes(), 0o644)
                .expect("write");
        }
        Requirements::read(&[folder.path().join(files[0].0)])
    }

    #[test]
    fn what_is_asked_for_and_what_is_pinned() {
        let all = read(&[
            (
                "requirements.txt",
                "# the site\nDjango == 4.2.1  # LTS\npsycopg[binary,pool]>=3.2,<4 ; python_version >= '3.9'\n\
                 -r more.txt\n--index-url https://x\ndjango_cors-headers\n-e ./local\nx @ https://h/x.whl\n\
                 pillow==10.0.0 \\\n  --hash=sha256:00\n",
            ),
            ("more.txt", "gunicorn===20.1\n-r requirements.txt\n-c limits.txt"),
            ("limits.txt", "sqlparse==0.4.*"),
        ]);
        assert_eq!(all.problems, []);
        let told: Vec<_> = all
            .asked
            .iter()
            .map(|one| {
                format!("{}{} {} {:?} {}", one.name, one.extras, one.specifier, one.pin, one.has_hashes)
            })
            .collect();
        assert_eq!(
            told,
            [
                "django ==4.2.1 Some(\"4.2.1\") false",
                "psycopg[binary,pool] >=3.2,<4 None false",
                "gunicorn ===20.1 Some(\"20.1\") false",
                "sqlparse ==0.4.* None false",
                "django-cors-headers  None false",
                "pillow ==10.0.0 Some(\"10.0.0\") true",
            ]
        );
        assert!(all.asked[3].is_constraint && all.addresses.len() == 2, "{all:?}");
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_line() {
        let all = read(&[(
            "requirements.txt",
            "$(touch x)\nname; rm -rf /\nok==1.0\nbad==one two\n-r none.txt\n-e git+https://h/x; rm\n`id`==1\n",
        )]);
        let places: Vec<_> = all.problems.iter().filter_map(|(place, _)| place.rsplit(':').next()).collect();
        assert_eq!((places[0], places[1], places[2]), ("1", "2", "4"), "{:?}", all.problems);
        assert_eq!(
            (all.problems.len(), all.asked.len(), all.addresses.len()),
            (5, 1, 1),
            "{:?}",
            all.problems
        );
    }
}
