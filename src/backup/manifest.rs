//! The manifest: what an artefact holds, written into the archive and beside it as `NAME.manifest.json`.
//!
//! Fields are only ever added; a change that older versions would misread raises [`FORMAT_VERSION`].

use super::ArchivePath;
use super::Kind;
use super::Problem;
use super::Sha256;
use super::digest::Hasher;
use crate::config::Secret;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::IgnoredAny;

/// Version of the format that this program writes.
pub const FORMAT_VERSION: u32 = 1;
/// Name of the tool in the manifest.
pub(super) const TOOL: &str = "sitekeep";
/// Name of the manifest inside an archive.
pub(super) const MANIFEST_NAME: &str = "manifest.json";

/// Everything that is known of an artefact; `E` is its list of files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest<E = Vec<Entry>> {
    pub format_version: u32,
    pub tool: String,
    pub tool_version: String,
    pub site: String,
    /// File name of the artefact.
    pub artefact: String,
    pub kind: Kind,
    /// When the site was in this state.
    pub created_at: Timestamp,
    /// When the bytes were written: earlier than `created_at` where the artefact is a link to an older one.
    pub written_at: Timestamp,
    /// The artefact that this one is a hard link to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// Made of a state that a restore was about to replace: `latest` means another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_restore: bool,
    /// Size of the artefact, which the copy of the manifest inside of it cannot know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artefact_size: Option<u64>,
    /// `sqlite` or `postgresql`.
    pub engine: Option<String>,
    /// What `db` said of the schema and the data; opaque here.
    pub fingerprint: Option<serde_json::Value>,
    pub secret_key_fingerprint: Option<KeyFingerprint>,
    pub sources: Vec<Source>,
    pub problems: Vec<Problem>,
    pub totals: Totals,
    #[serde(default)]
    pub folders: Vec<Folder>,
    pub entries: E,
}

/// A manifest without its list of files, which may be long.
pub type Summary = Manifest<Unread>;

/// Stands where a list was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// How much an artefact holds, uncompressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub files: u64,
    pub bytes: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub path: ArchivePath,
    pub sha256: Sha256,
    pub size: u64,
    #[serde(with = "octal")]
    pub mode: u32,
    pub mtime: Timestamp,
}

/// One folder, so that empty ones come back too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    pub path: ArchivePath,
    #[serde(with = "octal")]
    pub mode: u32,
}

/// Which part of the site something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Database,
    Media,
    Settings,
    EnvFile,
}

/// Where a part of the site stood, and where it is in the artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub role: Role,
    /// Path on the live site; for a PostgreSQL database, its address.
    pub original: String,
    pub archived: ArchivePath,
}

/// Tells whether a key is the one the site had, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFingerprint {
    pub salt: String,
    pub sha256: Sha256,
}

impl KeyFingerprint {
    /// Makes one with a fresh salt.
    ///
    /// # Errors
    /// When the kernel gives no random bytes.
    pub fn of(key: &Secret) -> Result<Self> {
        let salt = random::key(16)?;
        Ok(Self { sha256: salted(&salt, key), salt })
    }

    pub fn matches(&self, key: &Secret) -> bool {
        salted(&self.salt, key) == self.sha256
    }
}

fn salted(salt: &str, key: &Secret) -> Sha256 {
    let mut hasher = Hasher::default();
    hasher.update(salt.as_bytes());
    hasher.update(key.reveal().as_bytes());
    hasher.finish()
}

impl<E: for<'de> Deserialize<'de>> Manifest<E> {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is not one, or of a format that this program does not know (with a hint).
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format_version: u32,
            tool: String,
            tool_version: String,
        }
        let head: Head = serde_json::from_slice(bytes).context("read the head of the manifest")?;
        if head.tool != TOOL {
            anyhow::bail!("the manifest is of `{}`, not of {TOOL}", head.tool);
        }
        if head.format_version > FORMAT_VERSION {
            return Err(Error::new(
                ErrorKind::Failed,
                format!(
                    "the manifest has format {}, this program knows {FORMAT_VERSION}",
                    head.format_version
                ),
            )
            .hint(format!(
                "it was written by sitekeep {}: use that version or a later one",
                head.tool_version
            ))
            .into());
        }
        serde_json::from_slice(bytes).context("read the manifest")
    }
}

impl Manifest {
    /// The manifest as JSON, one entry to a line.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        let head = self.without_entries();
        let mut text = serde_json::to_vec_pretty(&head).context("write the manifest")?;
        // The list is last, and empty here: its end, the closing brackets, is written anew.
        text.truncate(text.len().saturating_sub(b"]\n}".len()));
        for (position, entry) in self.entries.iter().enumerate() {
            text.extend_from_slice(if position == 0 { b"\n    " } else { b",\n    " });
            serde_json::to_writer(&mut text, entry).context("write the manifest")?;
        }
        text.extend_from_slice(b"\n  ]\n}\n");
        Ok(text)
    }

    fn without_entries(&self) -> Self {
        Self {
            tool: self.tool.clone(),
            tool_version: self.tool_version.clone(),
            site: self.site.clone(),
            artefact: self.artefact.clone(),
            same_as: self.same_as.clone(),
            engine: self.engine.clone(),
            fingerprint: self.fingerprint.clone(),
            secret_key_fingerprint: self.secret_key_fingerprint.clone(),
            sources: self.sources.clone(),
            problems: self.problems.clone(),
            folders: self.folders.clone(),
            entries: Vec::new(),
            ..*self
        }
    }

    /// Where a part of the site stands in the artefact.
    pub fn archived(&self, role: Role) -> Option<&ArchivePath> {
        self.sources.iter().find(|source| source.role == role).map(|source| &source.archived)
    }
}

/// Modes as people write them: `"0644"`.
mod octal {
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;
    use serde::de::Error;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub(super) fn serialize<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{mode:04o}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        let text = String::deserialize(deserializer)?;
        u32::from_str_radix(&text, 8).map_err(|_| D::Error::custom(format!("`{text}` is not a file mode")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_format_is_refused_with_the_version_to_use() {
        let text = br#"{"format_version": 2, "tool": "sitekeep", "tool_version": "9.1.0", "entries": 7}"#;
        let error = Manifest::<Unread>::parse(text).expect_err("refused");
        assert!(error.to_string().contains("format 2"), "{error}");
        assert!(crate::error::hints(&error)[0].contains("9.1.0"));
        assert!(Manifest::<Unread>::parse(b"{}").is_err());
        let other = br#"{"format_version": 1, "tool": "other", "tool_version": "1"}"#;
        assert!(Manifest::<Unread>::parse(other).is_err());
    }

    #[test]
    fn the_fingerprint_of_a_key_tells_it_from_others_and_does_not_hold_it() {
        let key = Secret::new("django-insecure-abc");
        let print = KeyFingerprint::of(&key).expect("fingerprint");
        assert!(print.matches(&key) && !print.matches(&Secret::new("another")));
        assert_ne!(print, KeyFingerprint::of(&key).expect("another salt"));
        assert!(!serde_json::to_string(&print).expect("json").contains("insecure"));
    }
}
