//! What restic says in JSON, as far as it is needed.

use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use serde::Deserialize;
use std::path::PathBuf;

/// Tag of every snapshot that sitekeep makes.
pub(super) const TAG: &str = "sitekeep";

/// One copy in the repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Snapshot {
    pub id: String,
    pub time: Timestamp,
    /// What was copied: the folder of the manifest, and the media.
    pub paths: Vec<PathBuf>,
    pub hostname: String,
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Snapshot {
    /// As restic shows it.
    pub fn short(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }

    /// What it holds, restored; `None` where nobody wrote that down.
    pub fn bytes(&self) -> Option<u64> {
        self.number("bytes=")
    }

    pub fn files(&self) -> Option<u64> {
        self.number("files=")
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.tags.iter().find_map(|tag| tag.strip_prefix(name)?.parse().ok())
    }

    pub(super) fn is_of(&self, site: Option<&str>) -> bool {
        site.is_none_or(|site| self.hostname == site) && self.tags.iter().any(|tag| tag == TAG)
    }
}

/// Reads `snapshots --json`: those of a site, oldest first.
///
/// # Errors
/// When that is not what restic said.
pub(super) fn snapshots(json: &str, site: Option<&str>) -> Result<Vec<Snapshot>> {
    // restic says `null` where there is none.
    let all: Option<Vec<Snapshot>> = serde_json::from_str(json).context("read restic's list of snapshots")?;
    let mut of_site: Vec<Snapshot> =
        all.unwrap_or_default().into_iter().filter(|snapshot| snapshot.is_of(site)).collect();
    of_site.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
    Ok(of_site)
}

/// A line of `backup --json`; what else it says is passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "message_type", rename_all = "snake_case")]
pub(super) enum Message {
    Status {
        #[serde(default)]
        bytes_done: u64,
    },
    Summary {
        data_added: u64,
        /// What left this machine, compressed; since 0.16.
        #[serde(default)]
        data_added_packed: Option<u64>,
        #[serde(default)]
        snapshot_id: String,
    },
    #[serde(other)]
    Other,
}

/// A line of `ls --json` that is about a file or folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Node {
    pub(super) path: PathBuf,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) size: u64,
    pub(super) mtime: Timestamp,
}

impl Node {
    /// The node of a line; `None` for the line about the snapshot.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_restic_0_14_says_is_understood() {
        let list = r#"[{"time":"2026-11-23T12:26:09.179490984+01:00","tree":"5d","paths":["/m"],"hostname":"shop","tags":["sitekeep","bytes=30"],"id":"49429ddb454f","short_id":"49429ddb"},
            {"time":"2026-11-22T11:26:09Z","tree":"5d","paths":["/m"],"hostname":"shop","id":"0a429ddb454f"}]"#;
        let found = snapshots(list, Some("shop")).expect("a list");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].short(), found[0].bytes(), found[0].files()), ("49429ddb", Some(30), None));
        assert_eq!(snapshots("null", None).expect("none"), []);
        assert_eq!(snapshots(list, Some("other")).expect("none"), []);
        let summary =
            r#"{"message_type":"summary","files_new":2,"data_added":3002974,"snapshot_id":"49429ddb"}"#;
        let expected = Message::Summary {
            data_added: 3_002_974,
            data_added_packed: None,
            snapshot_id: "49429ddb".into(),
        };
        assert_eq!(serde_json::from_str::<Message>(summary).expect("a summary"), expected);
        let later = r#"{"message_type":"verbose_status","action":"new"}"#;
        assert_eq!(serde_json::from_str::<Message>(later).expect("other"), Message::Other);
    }
}
