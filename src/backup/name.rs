//! Names of artefacts: the guide's, so that its scripts, habits and crontab lines keep working.

use super::Kind;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Endings of a database artefact; the first two are ours, the last is the guide's plain SQL.
const DATABASE_ENDINGS: [&str; 3] = [".sqlite3.gz", ".dump.gz", ".sql.gz"];
const ARCHIVE_ENDING: &str = ".tar.gz";

/// An artefact's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub kind: Kind,
    /// Local time of the site; `None` where the name says something else (`backup_complet_latest.tar.gz`).
    pub time: Option<DateTime>,
    /// Distinguishes artefacts of one second: 1 is not written.
    pub number: u32,
    /// From the first dot: `.sqlite3.gz`, `.tar.gz`.
    pub ending: String,
}

impl Name {
    /// The name of an artefact made at `now`; `extension` is that of the database inside (`sqlite3`, `dump`).
    pub fn new(kind: Kind, extension: Option<&str>, now: Timestamp, zone: &TimeZone) -> Self {
        let ending = match (kind, extension) {
            (Kind::Database, Some(extension)) => format!(".{extension}.gz"),
            _ => ARCHIVE_ENDING.to_owned(),
        };
        Self { kind, time: Some(zone.to_datetime(now)), number: 1, ending }
    }

    /// Takes a file name apart; `None` when it is no artefact's.
    pub fn parse(name: &str) -> Option<Self> {
        if name.contains('/') {
            return None;
        }
        let kind = Kind::ALL.into_iter().find(|kind| name.starts_with(kind.prefix()))?;
        let rest = name.strip_prefix(kind.prefix())?;
        let endings: &[&str] = if kind == Kind::Database { &DATABASE_ENDINGS } else { &[ARCHIVE_ENDING] };
        let ending = endings.iter().find(|ending| rest.ends_with(**ending))?;
        let stem = rest.strip_suffix(*ending).filter(|stem| !stem.is_empty())?;
        let (time, number) = match moment(stem) {
            Some((time, number)) => (Some(time), number),
            None => (None, 1),
        };
        Some(Self { kind, time, number, ending: (*ending).to_owned() })
    }

    /// The same second's next name.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { number: self.number + 1, ..self.clone() }
    }

    /// `20261122_020000`, or with `_2` behind it; also the folder inside a full artefact.
    pub fn stamp(&self) -> String {
        let time = self.time.unwrap_or_default().strftime("%Y%m%d_%H%M%S");
        if self.number > 1 { format!("{time}_{}", self.number) } else { time.to_string() }
    }

    /// The moment that the name tells, in the zone where it was given.
    pub fn timestamp(&self, zone: &TimeZone) -> Option<Timestamp> {
        zone.to_ambiguous_timestamp(self.time?).compatible().ok()
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}{}", self.kind.prefix(), self.stamp(), self.ending)
    }
}

/// `20261122`, `20261122_020000`, `20261122_020000_2`.
fn moment(stem: &str) -> Option<(DateTime, u32)> {
    let mut parts = stem.split('_');
    let date = parts.next()?;
    let clock = parts.next().unwrap_or("000000");
    let number = parts.next().map_or(Some(1), |text| text.parse().ok().filter(|number| *number > 1))?;
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !digits(date, 8) || !digits(clock, 6) {
        return None;
    }
    let time = DateTime::strptime("%Y%m%d%H%M%S", format!("{date}{clock}")).ok()?;
    Some((time, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Africa/Porto-Novo").expect("zone")
    }

    #[test]
    fn names_are_the_guides_in_local_time() {
        let now = "2026-11-22T01:00:00Z".parse().expect("time");
        for (kind, extension, expected) in [
            (Kind::Database, Some("sqlite3"), "db_backup_20261122_020000.sqlite3.gz"),
            (Kind::Database, Some("dump"), "db_backup_20261122_020000.dump.gz"),
            (Kind::Media, None, "media_backup_20261122_020000.tar.gz"),
            (Kind::Full, Some("sqlite3"), "backup_complet_20261122_020000.tar.gz"),
        ] {
            let name = Name::new(kind, extension, now, &zone());
            assert_eq!(name.to_string(), expected);
            assert_eq!(Name::parse(expected), Some(name.clone()));
            assert_eq!(name.timestamp(&zone()), Some(now));
            let second = name.next().to_string();
            assert!(second.contains("_020000_2."), "{second}");
            assert_eq!(Name::parse(&second), Some(name.next()));
        }
    }

    #[test]
    fn the_guides_own_names_are_known() {
        let media = Name::parse("media_backup_20261122.tar.gz").expect("known");
        assert_eq!(media.kind, Kind::Media);
        assert_eq!(media.timestamp(&zone()), Some("2026-11-21T23:00:00Z".parse().expect("time")));
        assert_eq!(Name::parse("db_backup_20261122_020000.sql.gz").expect("known").kind, Kind::Database);
        let latest = Name::parse("backup_complet_latest.tar.gz").expect("known");
        assert_eq!((latest.kind, latest.time), (Kind::Full, None));
    }

    #[test]
    fn other_files_are_not_artefacts() {
        for name in [
            "notes.txt",
            "db_backup_.sqlite3.gz",
            "db_backup_20261122_020000.sqlite3",
            "db_backup_20261122_020000.tar.gz",
            "media_backup_20261122.tar.gz.sha256",
            "media_backup_20261122.tar.gz.manifest.json",
            ".sitekeep-media_backup_20261122.tar.gz.partial",
            "../media_backup_20261122.tar.gz",
            "media_backup_x/../../y.tar.gz",
        ] {
            assert_eq!(Name::parse(name), None, "{name}");
        }
        assert_eq!(Name::parse("media_backup_20261340_000000.tar.gz").expect("foreign").time, None);
    }
}
