//! How often a password may be guessed: after a few failures each further one makes the next wait twice as long, for the
//! address and for the name, in memory that does not grow.

use jiff::SignedDuration;
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Failures without a wait.
const FREE: u32 = 4;
/// Longest wait of an address, in seconds.
const ADDRESS_WAIT: i64 = 900;
/// Longest wait of a name, and of an address that stands for everybody behind a proxy: shorter, since a stranger can
/// bring it about for others.
const SHARED_WAIT: i64 = 60;
/// What is forgotten when nobody tried for so long, in seconds.
const FORGOTTEN: i64 = 3600;
/// Addresses or names that are remembered.
const MOST: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    failed: u32,
    last: Timestamp,
    not_before: Timestamp,
}

/// The failures of addresses, of names, or of browsers.
#[derive(Debug, Default)]
struct Book(HashMap<String, Tries>);

impl Book {
    fn wait(&self, key: &str, now: Timestamp) -> Option<SignedDuration> {
        let tries = self.0.get(key)?;
        (now < tries.not_before).then(|| now.duration_until(tries.not_before))
    }

    /// Counts a try as failed until it is known better: many at once must not pass for one.
    fn fail(&mut self, key: &str, now: Timestamp, longest: i64) {
        if !self.0.contains_key(key) && self.0.len() >= MOST {
            self.make_room(now);
        }
        let tries = self.0.entry(key.to_owned()).or_insert(Tries { failed: 0, last: now, not_before: now });
        if now.duration_since(tries.last).as_secs() > FORGOTTEN {
            tries.failed = 0;
        }
        tries.failed = tries.failed.saturating_add(1);
        tries.last = now;
        if tries.failed >= FREE {
            let wait =
                1_i64.checked_shl(tries.failed - FREE).filter(|_| tries.failed < 30).unwrap_or(longest);
            tries.not_before = now + SignedDuration::from_secs(wait.min(longest));
        }
    }

    fn forgive(&mut self, key: &str, now: Timestamp) {
        if let Some(tries) = self.0.get_mut(key) {
            tries.failed = tries.failed.saturating_sub(1);
            tries.not_before = now;
            if tries.failed == 0 {
                self.0.remove(key);
            }
        }
    }

    fn make_room(&mut self, now: Timestamp) {
        self.0.retain(|_, tries| now.duration_since(tries.last).as_secs() <= FORGOTTEN);
        if self.0.len() >= MOST
            && let Some(oldest) =
                self.0.iter().min_by_key(|(_, tries)| tries.last).map(|(key, _)| key.clone())
        {
            self.0.remove(&oldest);
        }
    }
}

/// Who tries: from where, under which name, and from a browser that has logged in under it before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who<'a> {
    pub(super) address: Option<IpAddr>,
    pub(super) name: &'a str,
    pub(super) device: Option<&'a str>,
}

#[derive(Debug, Default)]
struct Books {
    addresses: Book,
    names: Book,
    devices: Book,
}

/// Tries of everybody.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<Books>);

impl Limits {
    /// Lets a try pass, or says how long to wait. A browser that is known waits for its own failures alone: strangers who
    /// guess at the same name keep its owner from nothing.
    pub(super) fn begin(&self, who: &Who<'_>, now: Timestamp) -> Result<(), SignedDuration> {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = who.device {
            if let Some(wait) = books.devices.wait(device, now) {
                return Err(wait);
            }
            books.devices.fail(device, now, ADDRESS_WAIT);
            return Ok(());
        }
        let (key, name) = (network(who.address), short(who.name));
        if let Some(wait) = books.addresses.wait(&key, now).max(books.names.wait(&name, now)) {
            return Err(wait);
        }
        let is_shared = who.address.is_none_or(|address| address.to_canonical().is_loopback());
        books.addresses.fail(&key, now, if is_shared { SHARED_WAIT } else { ADDRESS_WAIT });
        books.names.fail(&name, now, SHARED_WAIT);
        Ok(())
    }

    /// Takes back the count of a try that was right.
    pub(super) fn succeed(&self, who: &Who<'_>, now: Timestamp) {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(device) = who.device {
            books.devices.0.remove(device);
        } else {
            books.addresses.forgive(&network(who.address), now);
            books.names.0.remove(&short(who.name));
        }
    }
}

/// The visitor's network: a single machine with IPv6 has as many addresses as it likes.
fn network(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => address.to_string(),
        None => "-".to_owned(),
    }
}

fn short(name: &str) -> String {
    name.chars().take(150).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    fn who<'a>(address: &str, name: &'a str) -> Who<'a> {
        Who { address: address.parse().ok(), name, device: None }
    }

    #[test]
    fn each_failure_after_a_few_doubles_the_wait() {
        let limits = Limits::default();
        let here = |name| who("192.0.2.7", name);
        for _ in 0..4 {
            limits.begin(&here("amina"), at(0)).expect("free");
        }
        let wait = |seconds| Err(SignedDuration::from_secs(seconds));
        assert_eq!(limits.begin(&here("other"), at(0)), wait(1));
        assert_eq!(limits.begin(&who("-", "amina"), at(0)), wait(1));
        limits.begin(&here("other"), at(1)).expect("waited");
        assert_eq!(limits.begin(&here("third"), at(1)), wait(2));
        let mut now = 3;
        for _ in 0..40 {
            limits.begin(&here("fourth"), at(now)).expect("waited long enough");
            now += 900;
        }
        assert!(limits.begin(&here("fifth"), at(now - 1)).is_err());
        limits.begin(&who("192.0.2.8", "fifth"), at(now)).expect("another address");
        limits.begin(&here("amina"), at(now + 4000)).expect("forgotten");
    }

    #[test]
    fn strangers_do_not_keep_a_browser_waiting_that_is_known() {
        let limits = Limits::default();
        for _ in 0..4 {
            limits.begin(&who("192.0.2.7", "amina"), at(0)).expect("free");
        }
        let known = Who { device: Some("a1"), ..who("192.0.2.7", "amina") };
        for _ in 0..4 {
            limits.begin(&known, at(0)).expect("not theirs");
        }
        assert!(limits.begin(&known, at(0)).is_err(), "it may not guess for ever either");
        limits.succeed(&known, at(1));
        limits.begin(&known, at(1)).expect("forgiven");
        assert!(limits.begin(&who("192.0.2.8", "amina"), at(0)).is_err(), "strangers still wait");
    }

    #[test]
    fn a_success_is_not_counted_and_memory_is_bounded() {
        let limits = Limits::default();
        for _ in 0..20 {
            limits.begin(&who("2001:db8::1", "amina"), at(0)).expect("free");
            limits.succeed(&who("2001:db8::2", "amina"), at(0));
        }
        for number in 0..MOST + 50 {
            let now = at(i64::try_from(number).expect("small") * 100);
            limits.begin(&who("-", &number.to_string()), now).expect("free");
        }
        assert!(limits.0.lock().expect("lock").names.0.len() <= MOST);
    }
}
