//! Randomness for identifiers and samples; not for keys.

use std::hash::BuildHasher;
use std::hash::RandomState;

/// A random number from the standard library's per-process keys.
pub fn number() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
