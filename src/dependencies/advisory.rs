//! One advisory: in the OSV format as it is read, and as what it says of one package.

use super::Ecosystem;
use super::Package;
use super::Severity;
use super::Version;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use serde::Deserialize;
use std::cmp::Ordering;

/// What is known of a vulnerability of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    pub id: String,
    /// Its other names: CVE-2023-31047.
    pub aliases: Vec<String>,
    pub summary: String,
    pub severity: Severity,
    /// Versions in which it is mended.
    pub fixed: Vec<String>,
}

/// An advisory as <https://ossf.github.io/osv-schema/> writes it, as far as it is needed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    id: String,
    pub(super) modified: Option<Timestamp>,
    withdrawn: Option<String>,
    aliases: Vec<String>,
    summary: String,
    details: String,
    severity: Vec<Score>,
    affected: Vec<Affected>,
    database_specific: Specific,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Score {
    score: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Specific {
    severity: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Affected {
    package: Named,
    ranges: Vec<Range>,
    versions: Vec<String>,
    severity: Vec<Score>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    ecosystem: String,
    name: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Range {
    #[serde(rename = "type")]
    sort: String,
    events: Vec<Event>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

impl Entry {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let entry: Self = serde_json::from_slice(bytes).context("it is no advisory")?;
        anyhow::ensure!(!entry.id.is_empty(), "it is no advisory: it has no id");
        Ok(entry)
    }

    /// The ecosystems and packages that it is about.
    pub(super) fn about(&self) -> impl Iterator<Item = (Ecosystem, String)> {
        self.affected.iter().filter_map(|affected| {
            let ecosystem = Ecosystem::named(&affected.package.ecosystem)?;
            Some((ecosystem, ecosystem.name(&affected.package.name)))
        })
    }

    /// What it says of a package; `None` when its version is not affected.
    ///
    /// # Errors
    /// When its versions cannot be compared: whether the package is affected is not known then.
    pub(super) fn judge(&self, package: &Package) -> Result<Option<Advisory>> {
        if self.withdrawn.is_some() {
            return Ok(None);
        }
        let mut fixed = Vec::new();
        let mut is_hit = false;
        let mut vectors: Vec<&Score> = self.severity.iter().collect();
        for affected in &self.affected {
            let about = Ecosystem::named(&affected.package.ecosystem);
            if about != Some(package.ecosystem)
                || package.ecosystem.name(&affected.package.name) != package.name
            {
                continue;
            }
            let hit = affected
                .hits(package)
                .with_context(|| format!("compare {} with {}", package.label(), self.id))?;
            if hit {
                is_hit = true;
                vectors.extend(&affected.severity);
                fixed.extend(affected.fixed_after(package)?);
            }
        }
        let said = self.database_specific.severity.as_deref().and_then(Severity::named);
        let scored = || vectors.iter().filter_map(|score| Severity::of_vector(&score.score)).max();
        let summary = if self.summary.is_empty() { &self.details } else { &self.summary };
        Ok(is_hit.then(|| Advisory {
            id: self.id.clone(),
            aliases: self.aliases.clone(),
            summary: summary.lines().next().unwrap_or_default().chars().take(200).collect(),
            severity: said.or_else(scored).unwrap_or(Severity::Unsaid),
            fixed,
        }))
    }
}

impl Affected {
    fn ranges(&self) -> impl Iterator<Item = &Range> {
        // Commits of a repository are not versions.
        self.ranges.iter().filter(|range| range.sort != "GIT")
    }

    fn hits(&self, package: &Package) -> Result<bool> {
        if self.versions.contains(&package.version) {
            return Ok(true);
        }
        let own = Version::parse(package.ecosystem, &package.version)?;
        for range in self.ranges() {
            if range.holds(package.ecosystem, &own)? {
                return Ok(true);
            }
        }
        // Versions that are written otherwise: 4.2 and 4.2.0.
        Ok(self.versions.iter().any(|version| {
            Version::parse(package.ecosystem, version)
                .is_ok_and(|version| version.compare(&own) == Ordering::Equal)
        }))
    }

    /// The first version of each range that is mended and later.
    fn fixed_after(&self, package: &Package) -> Result<Option<String>> {
        let own = Version::parse(package.ecosystem, &package.version)?;
        let mut later: Vec<(Version, &String)> = Vec::new();
        for fixed in self.ranges().flat_map(|range| &range.events).filter_map(|event| event.fixed.as_ref()) {
            let version = Version::parse(package.ecosystem, fixed)?;
            if version.compare(&own) == Ordering::Greater {
                later.push((version, fixed));
            }
        }
        later.sort_by(|(one, _), (other, _)| one.compare(other));
        Ok(later.first().map(|(_, text)| (*text).clone()))
    }
}

impl Range {
    /// The evaluation that the OSV format prescribes: the last event at or before the version decides.
    fn holds(&self, ecosystem: Ecosystem, own: &Version) -> Result<bool> {
        let mut turns: Vec<(Option<Version>, bool)> = Vec::new();
        for event in &self.events {
            if let Some(text) = &event.introduced {
                let from = if text == "0" { None } else { Some(Version::parse(ecosystem, text)?) };
                let is_reached = from.as_ref().is_none_or(|from| own.compare(from) != Ordering::Less);
                if is_reached {
                    turns.push((from, true));
                }
            }
            if let Some(text) = &event.fixed {
                let version = Version::parse(ecosystem, text)?;
                if own.compare(&version) != Ordering::Less {
                    turns.push((Some(version), false));
                }
            }
            if let Some(text) = &event.last_affected {
                let version = Version::parse(ecosystem, text)?;
                if own.compare(&version) == Ordering::Greater {
                    turns.push((Some(version), false));
                }
            }
        }
        let last = turns.into_iter().max_by(|(one, begins), (other, other_begins)| {
            let by_version = match (one, other) {
                (None, None) => Ordering::Equal,
                (None, _) => Ordering::Less,
                (_, None) => Ordering::Greater,
                (Some(one), Some(other)) => one.compare(other),
            };
            // What is mended and introduced again in one version is affected.
            by_version.then(begins.cmp(other_begins))
        });
        Ok(last.is_some_and(|(_, begins)| begins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hit(ecosystem: Ecosystem, version: &str, affected: serde_json::Value) -> Option<Vec<String>> {
        let package = Package {
            ecosystem,
            name: "some-thing".into(),
            version: version.into(),
            direct: true,
            development: false,
        };
        let mut affected = affected;
        affected["package"] = json!({"ecosystem": ecosystem.word(), "name": if ecosystem == Ecosystem::PyPi { "Some_Thing" } else { "some-thing" }});
        let entry = json!({"id": "X-1", "affected": [affected]});
        let entry = Entry::read(entry.to_string().as_bytes()).expect("an entry");
        entry.judge(&package).expect("compared").map(|advisory| advisory.fixed)
    }

    #[test]
    fn ranges_of_python_are_those_of_pep_440() {
        let ranges = json!({"ranges": [{"type": "ECOSYSTEM", "events": [
            {"introduced": "3.2a1"}, {"fixed": "3.2.19"}, {"introduced": "4.0"}, {"fixed": "4.2.1"}]}]});
        let hit = |version| hit(Ecosystem::PyPi, version, ranges.clone());
        assert_eq!(hit("3.2rc1"), Some(vec!["3.2.19".to_owned()]));
        assert_eq!(hit("4.2"), Some(vec!["4.2.1".to_owned()]));
        for unharmed in ["3.1.9", "3.2.19", "3.2.20", "4.0a1", "4.2.1", "5!1.0"] {
            assert_eq!(hit(unharmed), None, "{unharmed}");
        }
    }

    #[test]
    fn ranges_of_npm_are_events_of_semver() {
        let open = json!({"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"last_affected": "1.4.2"}]}]});
        assert_eq!(hit(Ecosystem::Npm, "1.4.2", open.clone()), Some(vec![]));
        assert_eq!(hit(Ecosystem::Npm, "1.4.3-beta", open.clone()), None);
        assert_eq!(hit(Ecosystem::Npm, "0.0.1-alpha", open), Some(vec![]));
        let listed =
            json!({"versions": ["2.0"], "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]});
        assert_eq!(hit(Ecosystem::PyPi, "2.0.0", listed.clone()), Some(vec![]));
        assert_eq!(hit(Ecosystem::PyPi, "2.0.1", listed), None);
    }

    #[test]
    fn what_cannot_be_compared_is_an_error_and_what_was_withdrawn_is_nothing() {
        let package = |version: &str| Package {
            ecosystem: Ecosystem::PyPi,
            name: "a".into(),
            version: version.into(),
            direct: true,
            development: false,
        };
        let text = r#"{"id": "X", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "the next one"}]}]}]}"#;
        assert!(Entry::read(text.as_bytes()).expect("an entry").judge(&package("1")).is_err());
        let withdrawn = text.replacen('{', r#"{"withdrawn": "2026-01-01T00:00:00Z","#, 1);
        assert_eq!(
            Entry::read(withdrawn.as_bytes()).expect("an entry").judge(&package("1")).expect("none"),
            None
        );
        assert!(Entry::read(&text.as_bytes()[..60]).is_err());
    }
}
