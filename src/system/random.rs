//! Randomness: numbers for identifiers, and keys that must not be guessed.

use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::fs::File;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::io::Read;

/// A random number for an identifier; not for a key.
pub fn number() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// Identifier of a run that sorts by time and is unique on this machine.
pub fn run_id(now: Timestamp) -> String {
    format!("{}-{:08x}", now.strftime("%Y%m%dT%H%M%SZ"), number() & 0xffff_ffff)
}

/// A key of `bytes` random bytes from the kernel, in hexadecimal.
///
/// # Errors
/// When the kernel's random device cannot be read.
pub fn key(bytes: usize) -> Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")
        .and_then(|mut device| device.read_exact(&mut random))
        .context("read /dev/urandom")?;
    Ok(random.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
