//! The periods, and the moments at which their hours come round.

use crate::config::Day;
use crate::config::Hour;
use crate::config::ScheduleConfig;
use crate::config::weekday_name;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How often a checklist runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Daily,
    Weekly,
    Monthly,
    Quarterly,
}

/// The months in which quarters begin.
const QUARTERS: [i8; 4] = [1, 4, 7, 10];
/// No two hours of one period are further apart.
const LONGEST_DAYS: i64 = 93;

impl Period {
    pub const ALL: [Self; 4] = [Self::Daily, Self::Weekly, Self::Monthly, Self::Quarterly];

    /// The command that is run.
    pub fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
        }
    }

    pub fn hour(self, config: &ScheduleConfig) -> Hour {
        match self {
            Self::Daily => config.daily,
            Self::Weekly => config.weekly,
            Self::Monthly => config.monthly,
            Self::Quarterly => config.quarterly,
        }
    }

    /// Whether its runs change the site or its backups, and so keep one another out.
    pub fn changes(self) -> bool {
        self != Self::Daily
    }

    /// The first hour after a moment.
    ///
    /// # Errors
    /// At the end of time.
    pub fn next(self, config: &ScheduleConfig, zone: &TimeZone, after: Timestamp) -> Result<Timestamp> {
        self.find(config, zone, after, 1, |moment| moment > after)
    }

    /// The last hour that had come by a moment.
    ///
    /// # Errors
    /// At the beginning of time.
    pub fn last(self, config: &ScheduleConfig, zone: &TimeZone, by: Timestamp) -> Result<Timestamp> {
        self.find(config, zone, by, -1, |moment| moment <= by)
    }

    fn find(
        self,
        config: &ScheduleConfig,
        zone: &TimeZone,
        from: Timestamp,
        direction: i64,
        fits: impl Fn(Timestamp) -> bool,
    ) -> Result<Timestamp> {
        let hour = self.hour(config);
        let today = from.to_zoned(zone.clone()).date();
        for days in 0..=LONGEST_DAYS {
            let date = today.checked_add((days * direction).days())?;
            if self.falls_on(hour, date) {
                let moment = date.to_datetime(hour.time).to_zoned(zone.clone())?.timestamp();
                if fits(moment) {
                    return Ok(moment);
                }
            }
        }
        None.with_context(|| format!("find an hour of {}", self.word()))
    }

    fn falls_on(self, hour: Hour, date: Date) -> bool {
        let day = match hour.day {
            Day::Every => true,
            Day::OfWeek(day) => date.weekday() == day,
            Day::OfMonth(day) => date.day() == day,
        };
        day && (self != Self::Quarterly || QUARTERS.contains(&date.month()))
    }

    /// The hour as systemd's `OnCalendar=` has it.
    pub(super) fn on_calendar(self, config: &ScheduleConfig, zone: &str) -> String {
        let hour = self.hour(config);
        let time = format!("{:02}:{:02}:00", hour.time.hour(), hour.time.minute());
        let months = if self == Self::Quarterly { "01,04,07,10" } else { "*" };
        let date = match hour.day {
            Day::Every => format!("*-{months}-*"),
            Day::OfWeek(day) => format!("{} *-{months}-*", weekday_name(day)),
            Day::OfMonth(day) => format!("*-{months}-{day:02}"),
        };
        format!("{date} {time} {zone}")
    }

    /// The hour as the first five fields of a cron line.
    pub(super) fn cron(self, config: &ScheduleConfig) -> String {
        let hour = self.hour(config);
        let months = if self == Self::Quarterly { "1,4,7,10" } else { "*" };
        let (day, weekday) = match hour.day {
            Day::Every => ("*".to_owned(), "*".to_owned()),
            Day::OfWeek(day) => ("*".to_owned(), day.to_sunday_zero_offset().to_string()),
            Day::OfMonth(day) => (day.to_string(), "*".to_owned()),
        };
        format!("{} {} {day} {months} {weekday}", hour.time.minute(), hour.time.hour())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn hours_come_round_in_the_sites_zone() {
        let zone = TimeZone::get("Africa/Porto-Novo").expect("a zone");
        let config = ScheduleConfig::default();
        let now = at("2026-11-23T08:00:00Z");
        for (period, last, next) in [
            (Period::Daily, "2026-11-23T06:00:00Z", "2026-11-24T06:00:00Z"),
            (Period::Weekly, "2026-11-22T01:00:00Z", "2026-11-29T01:00:00Z"),
            (Period::Monthly, "2026-11-01T02:00:00Z", "2026-12-01T02:00:00Z"),
            (Period::Quarterly, "2026-10-01T04:00:00Z", "2027-01-01T04:00:00Z"),
        ] {
            assert_eq!(period.last(&config, &zone, now).expect("a time"), at(last), "{period:?}");
            assert_eq!(period.next(&config, &zone, now).expect("a time"), at(next), "{period:?}");
            assert_eq!(period.last(&config, &zone, at(next)).expect("a time"), at(next), "{period:?}");
            assert_eq!(period.next(&config, &zone, at(last)).expect("a time"), at(next), "{period:?}");
        }
    }

    #[test]
    fn systemd_and_cron_are_told_the_same() {
        let config = ScheduleConfig::default();
        let told: Vec<_> = Period::ALL
            .iter()
            .map(|period| (period.on_calendar(&config, "UTC"), period.cron(&config)))
            .collect();
        let expected = [
            ("*-*-* 07:00:00 UTC", "0 7 * * *"),
            ("Sun *-*-* 02:00:00 UTC", "0 2 * * 0"),
            ("*-*-01 03:00:00 UTC", "0 3 1 * *"),
            ("*-01,04,07,10-01 05:00:00 UTC", "0 5 1 1,4,7,10 *"),
        ];
        for (told, expected) in told.iter().zip(expected) {
            assert_eq!((told.0.as_str(), told.1.as_str()), expected);
        }
    }
}
