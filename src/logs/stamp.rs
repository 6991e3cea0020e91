//! Times of day as logs write them, read by position and without an allocation: this runs for every line that counts.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time as it was written: in a zone of its own when the line names one, else in the site's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Seconds since 1970 as if the written time were UTC.
    pub(super) seconds: i64,
    pub(super) microseconds: i64,
    /// Seconds east of UTC, where the line says so.
    pub(super) offset: Option<i64>,
}

/// Reads the time at the start of a text, and tells its length.
///
/// Known are `2026-11-23 00:46:56,204` (also `T`, `/`, `.204`, and a zone behind), `23/Nov/2026:00:46:56 +0100` and
/// `23/11/2026 00:46:56`. The fraction is left alone unless `fraction` is set.
#[inline]
pub(super) fn parse(text: &[u8], fraction: bool) -> Option<(Stamp, usize)> {
    let (year, month, day, mut position) = match text {
        [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _, ..] => {
            (digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..10])?, 10)
        }
        [_, _, b'/', name @ ..] if name.len() >= 8 && name[3] == b'/' => {
            (digits(&name[4..8])?, month(&name[..3])?, digits(&text[..2])?, 11)
        }
        [_, _, b'/', _, _, b'/', _, _, _, _, ..] => {
            (digits(&text[6..10])?, digits(&text[3..5])?, digits(&text[..2])?, 10)
        }
        _ => return None,
    };
    let clock = text.get(position..position + 9)?;
    if !matches!(clock[0], b' ' | b'T' | b':') || clock[3] != b':' || clock[6] != b':' {
        return None;
    }
    let (hour, minute, second) = (digits(&clock[1..3])?, digits(&clock[4..6])?, digits(&clock[7..9])?);
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (1..=9998).contains(&year)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_range {
        return None;
    }
    position += 9;
    let mut microseconds = 0;
    if fraction && let Some([b',' | b'.', rest @ ..]) = text.get(position..) {
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count().min(9);
        if length > 0 {
            let shown = length.min(6);
            microseconds = digits(&rest[..shown])? * 10_i64.pow(6 - u32::try_from(shown).ok()?);
            position += 1 + length;
        }
    }
    let (offset, length) = zone(text.get(position..).unwrap_or_default());
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some((Stamp { seconds, microseconds, offset }, position + length))
}

