//! Answers of one state of the database, within a number of bytes.

use super::Reply;
use super::Use;
use super::Version;
use std::collections::HashMap;

/// What an answer takes besides its texts, about.
const OVERHEAD: usize = 200;

/// Two halves: what is asked for moves to the young one, and what is left in the old one when that is full goes.
#[derive(Debug, Default)]
pub(super) struct Kept {
    most: usize,
    version: Option<Version>,
    young: Half,
    old: Half,
    served: u64,
}

#[derive(Debug, Default)]
struct Half {
    answers: HashMap<String, Reply>,
    bytes: usize,
}

impl Kept {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// An answer of this state; those of any other are forgotten.
    pub(super) fn find(&mut self, version: &Version, key: &str) -> Option<Reply> {
        if self.version.as_ref() != Some(version) {
            self.version = Some(version.clone());
            (self.young, self.old) = (Half::default(), Half::default());
            return None;
        }
        let found = if let Some(reply) = self.young.answers.get(key) {
            reply.clone()
        } else {
            let reply = self.old.take(key)?;
            self.add(key, &reply);
            reply
        };
        self.served += 1;
        Some(found)
    }

    /// Keeps an answer, unless another state was seen since.
    pub(super) fn keep(&mut self, version: &Version, key: &str, reply: &Reply) {
        if self.version.as_ref() == Some(version) {
            self.old.take(key);
            self.add(key, reply);
        }
    }

    pub(super) fn used(&self) -> Use {
        Use { bytes: (self.young.bytes + self.old.bytes) as u64, served: self.served }
    }

    fn add(&mut self, key: &str, reply: &Reply) {
        let half = self.most / 2;
        // One that would drive out all others is asked for again each time.
        if size(key, reply) > half / 4 {
            return;
        }
        self.young.take(key);
        if self.young.bytes + size(key, reply) > half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.bytes += size(key, reply);
        self.young.answers.insert(key.to_owned(), reply.clone());
    }
}

impl Half {
    fn take(&mut self, key: &str) -> Option<Reply> {
        let reply = self.answers.remove(key)?;
        self.bytes -= size(key, &reply);
        Some(reply)
    }
}

fn size(key: &str, reply: &Reply) -> usize {
    key.len() + reply.json.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    fn reply(text: &str) -> Reply {
        Reply { status: StatusCode::OK, json: text.to_owned().into() }
    }

    #[test]
    fn an_answer_holds_for_its_own_state_alone() {
        let mut kept = Kept::new(10_000);
        let (first, second) = (Version::File(1), Version::File(2));
        assert_eq!(kept.find(&first, "a"), None);
        kept.keep(&first, "a", &reply("old"));
        assert_eq!(kept.find(&first, "a"), Some(reply("old")));
        assert_eq!(kept.find(&second, "a"), None);
        // An answer that was on its way when the state changed.
        kept.keep(&first, "a", &reply("old"));
        assert_eq!(kept.find(&second, "a"), None);
        assert_eq!(kept.find(&first, "a"), None, "what was forgotten stays so");
        assert_eq!(kept.used(), Use { bytes: 0, served: 1 });
    }

    #[test]
    fn what_is_asked_for_outlives_what_is_not_within_the_limit() {
        let version = Version::File(1);
        let mut kept = Kept::new(20 * (OVERHEAD + 101));
        kept.find(&version, "");
        kept.keep(&version, "x", &reply(&"x".repeat(100)));
        for number in 0..1000 {
            kept.keep(&version, &number.to_string(), &reply(&"y".repeat(98)));
            assert!(kept.used().bytes <= kept.most as u64, "{number}");
            assert_eq!(kept.find(&version, "x").map(|reply| reply.json.len()), Some(100), "{number}");
        }
        assert!(kept.find(&version, "1").is_none());
        assert!(kept.find(&version, "999").is_some());
    }

    #[test]
    fn an_answer_that_would_take_the_place_of_all_is_not_kept() {
        let version = Version::File(1);
        let mut kept = Kept::new(8000);
        kept.find(&version, "");
        kept.keep(&version, "large", &reply(&"x".repeat(1000)));
        assert_eq!((kept.find(&version, "large"), kept.used().bytes), (None, 0));
    }
}
