//! Which package moves to which version, as the project's own tools work it out.

use super::Ecosystem;
use super::Step;
use super::Version;
use super::node;
use super::node::Manifest;
use super::npm::Npm;
use super::python::Installed;
use super::python::Python;
use super::python::parse;
use super::range;
use super::requirements::Requirements;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What is to be updated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// None: every package that the project names.
    pub names: Vec<String>,
    /// How far at most.
    pub step: Step,
}

impl Wanted {
    fn wants(&self, ecosystem: Ecosystem, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| ecosystem.name(wanted) == name)
    }

    /// Refuses names that are no package of the project.
    pub(super) fn check(&self, installed: Option<&Installed>, manifest: Option<&Manifest>) -> Result<()> {
        for name in &self.names {
            let in_python = installed.is_some_and(|it| it.packages.contains_key(&Ecosystem::PyPi.name(name)));
            let in_node = manifest.is_some_and(|it| it.asked().contains_key(name.as_str()));
            let is_name = Ecosystem::PyPi.is_name(name) || Ecosystem::Npm.is_name(name);
            if !is_name || !(in_python || in_node) {
                return Err(Error::new(Kind::Usage, format!("`{name}` is no package of this project"))
                    .hint("sitekeep dependencies check shows the packages that have later versions")
                    .into());
            }
        }
        Ok(())
    }
}

/// One package and its move; `former` is missing where it comes new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: String,
    pub(super) former: Option<String>,
    pub(super) later: Option<String>,
}

/// Has pip work out what it would install, without installing it.
pub(super) fn python(
    wanted: &Wanted,
    python: &Python<'_>,
    installed: &Installed,
    requirements: &Requirements,
) -> Result<Vec<Move>> {
    #[derive(Deserialize)]
    struct Report {
        install: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        name: String,
        version: String,
    }
    let mut specifiers: Vec<String> = Vec::new();
    for (name, version) in &installed.packages {
        let asked: Vec<_> = requirements.asked.iter().filter(|one| one.name == *name).collect();
        let is_direct = asked.iter().any(|one| !one.is_constraint);
        if !wanted.wants(Ecosystem::PyPi, name) || (wanted.names.is_empty() && !is_direct) {
            continue;
        }
        let mut text =
            format!("{name}{}", asked.iter().map(|one| one.extras.as_str()).max().unwrap_or_default());
        let mut bounds = vec![bounds(version, wanted.step)?];
        bounds.extend(
            asked
                .iter()
                .filter(|one| one.pin.is_none() && !one.specifier.is_empty())
                .map(|one| one.specifier.clone()),
        );
        text.push_str(&bounds.join(","));
        specifiers.push(text);
    }
    if specifiers.is_empty() {
        return Ok(Vec::new());
    }
    let mut arguments = vec!["install", "--dry-run", "--quiet", "--report", "-", "--upgrade", "--"];
    arguments.extend(specifiers.iter().map(String::as_str));
    let ran = python.pip(&arguments)?;
    ensure!(ran.succeeded(), "pip found no set of versions: {}", ran.words());
    let report: Report = parse(&ran)?;
    let mut moves = Vec::new();
    for row in report.install {
        let name = Ecosystem::PyPi.name(&row.metadata.name);
        let former = installed.packages.get(&name).cloned();
        ensure!(Ecosystem::PyPi.is_name(&name), "pip names a package `{name}`");
        moves.push(Move { ecosystem: Ecosystem::PyPi, name, former, later: Some(row.metadata.version) });
    }
    Ok(moves)
}

/// `>=4.2.1,<4.3`: from this version on, as far as the step goes.
fn bounds(version: &str, step: Step) -> Result<String> {
    let Version::PyPi(parsed) = Version::parse(Ecosystem::PyPi, version)? else { return Ok(String::new()) };
    let at = |place: usize| parsed.release().get(place).copied().unwrap_or(0);
    let epoch = if parsed.epoch() > 0 { format!("{}!", parsed.epoch()) } else { String::new() };
    let own = parsed.clone().without_local();
    Ok(match step {
        Step::Patch => format!(">={own},<{epoch}{}.{}", at(0), at(1) + 1),
        Step::Minor => format!(">={own},<{epoch}{}", at(0) + 1),
        Step::Major => format!(">={own}"),
    })
}

