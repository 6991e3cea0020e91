//! A package of the project, and how versions of its kind compare.

use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use serde::Serialize;
use std::cmp::Ordering;
use std::str::FromStr;

/// Where packages come from; each has its own rules for names and versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Ecosystem {
    #[serde(rename = "PyPI")]
    PyPi,
    #[serde(rename = "npm")]
    Npm,
}

impl Ecosystem {
    /// The word of the OSV format.
    pub fn word(self) -> &'static str {
        match self {
            Self::PyPi => "PyPI",
            Self::Npm => "npm",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        [Self::PyPi, Self::Npm].into_iter().find(|one| one.word() == word)
    }

    /// The one way in which a name is written: `PyPI` takes `Foo.Bar` and `foo-bar` for the same.
    pub fn name(self, written: &str) -> String {
        match self {
            Self::Npm => written.to_owned(),
            Self::PyPi => {
                let mut name = String::with_capacity(written.len());
                for letter in written.chars() {
                    match letter {
                        '-' | '_' | '.' if name.ends_with('-') => {}
                        '-' | '_' | '.' => name.push('-'),
                        other => name.extend(other.to_lowercase()),
                    }
                }
                name
            }
        }
    }

    /// Whether a text can be the name of a package, and so be handed to pip or npm.
    pub fn is_name(self, text: &str) -> bool {
        let is_word = |part: &str| {
            part.len() <= 214
                && part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match (self, text.strip_prefix('@').and_then(|rest| rest.split_once('/'))) {
            (Self::Npm, Some((scope, name))) => is_word(scope) && is_word(name),
            _ => is_word(text),
        }
    }
}

/// A version as its ecosystem orders it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    PyPi(pep440_rs::Version),
    Npm(semver::Version),
}

impl Version {
    /// # Errors
    /// When it is none of its ecosystem.
    pub fn parse(ecosystem: Ecosystem, text: &str) -> Result<Self> {
        ensure!(text.len() <= 200, "a version of {} characters", text.len());
        match ecosystem {
            Ecosystem::PyPi => pep440_rs::Version::from_str(text)
                .map(Self::PyPi)
                .map_err(|error| anyhow::anyhow!("`{text}` is no version of Python: {error}")),
            Ecosystem::Npm => semver::Version::parse(&whole(text))
                .map(Self::Npm)
                .with_context(|| format!("`{text}` is no version of npm")),
        }
    }

    /// Numbers of the release: 5.2.8.
    fn numbers(&self) -> Vec<u64> {
        match self {
            Self::PyPi(version) => version.release().to_vec(),
            Self::Npm(version) => vec![version.major, version.minor, version.patch],
        }
    }

    pub fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::PyPi(one), Self::PyPi(other)) => one.cmp(other),
            (Self::Npm(one), Self::Npm(other)) => one.cmp_precedence(other),
            _ => Ordering::Equal,
        }
    }
}

/// OSV writes npm's versions whole, but `1` and `1.2` are seen in events.
fn whole(text: &str) -> String {
    let text = text.trim().trim_start_matches('v');
    let core = text.split(['-', '+']).next().unwrap_or(text);
    let missing = 2_usize.saturating_sub(core.matches('.').count());
    format!("{core}{}{}", ".0".repeat(missing), &text[core.len()..])
}

/// How far one version is from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    Patch,
    Minor,
    Major,
}

impl Step {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// How far it is from one version to another; `None` when one of them is no version.
    pub fn between(ecosystem: Ecosystem, from: &str, to: &str) -> Option<Self> {
        let numbers = |text: &str| Version::parse(ecosystem, text).ok().map(|version| version.numbers());
        let (from, to) = (numbers(from)?, numbers(to)?);
        let at = |numbers: &[u64], place: usize| numbers.get(place).copied().unwrap_or(0);
        Some(if at(&from, 0) != at(&to, 0) {
            Self::Major
        } else if at(&from, 1) != at(&to, 1) {
            Self::Minor
        } else {
            Self::Patch
        })
    }
}

/// One package in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub version: String,
    /// Named by the project itself, and not only by another package.
    pub direct: bool,
    /// Used for development only, and no part of the site.
    pub development: bool,
}

impl Package {
    /// `django 4.2.1`
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_one_way_and_is_no_option_or_command() {
        assert_eq!(Ecosystem::PyPi.name("Zope.Interface__x"), "zope-interface-x");
        assert_eq!(Ecosystem::Npm.name("@Types/Node"), "@Types/Node");
        for (name, is_name) in [
            ("django", true),
            ("@vitejs/plugin-react", true),
            ("--index-url=http://x", false),
            ("a; rm -rf /", false),
            ("$(id)", false),
            ("../x", false),
            ("", false),
        ] {
            assert_eq!(Ecosystem::Npm.is_name(name), is_name, "{name}");
        }
        assert!(!Ecosystem::PyPi.is_name("@vitejs/plugin-react"));
    }

    #[test]
    fn versions_compare_as_their_ecosystem_orders_them() {
        let less = |ecosystem, one: &str, other: &str| {
            let (one, other) = (Version::parse(ecosystem, one), Version::parse(ecosystem, other));
            one.expect("a version").compare(&other.expect("a version")) == Ordering::Less
        };
        assert!(less(Ecosystem::PyPi, "4.2rc1", "4.2") && less(Ecosystem::PyPi, "4.2", "4.2.post1"));
        assert!(less(Ecosystem::PyPi, "4.9", "4.10") && less(Ecosystem::PyPi, "9", "1!1"));
        assert!(less(Ecosystem::Npm, "1.0.0-beta.2", "1.0.0") && less(Ecosystem::Npm, "1.9", "1.10.0"));
        assert!(Version::parse(Ecosystem::PyPi, "not a version").is_err());
        assert_eq!(Step::between(Ecosystem::PyPi, "4.2.1", "5"), Some(Step::Major));
        assert_eq!(Step::between(Ecosystem::Npm, "4.2.1", "4.3.0"), Some(Step::Minor));
        assert_eq!(Step::between(Ecosystem::PyPi, "4.2", "4.2.8"), Some(Step::Patch));
    }
}
