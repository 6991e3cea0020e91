//! Which of the packages have known vulnerabilities, and who was asked.

use super::Advisory;
use super::Ecosystem;
use super::Look;
use super::Package;
use super::advisories;
use super::advisories::Said;
use super::inventory::Inventory;
use super::npm::Npm;
use super::python::Python;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use std::path::Path;

/// For so long a finding is new.
const NEW_HOURS: i64 = 7 * 24;

/// Who answered for one ecosystem, and who did not.
#[derive(Debug, Default)]
struct Asked {
    answered: Vec<String>,
    failed: Vec<String>,
    is_old: bool,
}

pub(super) fn look(order: &Look<'_>, inventory: &Inventory) -> Check {
    let mut check = Check::default();
    let mut found = Vec::new();
    let said =
        order.advisories.map(|path| (path, advisories::consult(path, &inventory.packages, order.progress)));
    if let Some((path, Ok(said))) = &said {
        tell_unread(path, said, &mut check);
    }
    for ecosystem in [Ecosystem::PyPi, Ecosystem::Npm] {
        if !inventory.packages.iter().any(|package| package.ecosystem == ecosystem) {
            continue;
        }
        let mut asked = Asked::default();
        match &said {
            Some((path, Ok(said))) => collected(order, path, said, ecosystem, &mut asked),
            Some((_, Err(problem))) => asked.failed.push(error::one_line(problem)),
            None => {}
        }
        if !order.offline {
            found.extend(match ecosystem {
                Ecosystem::PyPi => audit_python(order, inventory, &mut asked),
                Ecosystem::Npm => audit_npm(order, inventory, &mut asked),
            });
        }
        check.add(tell_asked(ecosystem, &asked, order.offline));
    }
    // What was collected names a vulnerability in the same way each time, whoever answers today.
    let mut all = match said {
        Some((_, Ok(said))) => said.found,
        _ => Vec::new(),
    };
    all.extend(found);
    let found = merged(all, inventory);
    let number = found.len();
    for (package, advisory) in found {
        check.add(tell(order, &package, &advisory));
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    check.measure(Metric::new("dependencies_vulnerable", "all", number as f64, Unit::Count));
    check
}

fn collected(order: &Look<'_>, path: &Path, said: &Said, ecosystem: Ecosystem, asked: &mut Asked) {
    let place = path.display();
    let Some(number) = said.read.get(&ecosystem).filter(|number| **number > 0) else {
        asked.failed.push(format!("{place} holds no advisories for {}", ecosystem.word()));
        return;
    };
    let number = number_of(*number);
    match said.newest {
        None => asked.answered.push(format!("{number} of {place}, of unknown age")),
        Some(newest) => {
            let day = newest.strftime("%Y-%m-%d");
            let limit = SignedDuration::from_hours(24 * i64::from(order.settings.advisories_days));
            if order.now.duration_since(newest) > limit {
                asked.failed.push(format!("what came after {day}, when {place} ends, is not known"));
                asked.is_old = true;
            }
            asked.answered.push(format!("{number} of {place}, up to {day}"));
        }
    }
}

fn audit_python(order: &Look<'_>, inventory: &Inventory, asked: &mut Asked) -> Vec<(Package, Advisory)> {
    let Some(program) = inventory.project.python.as_deref() else { return Vec::new() };
    let python = Python { program, limit: order.settings.timeout, progress: order.progress };
    match python.audit() {
        Ok(Some(found)) => {
            asked.answered.push("pip-audit".to_owned());
            found
        }
        Ok(None) => {
            asked.failed.push("pip-audit is not installed".to_owned());
            Vec::new()
        }
        Err(problem) => {
            asked.failed.push(error::one_line(&problem));
            Vec::new()
        }
    }
}

fn audit_npm(order: &Look<'_>, inventory: &Inventory, asked: &mut Asked) -> Vec<(Package, Advisory)> {
    let Some(folder) = inventory.project.frontend.as_deref() else { return Vec::new() };
    let npm = Npm { folder, limit: order.settings.timeout, progress: order.progress };
    let found = match npm.audit() {
        Ok(found) => found,
        Err(problem) => {
            asked.failed.push(error::one_line(&problem));
            return Vec::new();
        }
    };
    asked.answered.push("npm audit".to_owned());
    let mut all = Vec::new();
    for (name, range, advisory) in found {
        let locked = inventory
            .packages
            .iter()
            .filter(|package| package.ecosystem == Ecosystem::Npm && package.name == name);
        all.extend(
            locked
                .filter(|package| is_within(&package.version, &range))
                .map(|it| (it.clone(), advisory.clone())),
        );
    }
    all
}

/// Whether a version lies in a range as npm writes it: `>=1.0.0 <1.2.0 || 2.0.0`. What cannot be read may hold it.
fn is_within(version: &str, range: &str) -> bool {
    let Ok(version) = semver::Version::parse(version) else { return true };
    range.split("||").any(|part| {
        let part = part.replace("> ", ">").replace("< ", "<").replace("= ", "=");
        let words: Vec<&str> = part.split_whitespace().collect();
        // A bare version means itself to npm, and what is compatible to the crate.
        let exact = |word: &&str| {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                format!("={word}")
            } else {
                (*word).to_owned()
            }
        };
        let list: Vec<String> = words.iter().map(exact).collect();
        semver::VersionReq::parse(&list.join(",")).map_or(true, |range| range.matches(&version))
    })
}

