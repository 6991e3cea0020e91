//! `[docs]`: the guides whose older versions are kept, and where reports on the catalogue go.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// Settings of the `docs` commands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocsConfig {
    /// Guides whose older versions are kept; `*` and `?` stand for letters of a name.
    pub guides: Vec<PathBuf>,
    /// Folder of their dated copies.
    pub archive: Option<PathBuf>,
    /// Folder into which the monthly checklist writes what changed among the products.
    pub reports: Option<PathBuf>,
}

impl DocsConfig {
    /// Says what is wrong with the values, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.guides.iter().find(|guide| guide.to_string_lossy().contains("**")) {
            Some(guide) => Err(format!(
                "docs.guides: `{}`: ** is not known; name each folder: docs/*.md, docs/*/*.md",
                guide.display()
            )),
            None => Ok(()),
        }
    }

    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.guides.iter_mut().chain(&mut self.archive).chain(&mut self.reports)
    }
}
