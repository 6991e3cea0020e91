//! Telling secrets in texts by their shape.

use memchr::memmem;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The first bytes of a plain file; a link is not followed, and a pipe not waited for.
pub(super) fn head(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file: File = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn is_private_key(text: &[u8]) -> bool {
    memmem::find(text, b"-----BEGIN ").is_some_and(|position| {
        let line = text[position..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        memmem::find(line, b"PRIVATE KEY").is_some()
    })
}

/// The sort of secret that a text holds, if any.
pub(super) fn sort(text: &[u8]) -> Option<&'static str> {
    if is_private_key(text) {
        return Some("a private key");
    }
    // A prefix, how many characters of a key follow it at least, and what it is.
    for (prefix, length, sort) in [
        (&b"django-insecure-"[..], 20, "a SECRET_KEY of Django"),
        (b"AKIA", 16, "an access key of AWS"),
        (b"ghp_", 36, "a token of GitHub"),
        (b"github_pat_", 40, "a token of GitHub"),
        (b"glpat-", 20, "a token of GitLab"),
        (b"sk_live_", 20, "a live key of Stripe"),
        (b"xoxb-", 20, "a token of Slack"),
        (b"xoxp-", 20, "a token of Slack"),
        (b"AIza", 35, "a key of Google"),
    ] {
        let follows = |position: usize| {
            let rest = &text[position + prefix.len()..];
            let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_!@#$%^&*()+=".contains(byte);
            let before = position.checked_sub(1).is_none_or(|before| !text[before].is_ascii_alphanumeric());
            before && rest.iter().take(length).filter(is_part).count() == length
        };
        if memmem::find_iter(text, prefix).any(follows) {
            return Some(sort);
        }
    }
    None
}

/// Names of variables whose values are secrets.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["SECRET", "PASSWORD", "PASSWD", "TOKEN", "API_KEY", "PRIVATE", "DSN", "DATABASE_URL"]
        .iter()
        .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_shape() {
        let key = format!("SECRET_KEY = 'django-insecure-{}'", "a1$x".repeat(12));
        assert_eq!(sort(key.as_bytes()), Some("a SECRET_KEY of Django"));
        assert_eq!(sort(b"-----BEGIN RSA PRIVATE KEY-----\nMII"), Some("a private key"));
        assert_eq!(sort(b"id = AKIAABCDEFGHIJKLMNOP"), Some("an access key of AWS"));
        for text in ["startswith('django-insecure-')", "-----BEGIN CERTIFICATE-----", "SLAKIABC", ""] {
            assert_eq!(sort(text.as_bytes()), None, "{text}");
        }
    }
}
