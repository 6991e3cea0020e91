//! Passwords as Django keeps them: `pbkdf2_sha256$ITERATIONS$SALT$HASH`.

use crate::system::random;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac_array;
use sha2::Sha256;
use subtle::ConstantTimeEq;

const ALGORITHM: &str = "pbkdf2_sha256";

/// Django 5.2's own number.
const ITERATIONS: u32 = 1_000_000;

/// More than any Django wants; a row must not keep the processor busy for minutes.
const MOST_ITERATIONS: u32 = 10_000_000;

const SALT_BYTES: usize = 16;

/// How a password is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// It can be compared here.
    Pbkdf2 { iterations: u32, salt: &'a str, hash: &'a str },
    /// Django can compare it, sitekeep cannot: argon2, bcrypt, scrypt, an old hash.
    Elsewhere(&'a str),
    /// Nobody can log in with it: `!…`, or none at all.
    Unusable,
}

/// Tells how a password is kept.
pub fn known(encoded: &str) -> Known<'_> {
    if encoded.is_empty() || encoded.starts_with('!') {
        return Known::Unusable;
    }
    let parts: Vec<&str> = encoded.splitn(4, '$').collect();
    match parts.as_slice() {
        [ALGORITHM, iterations, salt, hash] => match iterations.parse() {
            Ok(iterations) if (1..=MOST_ITERATIONS).contains(&iterations) => {
                Known::Pbkdf2 { iterations, salt, hash }
            }
            _ => Known::Elsewhere(ALGORITHM),
        },
        [algorithm, _, ..] => Known::Elsewhere(algorithm),
        _ => Known::Elsewhere("an old form"),
    }
}

impl Known<'_> {
    /// Whether this is the password; takes as long for a wrong one as for the right one. `None` where it cannot be told
    /// here.
    pub fn is(self, password: &str) -> Option<bool> {
        match self {
            Self::Pbkdf2 { iterations, salt, hash } => {
                let made = derive(password, salt, iterations);
                Some(bool::from(made.as_bytes().ct_eq(hash.as_bytes())))
            }
            Self::Elsewhere(_) => None,
            Self::Unusable => Some(false),
        }
    }

    /// In words, for people who look after users.
    pub fn told(self) -> String {
        match self {
            Self::Pbkdf2 { .. } => "set".to_owned(),
            Self::Elsewhere(algorithm) => format!("{algorithm}: Django alone can check it"),
            Self::Unusable => "none".to_owned(),
        }
    }
}

/// Whether a password is the one that is kept, as [`Known::is`] says it. What cannot be compared, and a name that nobody has
/// (nothing is kept), takes as long as `like`, somebody else's, so that the time does not tell who is known.
pub fn compare(kept: &str, like: Option<&str>, password: &str) -> Option<bool> {
    let kept = known(kept);
    if !matches!(kept, Known::Pbkdf2 { .. }) {
        let iterations = match like.map(known) {
            Some(Known::Pbkdf2 { iterations, .. }) => iterations,
            _ => ITERATIONS,
        };
        std::hint::black_box(derive(password, ALGORITHM, iterations));
    }
    kept.is(password)
}

/// The password as Django's own hasher would write it, with a salt of its own.
///
/// # Errors
/// When the kernel has no randomness.
pub fn hash(password: &str) -> Result<String> {
    let salt = random::key(SALT_BYTES)?;
    Ok(format!("{ALGORITHM}${ITERATIONS}${salt}${}", derive(password, &salt, ITERATIONS)))
}

fn derive(password: &str, salt: &str, iterations: u32) -> String {
    STANDARD.encode(pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt.as_bytes(), iterations))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Django 5.2: `make_password("Cotonou-2026!", salt="abcdefgh", hasher=…)` with 1000 iterations.
    const DJANGOS: &str = "pbkdf2_sha256$1000$abcdefgh$0L19y4dgLLfwP9UsK6BQJOcnHQUDcEktDmgPGUEqKUE=";

    #[test]
    fn what_django_wrote_is_compared_as_django_does() {
        assert_eq!(known(DJANGOS).is("Cotonou-2026!"), Some(true));
        assert_eq!(known(DJANGOS).is("Cotonou-2026"), Some(false));
    }

    #[test]
    fn what_cannot_be_compared_is_never_taken_for_right_or_wrong() {
        for (encoded, algorithm) in [
            ("argon2$argon2id$v=19$m=102400,t=2,p=8$x$y", "argon2"),
            ("bcrypt_sha256$$2b$12$x", "bcrypt_sha256"),
            ("scrypt$salt$16384$8$1$hash", "scrypt"),
            ("pbkdf2_sha256$4000000000$a$b", "pbkdf2_sha256"),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "an old form"),
        ] {
            assert_eq!(known(encoded), Known::Elsewhere(algorithm), "{encoded}");
            assert_eq!(known(encoded).is("password"), None);
        }
        assert_eq!(compare("argon2$argon2id$x", Some(DJANGOS), "Cotonou-2026!"), None);
        assert_eq!(compare("", Some(DJANGOS), "Cotonou-2026!"), Some(false));
        assert_eq!(compare(DJANGOS, None, "Cotonou-2026!"), Some(true));
        assert_eq!(known("!x").is("x"), Some(false));
        assert_eq!(known("").is(""), Some(false));
    }
}