/// One finding for each vulnerability, whatever the number of its names and of those who know it.
fn merged(found: Vec<(Package, Advisory)>, inventory: &Inventory) -> Vec<(Package, Advisory)> {
    let mut all: Vec<(Package, Advisory)> = Vec::new();
    for (package, advisory) in found {
        let package = inventory
            .packages
            .iter()
            .find(|known| {
                (known.ecosystem, &known.name, &known.version)
                    == (package.ecosystem, &package.name, &package.version)
            })
            .cloned()
            .unwrap_or(package);
        let same = all.iter_mut().find(|(other, known)| *other == package && is_same(known, &advisory));
        match same {
            None => all.push((package, advisory)),
            Some((_, known)) => {
                let said = known.severity.max(advisory.severity);
                known.severity =
                    if known.severity == super::Severity::Unsaid { advisory.severity } else { said };
                known.aliases.extend(std::iter::once(advisory.id).chain(advisory.aliases));
                known.fixed.extend(advisory.fixed);
                if known.summary.is_empty() {
                    known.summary = advisory.summary;
                }
            }
        }
    }
    for (_, advisory) in &mut all {
        let own = advisory.id.clone();
        let names: BTreeSet<String> = advisory.aliases.drain(..).filter(|name| *name != own).collect();
        advisory.aliases = names.into_iter().collect();
        advisory.fixed.sort();
        advisory.fixed.dedup();
    }
    all.sort_by(|(one, first), (other, second)| {
        second.severity.cmp(&first.severity).then((&one.name, &first.id).cmp(&(&other.name, &second.id)))
    });
    all
}

fn is_same(one: &Advisory, other: &Advisory) -> bool {
    let names = |advisory: &Advisory| -> BTreeSet<String> {
        std::iter::once(&advisory.id).chain(&advisory.aliases).cloned().collect()
    };
    !names(one).is_disjoint(&names(other))
}

fn tell(order: &Look<'_>, package: &Package, advisory: &Advisory) -> Finding {
    let kind = &kinds::DEPENDENCY_VULNERABLE;
    let subject = format!("{} {}", package.name, advisory.id);
    // A state that cannot be read makes it new, which is the safer side.
    let since = order.state.and_then(|state| state.first_seen(kind.id, &subject).ok().flatten());
    let is_new =
        since.is_none_or(|since| order.now.duration_since(since) < SignedDuration::from_hours(NEW_HOURS));
    let fixed = match advisory.fixed.as_slice() {
        [] => "no version that mends it is known".to_owned(),
        fixed => format!("mended in {}", fixed.join(", ")),
    };
    let mut message = format!("{} ({})", package.label(), advisory.severity.word());
    for part in [
        (!advisory.summary.is_empty()).then(|| advisory.summary.clone()),
        Some(fixed),
        (!package.direct).then(|| "comes with another package".to_owned()),
        package.development.then(|| "used for development only".to_owned()),
        is_new.then(|| "new".to_owned()),
    ]
    .into_iter()
    .flatten()
    {
        message.push_str("; ");
        message.push_str(&part);
    }
    let remedy = if advisory.fixed.is_empty() {
        "read the advisory: can the site do without the package, or without what is vulnerable in it?"
            .to_owned()
    } else if package.direct {
        format!("sitekeep dependencies update {} --dry-run", package.name)
    } else {
        "sitekeep dependencies update --minor --dry-run, which moves what comes with other packages too"
            .to_owned()
    };
    Finding::new(kind, advisory.severity.status(package.development), subject, message)
        .remedy(remedy)
        .with("ecosystem", package.ecosystem.word())
        .with("package", package.name.as_str())
        .with("version", package.version.as_str())
        .with("advisory", advisory.id.as_str())
        .with("aliases", advisory.aliases.clone())
        .with("severity", advisory.severity.word())
        .with("fixed_in", advisory.fixed.clone())
        .with("direct", package.direct)
        .with("development", package.development)
        .with("new", is_new)
}

fn tell_asked(ecosystem: Ecosystem, asked: &Asked, offline: bool) -> Finding {
    let kind = &kinds::DEPENDENCIES_ASKED;
    let subject = ecosystem.word();
    let mut parts = Vec::new();
    if !asked.answered.is_empty() {
        parts.push(format!("judged by {}", asked.answered.join(", ")));
    }
    parts.extend(asked.failed.iter().cloned());
    if offline {
        parts.push("the network was not asked".to_owned());
    }
    if asked.answered.is_empty() {
        let message = format!("nobody could be asked about vulnerabilities: {}", parts.join("; "));
        let remedy = match ecosystem {
            Ecosystem::PyPi => {
                "install pip-audit beside the project's Python, or give advisories: [dependencies] advisories"
            }
            Ecosystem::Npm => {
                "let this machine reach the registry, or give advisories: [dependencies] advisories"
            }
        };
        return Finding::unknown(kind, subject, message).remedy(remedy);
    }
    let only_old = asked.is_old && asked.answered.len() == 1;
    let status = if only_old { Status::Unknown } else { Status::Ok };
    let finding = Finding::new(kind, status, subject, parts.join("; "));
    if only_old {
        finding.remedy("bring newer advisories: https://osv-vulnerabilities.storage.googleapis.com has them by ecosystem")
    } else {
        finding
    }
}

fn tell_unread(path: &Path, said: &Said, check: &mut Check) {
    if said.unread > 0 {
        let message =
            format!("{} could not be used, among them {}", number_of(said.unread), said.problems.join("; "));
        check.add(
            Finding::unknown(&kinds::DEPENDENCIES_ASKED, path.display().to_string(), message)
                .remedy("fetch these advisories again: what they are about is not known"),
        );
    }
}

fn number_of(advisories: u64) -> String {
    let noun = if advisories == 1 { "advisory" } else { "advisories" };
    format!("{} {noun}", crate::units::grouped(advisories))
}
