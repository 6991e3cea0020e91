//! `[schedule]`: when the checklists run by themselves, and as whom.

use jiff::civil::Time;
use jiff::civil::Weekday;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Hours in the site's zone (guide: Sunday at 2:00), which `sitekeep schedule install` gives to systemd or cron.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    pub daily: Hour,
    pub weekly: Hour,
    pub monthly: Hour,
    /// In January, April, July and October.
    pub quarterly: Hour,
    /// Runs begin at random within so much time after their hour, that many machines do not begin at once (systemd).
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub delay: Duration,
    /// Who runs them; without it, the owner of the media folder.
    pub user: Option<String>,
    /// More folders that the runs may write to.
    pub writable: Vec<PathBuf>,
    /// Whom cron sends what a run prints; without it, the user.
    pub mail: Option<String>,
}

/// A time of the day, on every day or on one of the week or the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    pub day: Day,
    pub time: Time,
}

/// Which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    Every,
    OfWeek(Weekday),
    OfMonth(i8),
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

impl FromStr for Hour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            || format!("`{text}` is no hour: write 07:00, Sun 02:00, or 1 03:00 for the first of the month");
        let (day, time) = text.trim().rsplit_once(' ').unwrap_or(("", text.trim()));
        let time = Time::strptime("%H:%M", time).map_err(|_| wrong())?;
        let day = match day.trim() {
            "" => Day::Every,
            day => match day.parse() {
                Ok(number @ 1..=28) => Day::OfMonth(number),
                Ok(_) => return Err(format!("`{text}`: not every month has that day: write 1 to 28")),
                Err(_) => Day::OfWeek(weekday(day).ok_or_else(wrong)?),
            },
        };
        Ok(Self { day, time })
    }
}

/// `Sun`, `sunday`: three letters at least.
fn weekday(text: &str) -> Option<Weekday> {
    let text = text.to_ascii_lowercase();
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let place = names.iter().position(|name| text.len() >= 3 && name.starts_with(&text))?;
    Some(WEEKDAYS[place].1)
}

/// Three letters, as systemd writes it.
pub fn weekday_name(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("", |(name, _)| name)
}

impl fmt::Display for Hour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = format!("{:02}:{:02}", self.time.hour(), self.time.minute());
        formatter.pad(&match self.day {
            Day::Every => time,
            Day::OfWeek(day) => format!("{} {time}", weekday_name(day)),
            Day::OfMonth(day) => format!("{day} {time}"),
        })
    }
}

impl Serialize for Hour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        let at = |day, hour| Hour { day, time: Time::constant(hour, 0, 0, 0) };
        Self {
            daily: at(Day::Every, 7),
            weekly: at(Day::OfWeek(Weekday::Sunday), 2),
            monthly: at(Day::OfMonth(1), 3),
            quarterly: at(Day::OfMonth(1), 5),
            delay: Duration::from_mins(5),
            user: None,
            writable: Vec::new(),
            mail: None,
        }
    }
}

impl ScheduleConfig {
    /// Says what is wrong with the hours, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        let month = |hour: &Hour| matches!(hour.day, Day::OfMonth(_));
        if self.daily.day != Day::Every {
            return Err(format!("schedule.daily: `{}` names a day: write a time alone, 07:00", self.daily));
        }
        if !matches!(self.weekly.day, Day::OfWeek(_)) {
            return Err(format!(
                "schedule.weekly: `{}` names no day of the week: write Sun 02:00",
                self.weekly
            ));
        }
        for (key, hour) in [("monthly", &self.monthly), ("quarterly", &self.quarterly)] {
            if !month(hour) {
                return Err(format!("schedule.{key}: `{hour}` names no day of the month: write 1 03:00"));
            }
        }
        for (key, text) in [("user", &self.user), ("mail", &self.mail)] {
            let fits = |text: &String| {
                !text.is_empty()
                    && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'%#".contains(c))
            };
            if text.as_ref().is_some_and(|text| !fits(text)) {
                return Err(format!("schedule.{key}: a name without blanks, quotes, % and #"));
            }
        }
        if self.delay >= Duration::from_hours(12) {
            return Err("schedule.delay: the hours would mean nothing; write less than 12h".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, seen) in [
            ("07:00", "07:00"),
            ("Sunday 02:00", "Sun 02:00"),
            ("sun 2:05", "Sun 02:05"),
            ("1 03:00", "1 03:00"),
            ("28 23:59", "28 23:59"),
        ] {
            assert_eq!(text.parse::<Hour>().map(|hour| hour.to_string()), Ok(seen.to_owned()));
        }
        for text in ["", "25:00", "7", "su 02:00", "31 03:00", "0 03:00", "noon", "Sun", "-1 02:00"] {
            assert!(text.parse::<Hour>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_hour_must_suit_its_period() {
        let wrong = |change: fn(&mut ScheduleConfig)| {
            let mut config = ScheduleConfig::default();
            change(&mut config);
            config.check().expect_err("refused")
        };
        assert_eq!(ScheduleConfig::default().check(), Ok(()));
        assert!(wrong(|config| config.daily = config.weekly).contains("schedule.daily"));
        assert!(wrong(|config| config.weekly = config.monthly).contains("schedule.weekly"));
        assert!(wrong(|config| config.quarterly = config.daily).contains("schedule.quarterly"));
        assert!(wrong(|config| config.user = Some("a b".into())).contains("schedule.user"));
        assert!(wrong(|config| config.delay = Duration::from_hours(20)).contains("schedule.delay"));
    }
}