/// Has npm write the lock file that an update would have, in a copy of the project's files.
pub(super) fn node(wanted: &Wanted, npm: &Npm<'_>) -> Result<Vec<Move>> {
    let manifest = Manifest::read(npm.folder)?;
    let versions = |folder: &Path| -> Result<BTreeMap<String, Vec<String>>> {
        let manifest = Manifest::read(folder)?;
        let packages = node::locked(folder, &manifest)?.context("there is no package-lock.json")?;
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for package in packages {
            all.entry(package.name).or_default().push(package.version);
        }
        Ok(all)
    };
    let locked: BTreeMap<String, String> = node::locked(npm.folder, &manifest)?
        .context("there is no package-lock.json")?
        .into_iter()
        .filter(|package| package.direct)
        .map(|package| (package.name, package.version))
        .collect();
    let before = versions(npm.folder)?;
    let mut specifiers = Vec::new();
    for (name, range) in manifest.asked() {
        // What comes from an address or a folder is not the registry's.
        let is_registrys = !range.contains([':', '/']) && Ecosystem::Npm.is_name(name);
        if let Some(version) = locked.get(name).filter(|_| is_registrys && wanted.wants(Ecosystem::Npm, name))
        {
            specifiers.push(match wanted.step {
                Step::Patch => format!("{name}@~{version}"),
                Step::Minor => format!("{name}@^{version}"),
                Step::Major => format!("{name}@latest"),
            });
        }
    }
    if specifiers.is_empty() {
        return Ok(Vec::new());
    }
    let mut arguments =
        vec!["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--"];
    arguments.extend(specifiers.iter().map(String::as_str));
    let ran = npm.npm(&arguments)?;
    ensure!(ran.succeeded(), "npm found no set of versions: {}", ran.words());
    keep_ranges(&manifest, npm)?;
    let after = versions(npm.folder)?;
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let text = |versions: Option<&Vec<String>>| versions.map(|versions| versions.join(" and "));
    Ok(names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Move {
            ecosystem: Ecosystem::Npm,
            name: name.clone(),
            former: text(before.get(name)),
            later: text(after.get(name)),
        })
        .collect())
}

/// Writes the ranges of package.json as their owner writes them, and the lock file with them.
fn keep_ranges(owners: &Manifest, npm: &Npm<'_>) -> Result<()> {
    let now = Manifest::read(npm.folder)?;
    let locked = node::locked(npm.folder, &now)?.context("there is no package-lock.json")?;
    let later = |name: &str| locked.iter().find(|package| package.direct && package.name == name);
    let mut words: Vec<String> = Vec::new();
    for (section, owners, now) in [
        ("dependencies", &owners.dependencies, &now.dependencies),
        ("devDependencies", &owners.development, &now.development),
        ("optionalDependencies", &owners.optional, &now.optional),
    ] {
        for (name, range) in
            owners.iter().filter(|(name, range)| now.get(*name).is_some_and(|now| now != *range))
        {
            let kept = later(name).and_then(|package| range::kept(range, &package.version));
            if let Some(kept) = kept.filter(|kept| now.get(name) != Some(kept)) {
                words.push(format!("{section}[{name}]={kept}"));
            }
        }
    }
    if words.is_empty() {
        return Ok(());
    }
    let set = ["pkg", "set"].into_iter().chain(words.iter().map(String::as_str)).collect::<Vec<_>>();
    for arguments in
        [&set[..], &["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]]
    {
        let ran = npm.npm(arguments)?;
        ensure!(ran.succeeded(), "npm {}: {}", ran.manner(), ran.words());
    }
    Ok(())
}
