//! A file of the schedule, and the line by which it is known again as sitekeep's own.

use jiff::Timestamp;
use sha2::Digest;
use sha2::Sha256;
use std::fmt::Write as _;
use std::path::Path;

const BEGIN: &str = "# Written by `sitekeep schedule install` at ";
const HASH: &str = "; sha256 of what follows: ";
const SETTINGS: &str = "# Settings: ";

/// One file, without its marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name in the folder of its flavour.
    pub name: String,
    pub text: String,
}

/// What a file that is there says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: Timestamp,
    /// Configuration file of the site that it serves.
    pub(super) settings: String,
    /// Whether nobody changed it since.
    pub(super) is_whole: bool,
    /// The text without the marker.
    pub(super) text: String,
}

impl File {
    /// The text with its marker: when it was written, for which settings, and a checksum.
    pub(super) fn marked(&self, settings: &Path, at: Timestamp) -> String {
        let rest = format!("{SETTINGS}{}\n{}", settings.display(), self.text);
        format!("{BEGIN}{at}{HASH}{}\n{rest}", sum(&rest))
    }
}

/// Reads the marker of a file; `None` where somebody else wrote it.
pub(super) fn mark(text: &str) -> Option<Mark> {
    let (first, rest) = text.split_once('\n')?;
    let (at, hash) = first.strip_prefix(BEGIN)?.split_once(HASH)?;
    let (settings, body) = rest.split_once('\n')?;
    Some(Mark {
        at: at.parse().ok()?,
        settings: settings.strip_prefix(SETTINGS)?.to_owned(),
        is_whole: hash.trim() == sum(rest),
        text: body.to_owned(),
    })
}

/// The hours in a file: `OnCalendar=` of a timer, the first five fields of cron's lines.
pub(super) fn hours(name: &str, text: &str) -> Vec<String> {
    if Path::new(name).extension().is_some_and(|extension| extension == "timer") {
        return text.lines().filter_map(|line| line.strip_prefix("OnCalendar=")).map(Into::into).collect();
    }
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.split(' ').take(5).collect::<Vec<_>>().join(" "))
        .collect()
}

fn sum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_and_a_change_shows() {
        let file = File { name: "sitekeep-daily.timer".into(), text: "[Timer]\nOnCalendar=07:00\n".into() };
        let at = Timestamp::UNIX_EPOCH;
        let text = file.marked(Path::new("/etc/l'été.toml"), at);
        let seen = mark(&text).expect("a marker");
        assert_eq!((seen.at, seen.settings.as_str(), seen.is_whole), (at, "/etc/l'été.toml", true));
        assert_eq!(seen.text, file.text);
        assert_eq!(hours(&file.name, &seen.text), ["07:00"]);
        assert!(!mark(&text.replace("07:00", "08:00")).expect("a marker").is_whole);
        assert!(!mark(&text.replace("été", "ete")).expect("a marker").is_whole);
        assert_eq!(mark(&file.text), None);
        assert_eq!(hours("sitekeep", "# 1 2\nPATH=/bin\n0 7 * * * shop true\n"), ["0 7 * * *"]);
    }
}
