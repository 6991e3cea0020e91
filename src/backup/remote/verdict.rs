//! Age and size of the newest copy away from this machine, against the settings and the copies before it.

use super::Snapshot;
use crate::config::RemoteConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::time;
use crate::units::Age;
use crate::units::ByteSize;
use jiff::SignedDuration;
use jiff::Timestamp;

/// So many earlier copies say what is usual.
const USUAL: usize = 5;

/// One copy, as the repository or the record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    pub at: Timestamp,
    pub bytes: Option<u64>,
}

impl From<&Snapshot> for Copied {
    fn from(snapshot: &Snapshot) -> Self {
        Self { at: snapshot.time, bytes: snapshot.bytes() }
    }
}

/// Judges the copies of a site, oldest first.
pub fn judge(copies: &[Copied], settings: &RemoteConfig, site: &str, now: Timestamp) -> Check {
    let kind = &kinds::BACKUP_REMOTE_AGE;
    let Some(newest) = copies.last() else {
        return Finding::critical(kind, site, "no copy is away from this machine")
            .remedy("make one: sitekeep backup push")
            .into();
    };
    let mut check = Check::default();
    let age = time::age(now, newest.at);
    let hours = |hours: u32| SignedDuration::from_hours(i64::from(hours));
    let holds = newest.bytes.map_or_else(String::new, |bytes| format!(", {}", ByteSize(bytes)));
    let told = format!("the newest copy is {} old{holds}", Age(age));
    let remedy = "push, and see why the scheduled run did not: sitekeep backup push, sitekeep schedule check";
    let finding = if newest.at > now + SignedDuration::from_hours(24) {
        Finding::warning(kind, site, "the newest copy is from the future")
            .remedy("see whether the clock is right")
    } else if age > hours(settings.critical_hours) {
        Finding::critical(kind, site, told).remedy(remedy)
    } else if age > hours(settings.warning_hours) {
        Finding::warning(kind, site, told).remedy(remedy)
    } else {
        Finding::ok(kind, site, told)
    };
    check.add(finding.with("copied_at", newest.at.to_string()).with("copies", copies.len()));
    check.findings.extend(shrunk(copies, site));
    check
}

/// Warns of a newest copy that holds less than half of what is usual.
fn shrunk(copies: &[Copied], site: &str) -> Option<Finding> {
    let (newest, before) = copies.split_last()?;
    let now = newest.bytes?;
    let mut usual: Vec<u64> = before.iter().rev().filter_map(|copy| copy.bytes).take(USUAL).collect();
    usual.sort_unstable();
    let usual = *usual.get(usual.len() / 2)?;
    let message = format!("the newest copy holds {}, {} is usual", ByteSize(now), ByteSize(usual));
    (now < usual / 2).then(|| {
        Finding::warning(&kinds::BACKUP_REMOTE_AGE, site, message)
            .remedy("see what the site lacks before older copies are rotated away: sitekeep stats, sitekeep images check")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    fn judged(copies: &[(i64, u64)]) -> Status {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(10_000);
        let copies: Vec<_> = copies
            .iter()
            .map(|(hours, bytes)| Copied {
                at: now - SignedDuration::from_hours(*hours),
                bytes: Some(*bytes),
            })
            .collect();
        judge(&copies, &RemoteConfig::default(), "shop", now).status()
    }

    #[test]
    fn age_and_size_are_judged() {
        assert_eq!(judged(&[]), Status::Critical);
        assert_eq!(judged(&[(30, 100)]), Status::Ok);
        assert_eq!(judged(&[(31, 100)]), Status::Warning);
        assert_eq!(judged(&[(97, 100)]), Status::Critical);
        assert_eq!(judged(&[(-48, 100)]), Status::Warning);
        assert_eq!(judged(&[(50, 100), (26, 100), (2, 50)]), Status::Ok);
        assert_eq!(judged(&[(50, 100), (26, 100), (2, 49)]), Status::Warning);
    }
}
