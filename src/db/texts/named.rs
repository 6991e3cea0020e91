//! Which of some file names the database names.

use super::read_texts;
use crate::config::DatabaseConfig;
use anyhow::Context;
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;

/// Tables whose rows outlive what they tell of: a file that only they name is not used.
pub const FORGOTTEN: &[&str] = &["django_session", "django_admin_log"];

/// The paths below the media root that any text of the database holds, whatever stands around them.
///
/// # Errors
/// When the database cannot be read to its end.
pub fn named<'a>(settings: &DatabaseConfig, paths: &[&'a str]) -> Result<BTreeSet<&'a str>> {
    let mut found = BTreeSet::new();
    if paths.is_empty() {
        return Ok(found);
    }
    let mut longest = paths.to_vec();
    // Of two names one of which begins with the other, the longer one is meant where it stands.
    longest.sort_by_key(|path| std::cmp::Reverse(path.len()));
    let any = longest.iter().map(|path| regex::escape(path)).collect::<Vec<_>>().join("|");
    let any = Regex::new(&any).context("search for names of files")?;
    let by_text: std::collections::BTreeMap<&str, &'a str> =
        paths.iter().map(|path| (*path, *path)).collect();
    read_texts(settings, &|table| FORGOTTEN.contains(&table), &mut |text| {
        for hit in any.find_iter(text.text) {
            found.extend(by_text.get(hit.as_str()));
        }
        Ok(())
    })?;
    Ok(found)
}
