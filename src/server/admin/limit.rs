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

/// The failures of addresses, or of names.
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

/// Tries of everybody.
#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<(Book, Book)>);

impl Limits {
    /// Lets a try pass, or says how long to wait.
    pub(super) fn begin(
        &self,
        address: Option<IpAddr>,
        name: &str,
        now: Timestamp,
    ) -> Result<(), SignedDuration> {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (addresses, names) = &mut *books;
        let (key, name) = (network(address), short(name));
        let wait = addresses.wait(&key, now).max(names.wait(&name, now));
        if let Some(wait) = wait {
            return Err(wait);
        }
        let is_shared = address.is_none_or(|address| address.to_canonical().is_loopback());
        addresses.fail(&key, now, if is_shared { SHARED_WAIT } else { ADDRESS_WAIT });
        names.fail(&name, now, SHARED_WAIT);
        Ok(())
    }

    /// Takes back the count of a try that was right.
    pub(super) fn succeed(&self, address: Option<IpAddr>, name: &str, now: Timestamp) {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        books.0.forgive(&network(address), now);
        books.1.0.remove(&short(name));
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

    #[test]
    fn each_failure_after_a_few_doubles_the_wait() {
        let limits = Limits::default();
        let address = "192.0.2.7".parse().ok();
        for _ in 0..4 {
            limits.begin(address, "amina", at(0)).expect("free");
        }
        assert_eq!(limits.begin(address, "other", at(0)), Err(SignedDuration::from_secs(1)));
        assert_eq!(limits.begin(None, "amina", at(0)), Err(SignedDuration::from_secs(1)));
        limits.begin(address, "other", at(1)).expect("waited");
        assert_eq!(limits.begin(address, "third", at(1)), Err(SignedDuration::from_secs(2)));
        let mut now = 3;
        for _ in 0..40 {
            limits.begin(address, "fourth", at(now)).expect("waited long enough");
            now += 900;
        }
        assert!(limits.begin(address, "fifth", at(now - 1)).is_err());
        limits.begin("192.0.2.8".parse().ok(), "fifth", at(now)).expect("another address");
        limits.begin(address, "amina", at(now + 4000)).expect("forgotten");
    }

    #[test]
    fn a_success_is_not_counted_and_memory_is_bounded() {
        let limits = Limits::default();
        let address: Option<IpAddr> = "2001:db8::1".parse().ok();
        for _ in 0..20 {
            limits.begin(address, "amina", at(0)).expect("free");
            limits.succeed("2001:db8::2".parse().ok(), "amina", at(0));
        }
        for number in 0..MOST + 50 {
            limits
                .begin(None, &number.to_string(), at(i64::try_from(number).expect("small") * 100))
                .expect("free");
        }
        assert!(limits.0.lock().expect("lock").1.0.len() <= MOST);
    }
}
