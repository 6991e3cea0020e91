//! Failed admin logins per address: the sign of a brute-force attack is in the access log alone.
//!
//! Django logs no failed login. Its login page answers a wrong password with 200 (the form again) and a right one with
//! 302; 401, 403 and 429 are what lock-outs and a missing CSRF token answer.

use super::lines::visible;
use crate::config::LogsConfig;
use crate::status::Status;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Addresses that are followed; a flood from more than these is counted in the sum alone.
const MOST: usize = 20_000;

/// Failures of one address that are looked at together, whatever the configuration says.
const LONGEST_RUN: u64 = 10_000;

/// Microseconds after too many failures within which a success is thought to be theirs.
const GUESSED_WITHIN: i64 = 3_600_000_000;

/// Logins from one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginAttempts {
    pub address: String,
    pub failed: u64,
    /// Most failures within `[logs] login_window`; counted up to `login_critical`.
    pub most_in_window: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Time of the last successful login within an hour after too many failures: somebody may have guessed a password.
    /// Nothing where the address is not one visitor's, as behind a proxy.
    pub success_after: Option<Timestamp>,
}

impl LoginAttempts {
    /// CRITICAL from `login_critical` failures on or when somebody got in, WARNING from `login_warning` on.
    pub fn status(&self, config: &LogsConfig) -> Status {
        if self.most_in_window < config.login_warning.min(config.login_critical).max(1) {
            Status::Ok
        } else if self.most_in_window >= config.login_critical || self.success_after.is_some() {
            Status::Critical
        } else {
            Status::Warning
        }
    }

    /// Whether the address stands for everybody: the server saw its proxy or a socket, and no visitor.
    pub(super) fn is_everybody(&self) -> bool {
        is_everybody(&self.address)
    }
}

fn is_everybody(address: &str) -> bool {
    match address.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => matches!(address, "" | "-" | "localhost") || address.starts_with("unix:"),
    }
}

#[derive(Debug, Default)]
struct Attempts {
    failed: u64,
    recent: VecDeque<i64>,
    most: u64,
    first: i64,
    last: i64,
    /// When there were too many failures last.
    alarm: Option<i64>,
    /// Last success, and the last one that came soon after too many failures.
    success: Option<i64>,
    success_after: Option<i64>,
}

impl Attempts {
    fn fail(&mut self, time: i64, window: i64, warning: u64, critical: u64) {
        if self.failed == 0 {
            (self.first, self.last) = (time, time);
        }
        self.failed += 1;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        // Workers write a little out of order; the window needs the times in order.
        let position = self.recent.partition_point(|earlier| *earlier <= time);
        self.recent.insert(position, time);
        let newest = self.recent.back().copied().unwrap_or(time);
        while self.recent.front().is_some_and(|earliest| newest - earliest > window)
            || self.recent.len() as u64 > critical
        {
            self.recent.pop_front();
        }
        self.most = self.most.max(self.recent.len() as u64);
        if self.recent.len() as u64 >= warning {
            self.alarm = self.alarm.max(Some(time));
        }
        self.look_for_a_guess();
    }

    fn succeed(&mut self, time: i64) {
        self.success = self.success.max(Some(time));
        self.look_for_a_guess();
    }

    /// Asked at each attempt, in whatever order the two were written down.
    fn look_for_a_guess(&mut self) {
        if let (Some(alarm), Some(success)) = (self.alarm, self.success)
            && (0..=GUESSED_WITHIN).contains(&success.saturating_sub(alarm))
        {
            self.success_after = self.success;
        }
    }
}

/// Follows the logins of one access log.
#[derive(Debug)]
pub(super) struct Logins {
    path: Vec<u8>,
    window: i64,
    warning: u64,
    critical: u64,
    addresses: HashMap<Vec<u8>, Attempts>,
    pub(super) failed: u64,
}

impl Logins {
    pub(super) fn new(config: &LogsConfig) -> Self {
        let critical = config.login_critical.clamp(1, LONGEST_RUN);
        Self {
            path: config.login_path.as_bytes().to_vec(),
            window: i64::try_from(config.login_window.as_micros()).unwrap_or(i64::MAX),
            warning: config.login_warning.clamp(1, critical),
            critical,
            addresses: HashMap::new(),
            failed: 0,
        }
    }

    /// Whether a request is a login at all.
    #[inline]
    pub(super) fn concerns(&self, method: &[u8], path: &[u8]) -> bool {
        // Django puts the language before it: /fr/admin/login/.
        method == b"POST" && path.ends_with(&self.path)
    }

    pub(super) fn attempt(&mut self, address: &[u8], time: i64, status: u16) {
        match status {
            200 | 401 | 403 | 429 => {
                self.failed += 1;
                let address = &address[..address.len().min(100)];
                if self.addresses.len() < MOST || self.addresses.contains_key(address) {
                    let attempts = self.addresses.entry(address.to_vec()).or_default();
                    attempts.fail(time, self.window, self.warning, self.critical);
                }
            }
            302 | 303 => {
                if let Some(attempts) = self.addresses.get_mut(address) {
                    attempts.succeed(time);
                }
            }
            _ => {}
        }
    }

