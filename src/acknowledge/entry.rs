//! One acknowledgement: what it covers, who answers for it, why and until when.

use crate::status::Finding;
use crate::status::kinds;
use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;

/// One entry of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    pub id: String,
    /// Without one, all findings of the sort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub reason: String,
    pub by: String,
    /// The last day on which it holds, where the site is.
    #[serde(deserialize_with = "date")]
    pub until: Date,
}

/// A date in quotes, or as TOML has it.
fn date<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Date, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    text.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no date: write it as 2026-12-31")))
}

impl Acknowledgement {
    /// Says what keeps it from holding: an unknown sort, nobody who answers, no end within a year.
    ///
    /// # Errors
    /// The reason.
    pub fn validate(&self, today: Date) -> Result<(), String> {
        let id = &self.id;
        if kinds::find(id).is_none_or(|kind| kind.id != id) {
            return Err(format!("`{id}` is no sort of finding"));
        }
        if *id == kinds::ACKNOWLEDGEMENT.id {
            return Err("an acknowledgement that is wrong cannot be acknowledged".to_owned());
        }
        for (name, value) in [("reason", &self.reason), ("by", &self.by)] {
            if value.trim().is_empty() {
                return Err(format!("{name} says nothing"));
            }
        }
        let latest = today.saturating_add(Span::new().years(1));
        if self.until > latest {
            return Err(format!("until {} lies more than a year ahead: at most {latest}", self.until));
        }
        Ok(())
    }

    /// Whether a finding is meant; what `status` repeats of a daily run is meant by what it repeats.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let repeated = |key: &str| finding.data.get(key).and_then(|value| value.as_str());
        let repeats = finding.id == kinds::STATUS_OPEN.id;
        self.is_on(finding.id, &finding.subject)
            || matches!(
                (repeats, repeated("id"), repeated("subject")),
                (true, Some(id), Some(subject)) if self.is_on(id, subject)
            )
    }

    /// Whether it covers the findings of a sort on a subject.
    pub(super) fn is_on(&self, id: &str, subject: &str) -> bool {
        self.id == id && self.subject.as_deref().is_none_or(|wanted| wanted == subject)
    }

    /// Identifier and subject.
    pub fn name(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{} {subject}", self.id),
            None => self.id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, subject: Option<&str>, until: &str) -> Acknowledgement {
        Acknowledgement {
            id: id.to_owned(),
            subject: subject.map(Into::into),
            reason: "known".into(),
            by: "Awa".into(),
            until: until.parse().expect("a date"),
        }
    }

    #[test]
    fn a_subject_narrows_and_none_covers_the_sort() {
        let finding = Finding::warning(&kinds::DISK_SPACE, "/srv", "12% free");
        assert!(entry("DISK-001", None, "2026-12-31").covers(&finding));
        assert!(entry("DISK-001", Some("/srv"), "2026-12-31").covers(&finding));
        assert!(!entry("DISK-001", Some("/"), "2026-12-31").covers(&finding));
        assert!(!entry("DISK-002", None, "2026-12-31").covers(&finding));
        let repeated = Finding::warning(&kinds::STATUS_OPEN, "DISK-001 /srv", "12% free")
            .with("id", "DISK-001")
            .with("subject", "/srv");
        assert!(entry("DISK-001", Some("/srv"), "2026-12-31").covers(&repeated));
        assert!(!entry("DISK-001", Some("/"), "2026-12-31").covers(&repeated));
    }

    #[test]
    fn it_ends_within_a_year_and_somebody_answers_for_it() {
        let today: Date = "2026-11-23".parse().expect("a date");
        assert_eq!(entry("DISK-001", None, "2027-11-23").validate(today), Ok(()));
        assert!(entry("DISK-001", None, "2027-11-24").validate(today).is_err());
        assert!(entry("DISK-999", None, "2026-12-31").validate(today).is_err());
        let nobody = Acknowledgement { by: " ".into(), ..entry("DISK-001", None, "2026-12-31") };
        assert_eq!(nobody.validate(today), Err("by says nothing".to_owned()));
    }
}
