//! What package.json asks for and package-lock.json holds, read as text.

use super::Ecosystem;
use super::Package;
use super::requirements::read_text;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

const LARGEST_MANIFEST: u64 = 4 * 1024 * 1024;
const LARGEST_LOCK: u64 = 64 * 1024 * 1024;

/// The project's own file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Manifest {
    pub(super) dependencies: BTreeMap<String, String>,
    #[serde(rename = "devDependencies")]
    pub(super) development: BTreeMap<String, String>,
    #[serde(rename = "optionalDependencies")]
    pub(super) optional: BTreeMap<String, String>,
    pub(super) scripts: BTreeMap<String, String>,
    /// Whether it holds packages of its own in folders.
    pub(super) workspaces: Option<serde_json::Value>,
}

impl Manifest {
    /// # Errors
    /// When it is not there, too large or no such file.
    pub(super) fn read(frontend: &Path) -> Result<Self> {
        let path = frontend.join("package.json");
        let text = read_text(&path, LARGEST_MANIFEST)?;
        serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))
    }

    /// Every package that the project names, with the range it asks for.
    pub(super) fn asked(&self) -> BTreeMap<&str, &str> {
        [&self.dependencies, &self.development, &self.optional]
            .into_iter()
            .flatten()
            .map(|(name, range)| (name.as_str(), range.as_str()))
            .collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Lock {
    packages: Option<BTreeMap<String, Entry>>,
    dependencies: Option<BTreeMap<String, Entry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    dev: bool,
    #[serde(rename = "devOptional")]
    dev_optional: bool,
    link: bool,
    dependencies: Option<serde_json::Value>,
}

/// Every package of the lock file, each version once; `None` where there is no lock file that npm writes.
///
/// # Errors
/// When it is too large or no lock file.
pub(super) fn locked(frontend: &Path, manifest: &Manifest) -> Result<Option<Vec<Package>>> {
    let Some(path) = ["npm-shrinkwrap.json", "package-lock.json"]
        .iter()
        .map(|name| frontend.join(name))
        .find(|path| path.exists())
    else {
        return Ok(None);
    };
    let text = read_text(&path, LARGEST_LOCK)?;
    let lock: Lock = serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?;
    drop(text);
    let mut found = Vec::new();
    if let Some(packages) = &lock.packages {
        for (place, entry) in packages {
            // "" is the project itself; folders of its own are links.
            let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
            let is_top = place.strip_prefix("node_modules/") == Some(name);
            add(&mut found, entry.name.as_deref().unwrap_or(name), entry, is_top);
        }
    } else if let Some(dependencies) = lock.dependencies {
        descend(dependencies, true, &mut found).with_context(|| format!("read {}", path.display()))?;
    } else {
        anyhow::bail!("read {}: it lists no packages", path.display());
    }
    let asked = manifest.asked();
    for package in &mut found {
        package.direct &= asked.contains_key(package.name.as_str());
    }
    // A package may lie in many places; a direct one stands for the others.
    found.sort_by(|one, other| {
        (&one.name, &one.version, !one.direct, one.development).cmp(&(
            &other.name,
            &other.version,
            !other.direct,
            other.development,
        ))
    });
    let mut seen = BTreeSet::new();
    found.retain(|package| seen.insert((package.name.clone(), package.version.clone())));
    Ok(Some(found))
}

fn add(found: &mut Vec<Package>, name: &str, entry: &Entry, is_top: bool) {
    let Some(version) = entry.version.clone().filter(|_| !entry.link) else { return };
    found.push(Package {
        ecosystem: Ecosystem::Npm,
        name: name.to_owned(),
        version,
        direct: is_top,
        development: entry.dev || entry.dev_optional,
    });
}

/// The lock files of npm 6, which nest what is installed below something else.
fn descend(dependencies: BTreeMap<String, Entry>, is_top: bool, found: &mut Vec<Package>) -> Result<()> {
    let mut open = vec![(dependencies, is_top)];
    while let Some((dependencies, is_top)) = open.pop() {
        for (name, mut entry) in dependencies {
            add(found, &name, &entry, is_top);
            if let Some(below) = entry.dependencies.take() {
                ensure!(below.is_object(), "the dependencies of {name} are no list");
                open.push((serde_json::from_value(below)?, false));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lock: &str) -> Result<Vec<String>> {
        let folder = tempfile::tempdir()?;
        crate::system::fs::write_atomic(&folder.path().join("package-lock.json"), lock.as_bytes(), 0o644)?;
        let manifest: Manifest = serde_json::from_str(r#"{"dependencies": {"a": "^1"}}"#)?;
        let told =
            |package: Package| format!("{} {} {}", package.label(), package.direct, package.development);
        Ok(locked(folder.path(), &manifest)?.context("a lock")?.into_iter().map(told).collect())
    }

    #[test]
    fn both_forms_of_lock_files_are_read() {
        let new = r#"{"lockfileVersion": 3, "packages": {"": {"name": "shop"}, "node_modules/a": {"version": "1.2.0"},
            "node_modules/a/node_modules/@s/b": {"version": "2.0.0", "dev": true}, "node_modules/own": {"link": true}}}"#;
        let old = r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.0", "requires": {"@s/b": "2"},
            "dependencies": {"@s/b": {"version": "2.0.0", "dev": true}}}}}"#;
        for lock in [new, old] {
            assert_eq!(read(lock).expect("a lock"), ["@s/b 2.0.0 false true", "a 1.2.0 true false"]);
        }
    }

    #[test]
    fn a_lock_file_that_is_none_is_an_error() {
        let deep = format!("{}1{}", "{\"dependencies\":".repeat(5000), "}".repeat(5000));
        for wrong in ["", "{", "[]", "{}", "{\"packages\": 1}", &deep] {
            assert!(read(wrong).is_err(), "{}", &wrong[..wrong.len().min(40)]);
        }
    }
}
