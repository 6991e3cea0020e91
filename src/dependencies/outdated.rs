//! Which packages have later versions, and which are not pinned to one.

use super::Ecosystem;
use super::Later;
use super::Look;
use super::Step;
use super::inventory::Inventory;
use super::npm::Npm;
use super::python::Python;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use std::collections::BTreeMap;
use std::path::Path;

/// Asks pip and npm; a later version is no fault by itself, but nobody knowing is.
pub(super) fn look(order: &Look<'_>, inventory: &Inventory, later: &mut Vec<Later>) -> Check {
    let kind = &kinds::DEPENDENCY_OUTDATED;
    let mut check = Check::default();
    let mut asked = Vec::new();
    if let (Some(program), Some(_)) = (&inventory.project.python, &inventory.installed) {
        let python = Python { program, limit: order.settings.timeout, progress: order.progress };
        asked.push((Ecosystem::PyPi, python.outdated()));
    }
    if let (Some(folder), true) = (&inventory.project.frontend, inventory.is_locked) {
        let npm = Npm { folder, limit: order.settings.timeout, progress: order.progress };
        asked.push((Ecosystem::Npm, npm.outdated(&inventory.locked())));
    }
    for (ecosystem, answer) in asked {
        match answer {
            Ok(found) if found.is_empty() => {
                check.add(Finding::ok(kind, ecosystem.word(), "every package is the latest"));
            }
            Ok(found) => later.extend(found),
            Err(problem) => check.add(
                Finding::unknown(kind, ecosystem.word(), error::one_line(&problem))
                    .remedy("look at the network; --offline leaves this question out"),
            ),
        }
    }
    for one in later.iter() {
        let step = one.step.map_or("versions that do not compare", Step::word);
        let message = format!("{} -> {} ({step})", one.version, one.latest);
        check.add(
            Finding::ok(kind, &one.name, message)
                .with("ecosystem", one.ecosystem.word())
                .with("version", one.version.as_str())
                .with("latest", one.latest.as_str())
                .with("step", one.step.map(Step::word)),
        );
    }
    for step in [Step::Patch, Step::Minor, Step::Major] {
        let number = later.iter().filter(|one| one.step == Some(step)).count();
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        check.measure(Metric::new("dependencies_outdated", step.word(), number as f64, Unit::Count));
    }
    if check.findings.is_empty() {
        check.add(Finding::unknown(kind, "packages", "there is nothing that could be asked about"));
    }
    check
}

/// What the next installation may bring in another version than this one.
pub(super) fn pins(inventory: &Inventory) -> Check {
    let kind = &kinds::DEPENDENCY_PINNED;
    let mut check = Check::default();
    let mut loose: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
    let mut other: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
    for file in &inventory.requirements.files {
        loose.entry(file).or_default();
    }
    for one in inventory.requirements.asked.iter().filter(|one| !one.is_constraint) {
        let installed = inventory.installed.as_ref().map(|installed| installed.packages.get(&one.name));
        match (&one.pin, installed) {
            (None, _) => {
                let is_constrained = inventory
                    .requirements
                    .asked
                    .iter()
                    .any(|limit| limit.is_constraint && limit.name == one.name && limit.pin.is_some());
                if !is_constrained {
                    loose.entry(&one.file).or_default().push(format!("{}{}", one.name, one.specifier));
                }
            }
            (Some(pin), Some(Some(version))) if !is_equal(pin, version) => {
                other.entry(&one.file).or_default().push(format!("{} {version}, not {pin}", one.name));
            }
            _ => {}
        }
    }
    for (place, address) in &inventory.requirements.addresses {
        check.add(
            Finding::warning(kind, place, format!("an address, of which no version is known: {address}"))
                .remedy("pin it to a released version, or to a commit"),
        );
    }
    for (file, names) in loose {
        let subject = file.display().to_string();
        check.add(if names.is_empty() {
            Finding::ok(kind, subject, "every package is pinned to one version")
        } else {
            Finding::warning(kind, subject, format!("not pinned to one version: {}", names.join(", ")))
                .remedy("write NAME==VERSION, with the versions of: pip freeze")
        });
    }
    for (file, names) in other {
        let message = format!("installed otherwise than pinned: {}", names.join("; "));
        check.add(
            Finding::warning(kind, file.display().to_string(), message)
                .remedy("pip install -r it, or write down what is installed; then try the site: sitekeep dependencies test"),
        );
    }
    if let Some(frontend) = &inventory.project.frontend {
        let subject = frontend.join("package.json").display().to_string();
        check.add(if inventory.is_locked {
            Finding::ok(kind, subject, "every package is pinned by the lock file")
        } else {
            Finding::warning(kind, subject, "no lock file that can be read pins the packages")
                .remedy("npm install --package-lock-only, and keep package-lock.json with the project")
        });
    }
    check
}

fn is_equal(one: &str, other: &str) -> bool {
    let parse = |text| super::Version::parse(Ecosystem::PyPi, text);
    match (parse(one), parse(other)) {
        (Ok(one), Ok(other)) => one.compare(&other).is_eq(),
        _ => one == other,
    }
}