    /// All addresses with failures, most failures first.
    pub(super) fn finish(self) -> Vec<LoginAttempts> {
        let time = |time: i64| Timestamp::from_microsecond(time).ok();
        let mut logins: Vec<LoginAttempts> = self
            .addresses
            .into_iter()
            .filter(|(_, attempts)| attempts.failed > 0)
            .map(|(address, attempts)| LoginAttempts {
                address: visible(&address),
                failed: attempts.failed,
                most_in_window: attempts.most,
                first: time(attempts.first),
                last: time(attempts.last),
                success_after: attempts
                    .success_after
                    .filter(|_| !is_everybody(&String::from_utf8_lossy(&address)))
                    .and_then(time),
            })
            .collect();
        sort(&mut logins);
        logins
    }
}

fn sort(logins: &mut [LoginAttempts]) {
    logins.sort_by(|one, other| {
        other
            .success_after
            .is_some()
            .cmp(&one.success_after.is_some())
            .then(other.failed.cmp(&one.failed))
            .then_with(|| one.address.cmp(&other.address))
    });
}

/// Puts the logins of several access logs together. A proxy and the server behind it write down the same request, so
/// that of one address the log that saw most is taken.
pub(super) fn merge(all: &mut Vec<LoginAttempts>, more: Vec<LoginAttempts>) {
    for login in more {
        match all.iter_mut().find(|known| known.address == login.address) {
            Some(known) => {
                let success = known.success_after.max(login.success_after);
                if login.failed > known.failed {
                    *known = login;
                }
                known.success_after = success;
            }
            None => all.push(login),
        }
    }
    sort(all);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(attempts: &[(&str, i64, u16)]) -> Vec<LoginAttempts> {
        let mut logins = Logins::new(&LogsConfig::default());
        for (address, second, status) in attempts {
            logins.attempt(address.as_bytes(), second * 1_000_000, *status);
        }
        logins.finish()
    }

    #[test]
    fn h13_failures_are_counted_per_address_within_the_window() {
        let slow: Vec<_> = (0..10).map(|number| ("10.0.0.1", number * 601, 200)).collect();
        let fast: Vec<_> = (0..10).map(|number| ("10.0.0.2", number * 66, 200)).collect();
        let found = logins(&[slow, fast].concat());
        assert_eq!((found[0].failed, found[0].most_in_window), (10, 1));
        assert_eq!((found[1].failed, found[1].most_in_window), (10, 10));
        assert_eq!(found[1].last, Timestamp::from_second(594).ok());
    }

    #[test]
    fn h13_a_success_after_too_many_failures_is_told() {
        let mut attempts: Vec<_> = (0..5).map(|number| ("10.0.0.1", number, 200)).collect();
        attempts.push(("10.0.0.1", 60, 302));
        assert_eq!(logins(&attempts)[0].success_after, Timestamp::from_second(60).ok());
        // Somebody who mistypes once has not guessed.
        assert_eq!(logins(&[("10.0.0.1", 0, 200), ("10.0.0.1", 60, 302)])[0].success_after, None);
        // A success before the failures is the owner's.
        let mut attempts = vec![("10.0.0.1", 0, 200), ("10.0.0.1", 1, 302)];
        attempts.extend((2..9).map(|number| ("10.0.0.1", number, 200)));
        assert_eq!(logins(&attempts)[0].success_after, None);
    }

    #[test]
    fn a_clock_that_goes_back_changes_nothing() {
        let found = logins(&[("a", 300, 200), ("a", 100, 200), ("a", 200, 200), ("a", 1_000_000, 200)]);
        assert_eq!((found[0].failed, found[0].most_in_window), (4, 3));
    }

    #[test]
    fn a_request_that_two_logs_wrote_down_counts_once() {
        let mut all = logins(&[("a", 0, 200), ("a", 1, 200)]);
        merge(&mut all, logins(&[("a", 0, 200), ("a", 1, 200), ("b", 1, 200)]));
        let counts: Vec<_> = all.iter().map(|login| (login.address.as_str(), login.failed)).collect();
        assert_eq!(counts, [("a", 2), ("b", 1)]);
    }

    #[test]
    fn h13_a_success_long_after_the_failures_is_the_owners() {
        let mut attempts: Vec<_> = (0..6).map(|number| ("203.0.113.9", number, 200)).collect();
        attempts.push(("203.0.113.9", 5 * 3600, 302));
        let found = logins(&attempts);
        assert_eq!(
            (found[0].success_after, found[0].status(&LogsConfig::default())),
            (None, Status::Warning)
        );
        // Not even when the owner mistypes before.
        attempts.insert(6, ("203.0.113.9", 5 * 3600 - 5, 200));
        assert_eq!(logins(&attempts)[0].success_after, None);
        // A guess is one even when the owner comes later.
        attempts.insert(6, ("203.0.113.9", 600, 302));
        assert_eq!(logins(&attempts)[0].success_after, Timestamp::from_second(600).ok());
        assert_eq!(logins(&attempts)[0].status(&LogsConfig::default()), Status::Critical);
    }

    #[test]
    fn h13_who_got_in_cannot_be_told_behind_a_proxy() {
        for address in ["", "-", "127.0.0.1", "::1", "::ffff:127.0.0.1", "unix:"] {
            let mut attempts: Vec<_> = (0..6).map(|number| (address, number, 200)).collect();
            attempts.push((address, 60, 302));
            let found = logins(&attempts);
            assert!(found[0].is_everybody(), "{address}");
            let told = (found[0].success_after, found[0].status(&LogsConfig::default()));
            assert_eq!(told, (None, Status::Warning), "{address}");
        }
    }
}
