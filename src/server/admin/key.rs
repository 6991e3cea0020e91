//! The key that sessions and forms are signed with: made once per site, and kept where only its user can read it.

use crate::system::fs;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use std::io::ErrorKind;
use std::path::Path;
use subtle::ConstantTimeEq;

const FILE: &str = "admin-key";
const BYTES: usize = 32;

/// Signs texts.
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// The key of the site; the first server of the site makes it.
    pub(super) fn of_site(state_folder: &Path) -> Result<Self> {
        fs::create_private_folder(state_folder)?;
        let path = state_folder.join(FILE);
        if !path.exists() {
            let aside = state_folder.join(format!("{FILE}.{:016x}", random::number()));
            fs::write_atomic(&aside, random::key(BYTES)?.as_bytes(), 0o600)?;
            // Of two servers that begin at once, the first one's is everybody's.
            let linked = std::fs::hard_link(&aside, &path);
            std::fs::remove_file(&aside).with_context(|| format!("remove {}", aside.display()))?;
            match linked {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(error).with_context(|| format!("write {}", path.display()));
                }
                _ => fs::sync_folder(state_folder)?,
            }
        }
        let secret = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        ensure!(
            secret.len() == 2 * BYTES,
            "{} is no key: remove it, and everybody logs in anew",
            path.display()
        );
        Ok(Self(Hmac::new_from_slice(&secret).context("use the key")?))
    }

    /// The signature of some texts, in hexadecimal; `purpose` keeps signatures for different uses apart.
    pub(super) fn sign(&self, purpose: &str, texts: &[&str]) -> String {
        let mut mac = self.0.clone();
        for text in std::iter::once(&purpose).chain(texts) {
            mac.update(&(text.len() as u64).to_be_bytes());
            mac.update(text.as_bytes());
        }
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// Whether that is the signature of these texts; tells nothing by the time it takes.
    pub(super) fn is_signed(&self, purpose: &str, texts: &[&str], signature: &str) -> bool {
        self.sign(purpose, texts).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_for_its_user_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Key::of_site(folder.path()).expect("made");
        let again = Key::of_site(folder.path()).expect("read");
        let signature = first.sign("session", &["a", "b"]);
        assert!(again.is_signed("session", &["a", "b"], &signature));
        assert!(!again.is_signed("csrf", &["a", "b"], &signature));
        assert!(!again.is_signed("session", &["ab", ""], &signature));
        let mode = std::fs::metadata(folder.path().join(FILE)).expect("stat").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).expect("list").count(), 1);
    }
}
