//! How bad a vulnerability is, from a word or from a CVSS vector.

use crate::status::Status;
use serde::Serialize;

/// From the least to the worst; what nobody said stands below a middling one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Low,
    Unsaid,
    Moderate,
    High,
    Critical,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Unsaid => "severity not said",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity that a word of an advisory means.
    pub fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "info" | "none" | "low" => Some(Self::Low),
            "moderate" | "medium" => Some(Self::Moderate),
            "high" | "important" => Some(Self::High),
            "critical" => Some(Self::Critical),
            _ => None,
        }
    }

    /// The severity of a CVSS 3 vector; `None` for another version, whose scores are not computed here.
    pub fn of_vector(vector: &str) -> Option<Self> {
        let score = base_score(vector)?;
        Some(match score {
            score if score >= 9.0 => Self::Critical,
            score if score >= 7.0 => Self::High,
            score if score >= 4.0 => Self::Moderate,
            _ => Self::Low,
        })
    }

    /// How a package with it stands; what is used for development only reaches no visitor.
    pub fn status(self, development: bool) -> Status {
        if self >= Self::High && !development { Status::Critical } else { Status::Warning }
    }
}

/// Base score of a vector `CVSS:3.1/AV:N/AC:L/…`, by the equations of the specification, section 7.1.
fn base_score(vector: &str) -> Option<f64> {
    let rest = vector.strip_prefix("CVSS:3.0/").or_else(|| vector.strip_prefix("CVSS:3.1/"))?;
    let of = |name: &str| rest.split('/').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    let is_changed = match of("S")? {
        "C" => true,
        "U" => false,
        _ => return None,
    };
    let way = match of("AV")? {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        "P" => 0.2,
        _ => return None,
    };
    let complexity = match of("AC")? {
        "L" => 0.77,
        "H" => 0.44,
        _ => return None,
    };
    let rights = match (of("PR")?, is_changed) {
        ("N", _) => 0.85,
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        ("H", false) => 0.27,
        ("H", true) => 0.5,
        _ => return None,
    };
    let user = match of("UI")? {
        "N" => 0.85,
        "R" => 0.62,
        _ => return None,
    };
    let harm = |name| match of(name)? {
        "H" => Some(0.56),
        "L" => Some(0.22),
        "N" => Some(0.0),
        _ => None,
    };
    let base: f64 = 1.0 - (1.0 - harm("C")?) * (1.0 - harm("I")?) * (1.0 - harm("A")?);
    let impact = if is_changed { 7.52 * (base - 0.029) - 3.25 * (base - 0.02).powi(15) } else { 6.42 * base };
    if impact <= 0.0 {
        return Some(0.0);
    }
    let ease = 8.22 * way * complexity * rights * user;
    let sum = if is_changed { 1.08 * (impact + ease) } else { impact + ease };
    // Up to the next tenth, as the specification rounds: not to be moved by the last bit of a fraction.
    Some(((sum.min(10.0) * 100_000.0).round() / 10_000.0).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_specifications_examples() {
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ] {
            let found = base_score(vector).expect("a score");
            assert!((found - score).abs() < 1e-9, "{vector}: {found}");
        }
        assert_eq!(Severity::of_vector("CVSS:4.0/AV:N/AC:L"), None);
        assert_eq!(Severity::of_vector("CVSS:3.1/AV:N"), None);
    }

    #[test]
    fn only_what_reaches_visitors_is_critical() {
        assert_eq!(Severity::High.status(false), Status::Critical);
        assert_eq!(Severity::High.status(true), Status::Warning);
        assert_eq!(Severity::Unsaid.status(false), Status::Warning);
    }
}