/// Reads `Nov 23 00:46:56`, the stamp of syslog without a year, as month, day and seconds of the day; 15 bytes.
pub(super) fn parse_traditional(text: &[u8]) -> Option<(i64, i64, i64)> {
    let stamp = text.get(..15)?;
    let day = if stamp[4] == b' ' { digits(&stamp[5..6])? } else { digits(&stamp[4..6])? };
    let (hour, minute, second) = (digits(&stamp[7..9])?, digits(&stamp[10..12])?, digits(&stamp[13..15])?);
    let shape = stamp[3] == b' ' && stamp[6] == b' ' && stamp[9] == b':' && stamp[12] == b':';
    let in_range = (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    (shape && in_range).then_some((month(&stamp[..3])?, day, hour * 3600 + minute * 60 + second))
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
///
/// Howard Hinnant's `days_from_civil` (<https://howardhinnant.github.io/date_algorithms.html>).
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[inline]
fn digits(text: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

fn month(name: &[u8]) -> Option<i64> {
    const NAMES: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let position = NAMES.iter().position(|known| *known == name)?;
    i64::try_from(position).ok().map(|position| position + 1)
}

/// Reads a zone behind a time (`Z`, `+01:00`, ` +0100`), and tells its length; 0 when there is none.
fn zone(text: &[u8]) -> (Option<i64>, usize) {
    let (text, space) = match text {
        [b'Z', ..] => return (Some(0), 1),
        [b' ', rest @ ..] => (rest, 1),
        _ => (text, 0),
    };
    let read = || {
        let sign = match text.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = digits(text.get(1..3)?)?;
        let colon = usize::from(text.get(3) == Some(&b':'));
        let minutes = digits(text.get(3 + colon..5 + colon)?)?;
        (hours < 24 && minutes < 60).then_some((sign * (hours * 3600 + minutes * 60), 5 + colon))
    };
    read().map_or((None, 0), |(offset, length)| (Some(offset), length + space))
}

/// Turns written times into instants; remembers the zone's offset of the last quarter of an hour, within which no
/// zone changes its clocks.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    zone: TimeZone,
    quarter: i64,
    offset: i64,
}

impl Clock {
    pub(super) fn new(zone: &TimeZone) -> Self {
        Self { zone: zone.clone(), quarter: i64::MIN, offset: 0 }
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Microseconds since 1970, UTC.
    #[inline]
    pub(super) fn microseconds(&mut self, stamp: Stamp) -> i64 {
        let offset = stamp.offset.unwrap_or_else(|| self.local_offset(stamp.seconds));
        (stamp.seconds - offset) * 1_000_000 + stamp.microseconds
    }

    #[inline]
    fn local_offset(&mut self, seconds: i64) -> i64 {
        let quarter = seconds.div_euclid(900);
        if quarter != self.quarter {
            self.quarter = quarter;
            let local = Timestamp::from_second(seconds).ok().map(|as_utc| TimeZone::UTC.to_datetime(as_utc));
            let zoned = local.and_then(|local| self.zone.to_ambiguous_timestamp(local).compatible().ok());
            self.offset = zoned.map_or(0, |instant| seconds - instant.as_second());
        }
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instant(text: &str) -> String {
        let (stamp, _) = parse(text.as_bytes(), true).expect("a time");
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let microseconds = Clock::new(&zone).microseconds(stamp);
        Timestamp::from_microsecond(microseconds).expect("in range").to_string()
    }

    #[test]
    fn times_without_a_zone_are_the_sites() {
        assert_eq!(instant("2026-11-23 00:46:56,204 rest"), "2026-11-22T23:46:56.204Z");
        assert_eq!(instant("2026-11-23T00:46:56.123456Z"), "2026-11-23T00:46:56.123456Z");
        assert_eq!(instant("2026/11/23 00:46:56 [error]"), "2026-11-22T23:46:56Z");
        assert_eq!(instant("2026-11-23 00:46:56 +0300]"), "2026-11-22T21:46:56Z");
        assert_eq!(instant("23/Nov/2026:00:46:56 -0230]"), "2026-11-23T03:16:56Z");
        assert_eq!(instant("23/Nov/2026 00:46:56]"), "2026-11-22T23:46:56Z");
        assert_eq!(instant("29/02/2028 12:00:00"), "2028-02-29T11:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "2026-11-23", "2026-13-01 00:00:00", "23/Nov/2026", "Internal Server Error: /", "//////////"]
        {
            assert_eq!(parse(text.as_bytes(), true), None, "{text}");
        }
    }

    #[test]
    fn a_zone_with_summer_time_is_followed() {
        let zone = TimeZone::get("Europe/Paris").expect("a zone");
        let mut clock = Clock::new(&zone);
        for text in
            ["2026-03-29 01:59:59", "2026-03-29 03:00:00", "2026-10-25 03:00:00", "2026-07-01 12:00:00"]
        {
            let (stamp, _) = parse(text.as_bytes(), true).expect("a time");
            let civil: jiff::civil::DateTime = text.parse().expect("a time");
            let expected = civil.to_zoned(zone.clone()).expect("zoned").timestamp();
            assert_eq!(clock.microseconds(stamp), expected.as_microsecond(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(prop::num::u8::ANY, 0..60)) {
            let _ = parse(&bytes, true);
            let _ = parse_traditional(&bytes);
        }

        #[test]
        fn days_agree_with_the_calendar(second in -62_000_000_000_i64..250_000_000_000) {
            let time = TimeZone::UTC.to_datetime(Timestamp::from_second(second).expect("a time"));
            let days = days(time.year().into(), time.month().into(), time.day().into());
            prop_assert_eq!(days, second.div_euclid(86_400));
        }
    }
}
