//! The few passwords that are tried on administrators' hashes, and Django's hashes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::pbkdf2;
use std::num::NonZeroU32;

/// Longest chain of rounds that one hash may ask for, however it was written.
const MOST_ROUNDS: u32 = 5_000_000;

/// What is tried on everybody, beside names.
const COMMON: &[&str] = &[
    "admin",
    "password",
    "admin123",
    "123456",
    "password123",
    "12345678",
    "root",
    "azerty",
    "qwerty",
    "123456789",
    "changeme",
    "motdepasse",
    "test",
    "demo",
];

/// A hash as Django keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hash<'a> {
    Pbkdf2 {
        algorithm: &'a str,
        rounds: u32,
        salt: &'a str,
        digest: &'a str,
    },
    /// Slow by design, and not tried.
    Strong(&'a str),
    /// Fast: a stolen one is guessed in no time.
    Weak(&'a str),
    /// No password opens it.
    Unusable,
    Unknown,
}

impl<'a> Hash<'a> {
    pub(super) fn read(encoded: &'a str) -> Self {
        let mut parts = encoded.split('$');
        let algorithm = parts.next().unwrap_or_default();
        match algorithm {
            _ if encoded.starts_with('!') => Self::Unusable,
            "pbkdf2_sha256" | "pbkdf2_sha1" => {
                match (parts.next().map(str::parse), parts.next(), parts.next()) {
                    (Some(Ok(rounds)), Some(salt), Some(digest)) => {
                        Self::Pbkdf2 { algorithm, rounds, salt, digest }
                    }
                    _ => Self::Unknown,
                }
            }
            "argon2" | "bcrypt" | "bcrypt_sha256" | "scrypt" => Self::Strong(algorithm),
            "md5" | "sha1" | "unsalted_md5" | "unsalted_sha1" | "crypt" => Self::Weak(algorithm),
            _ if encoded.len() == 32 && encoded.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Self::Weak("md5")
            }
            _ => Self::Unknown,
        }
    }

    /// Whether a password opens it; nothing where that cannot be tried.
    pub(super) fn opens(&self, password: &str) -> Option<bool> {
        let Self::Pbkdf2 { algorithm, rounds, salt, digest } = self else { return None };
        let algorithm =
            if *algorithm == "pbkdf2_sha1" { pbkdf2::PBKDF2_HMAC_SHA1 } else { pbkdf2::PBKDF2_HMAC_SHA256 };
        let digest = STANDARD.decode(digest).ok()?;
        let rounds = NonZeroU32::new(*rounds).filter(|rounds| rounds.get() <= MOST_ROUNDS)?;
        Some(pbkdf2::verify(algorithm, rounds, salt.as_bytes(), password.as_bytes(), &digest).is_ok())
    }
}

/// Passwords to try for a name on a site, the likeliest first.
pub(super) fn passwords(name: &str, site: &str) -> Vec<String> {
    let lower = name.split('@').next().unwrap_or_default().to_lowercase();
    let site = site.to_lowercase();
    let mut guesses = vec![name.to_owned(), lower.clone()];
    guesses.extend(COMMON[..3].iter().map(|word| (*word).to_owned()));
    for word in [&lower, &site] {
        guesses.extend([
            word.clone(),
            format!("{word}123"),
            format!("{word}2025"),
            format!("{word}2026"),
            format!("{word}@123"),
        ]);
    }
    guesses.extend(COMMON[3..].iter().map(|word| (*word).to_owned()));
    let mut known = std::collections::BTreeSet::new();
    guesses.retain(|guess| !guess.is_empty() && known.insert(guess.clone()));
    guesses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_django_opens_with_its_password_alone() {
        // Python: make_password('admin', salt='salt', hasher=PBKDF2PasswordHasher()) with iterations = 1000.
        let mut digest = [0; 32];
        let rounds = NonZeroU32::new(1000).expect("rounds");
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, b"salt", b"admin", &mut digest);
        let encoded = format!("pbkdf2_sha256$1000$salt${}", STANDARD.encode(digest));
        let hash = Hash::read(&encoded);
        assert_eq!((hash.opens("admin"), hash.opens("Admin")), (Some(true), Some(false)));
    }

    #[test]
    fn other_hashes_are_told_and_not_tried() {
        for (encoded, expected) in [
            ("!abc", Hash::Unusable),
            ("md5$a$b", Hash::Weak("md5")),
            ("0123456789abcdef0123456789abcdef", Hash::Weak("md5")),
            ("argon2$argon2id$v=19$m=1", Hash::Strong("argon2")),
            ("pbkdf2_sha256$x$y", Hash::Unknown),
            ("", Hash::Unknown),
        ] {
            assert_eq!(Hash::read(encoded), expected, "{encoded}");
            assert_eq!(Hash::read(encoded).opens("x"), None);
        }
        assert_eq!(Hash::read("pbkdf2_sha256$4000000000$s$AAAA").opens("x"), None, "too dear");
    }

    #[test]
    fn the_likeliest_passwords_come_first_and_once() {
        let guesses = passwords("admin", "niasotac");
        assert_eq!(&guesses[..2], ["admin", "password"]);
        assert!(guesses.contains(&"niasotac2026".to_owned()) && guesses.len() < 40);
    }
}
