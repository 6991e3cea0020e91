//! Products named on the command line, in a file or on standard input.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

/// Which products are meant.
#[derive(Debug, Clone, Args)]
pub(super) struct Slugs {
    /// Slugs of the products
    #[arg(value_name = "SLUG")]
    slugs: Vec<String>,
    /// Read slugs from this file, one a line; - for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Slugs {
    /// All of them in their order, each once; lines that are empty or begin with `#` are none.
    ///
    /// # Errors
    /// When the file cannot be read, or none is named.
    pub(super) fn read(&self) -> Result<Vec<String>> {
        let mut slugs = self.slugs.clone();
        if let Some(file) = &self.file {
            let text = if file == Path::new("-") {
                let mut text = String::new();
                std::io::stdin().lock().read_to_string(&mut text).context("read standard input")?;
                text
            } else {
                std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?
            };
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            slugs.extend(lines.map(str::to_owned));
        }
        let mut seen = std::collections::BTreeSet::new();
        slugs.retain(|slug| seen.insert(slug.clone()));
        if slugs.is_empty() {
            return Err(Error::new(Kind::Usage, "no product is named")
                .hint("name its slug, or --file FILE; sitekeep products list shows them")
                .into());
        }
        Ok(slugs)
    }
}
