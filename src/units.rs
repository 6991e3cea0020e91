//! Sizes, shares and ages, as people write and read them.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;
use std::fmt;
use std::str::FromStr;

/// A number of bytes; written `2 MB` (powers of 1000) or `2 MiB` (powers of 1024).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ByteSize(pub u64);

impl ByteSize {
    pub const fn gigabytes(count: u64) -> Self {
        Self(count * 1_000_000_000)
    }

    pub const fn megabytes(count: u64) -> Self {
        Self(count * 1_000_000)
    }

    /// The same number for a metric; exact up to 2^53 bytes.
    #[expect(clippy::cast_precision_loss, reason = "a metric is a float; exact up to 9 petabytes")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.as_f64();
        let mut unit = "B";
        for next in ["kB", "MB", "GB", "TB", "PB"] {
            if value < 999.95 {
                break;
            }
            value /= 1000.0;
            unit = next;
        }
        let text = if unit == "B" || value >= 99.95 {
            format!("{value:.0} {unit}")
        } else {
            format!("{value:.1} {unit}")
        };
        formatter.pad(&text)
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a size: write a number and a unit, such as 5 GB or 512 MiB");
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let number: f64 = trimmed[..digits].parse().map_err(|_| wrong())?;
        let factor: f64 = match trimmed[digits..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kb" | "ko" => 1e3,
            "m" | "mb" | "mo" => 1e6,
            "g" | "gb" | "go" => 1e9,
            "t" | "tb" | "to" => 1e12,
            "kib" => 1024.0,
            "mib" => 1024.0 * 1024.0,
            "gib" => 1024.0 * 1024.0 * 1024.0,
            "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
            _ => return Err(wrong()),
        };
        let bytes = (number * factor).round();
        if !(0.0..=9.0e15).contains(&bytes) {
            return Err(wrong());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range checked above")]
        Ok(Self(bytes as u64))
    }
}

impl Serialize for ByteSize {
    /// Writes the exact value with the largest unit that divides it, so that it reads back equal.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        for (factor, unit) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")] {
            if self.0 > 0 && self.0.is_multiple_of(factor) {
                return serializer.serialize_str(&format!("{} {unit}", self.0 / factor));
            }
        }
        serializer.serialize_str(&format!("{} B", self.0))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(i64),
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Whole(bytes) => {
                u64::try_from(bytes).map(Self).map_err(|_| D::Error::custom("a size cannot be negative"))
            }
            Written::Number(number) => number.to_string().parse().map_err(D::Error::custom),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// A share between 0 and 100; written `20%` or `20`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

impl Percent {
    /// The share that `part` is of `whole`; 0 when the whole is nothing.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 { Self(0.0) } else { Self(part as f64 * 100.0 / whole as f64) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 9.95 && self.0.fract() != 0.0 {
            write!(formatter, "{:.1}%", self.0)
        } else {
            write!(formatter, "{:.0}%", self.0)
        }
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>();
        match number {
            Ok(value) if (0.0..=100.0).contains(&value) => Ok(Self(value)),
            _ => Err(format!("`{text}` is not a share: write a number from 0 to 100, such as 20%")),
        }
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}%", self.0))
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Whole(number) => number.to_string().parse().map_err(D::Error::custom),
            Written::Number(number) => number.to_string().parse().map_err(D::Error::custom),
            Written::Text(text) => text.parse().map_err(D::Error::custom),
        }
    }
}

/// A length of time for people: `340 ms`, `12 s`, `3 min`, `5 h`, `12 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(pub SignedDuration);

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64().abs();
        let text = if seconds < 0.9995 {
            format!("{:.0} ms", seconds * 1000.0)
        } else if seconds < 9.95 {
            format!("{seconds:.1} s")
        } else if seconds < 120.0 {
            format!("{seconds:.0} s")
        } else if seconds < 7200.0 {
            format!("{:.0} min", seconds / 60.0)
        } else if seconds < 48.0 * 3600.0 {
            format!("{:.0} h", seconds / 3600.0)
        } else {
            format!("{:.0} days", seconds / 86400.0)
        };
        formatter.pad(&text)
    }
}

/// `1 error`, `3 errors`: a count with its noun; the plural adds an `s`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(number)) }
}

/// Text that foreign hands chose, as it may be shown: control characters, which terminals obey, are spelt out. Ends of
/// lines and tabs stay.
pub fn printable(text: impl Into<String>) -> String {
    let text = text.into();
    let is_obeyed = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    if !text.contains(is_obeyed) {
        return text;
    }
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_obeyed(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Digits in groups of three: `12 345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_obey_is_spelt_out() {
        assert_eq!(printable("a\u{1b}[31m\0\u{9b}2Jé\n\tb"), "a\\u{1b}[31m\\u{0}\\u{9b}2Jé\n\tb");
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("5GB", 5_000_000_000),
            ("2 MB", 2_000_000),
            ("1.5 GiB", 1_610_612_736),
            ("7", 7),
            ("5 Go", 5_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "GB", "-3 GB", "5 bananas", "1e99 GB", "9999999999 TB"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_shown_with_the_unit_that_fits() {
        for (bytes, text) in
            [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (999_960, "1.0 MB"), (123_456_789, "123 MB")]
        {
            assert_eq!(ByteSize(bytes).to_string(), text);
        }
    }

    #[test]
    fn a_written_size_reads_back_equal() {
        for bytes in [0, 1, 999, 1_000, 1_024, 5_000_000_000, 2_000_001] {
            let json = serde_json::to_string(&ByteSize(bytes)).expect("serialise");
            assert_eq!(serde_json::from_str::<ByteSize>(&json).expect("read"), ByteSize(bytes));
        }
    }

    #[test]
    fn shares_stay_between_nothing_and_all() {
        assert_eq!("20%".parse(), Ok(Percent(20.0)));
        assert!("101%".parse::<Percent>().is_err());
        assert!("NaN".parse::<Percent>().is_err());
        assert_eq!(Percent::of(1, 0), Percent(0.0));
    }

    #[test]
    fn ages_and_counts_read_like_sentences() {
        assert_eq!(Age(SignedDuration::from_millis(340)).to_string(), "340 ms");
        assert_eq!(Age(SignedDuration::from_hours(30)).to_string(), "30 h");
        assert_eq!(Age(SignedDuration::from_hours(24 * 12)).to_string(), "12 days");
        assert_eq!(count(1, "error"), "1 error");
        assert_eq!(count(12345, "error"), "12 345 errors");
    }
}
