//! Everything the project is built from, as far as it can be read.

use super::Ecosystem;
use super::Look;
use super::Package;
use super::Product;
use super::node;
use super::node::Manifest;
use super::npm::Npm;
use super::project::Project;
use super::python::Installed;
use super::python::Python;
use super::requirements::Requirements;
use crate::db;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::release;
use std::collections::BTreeMap;

/// The packages, and what they run on.
pub(super) struct Inventory {
    pub(super) project: Project,
    pub(super) packages: Vec<Package>,
    pub(super) requirements: Requirements,
    pub(super) installed: Option<Installed>,
    pub(super) manifest: Option<Manifest>,
    /// Whether the frontend has a lock file.
    pub(super) is_locked: bool,
    pub(super) products: Vec<Product>,
    /// What could not be looked at.
    pub(super) check: Check,
}

impl Inventory {
    pub(super) fn take(order: &Look<'_>) -> Self {
        let project = Project::find(order.settings, order.site);
        let mut inventory = Self {
            requirements: Requirements::read(&project.requirements),
            packages: Vec::new(),
            installed: None,
            manifest: None,
            is_locked: false,
            products: Vec::new(),
            check: Check::default(),
            project,
        };
        inventory.take_python(order);
        inventory.take_frontend(order);
        inventory.take_machine(order);
        if inventory.packages.is_empty() && inventory.check.findings.is_empty() {
            let looked = order.site.root.display();
            let message =
                format!("no requirements.txt, no Python environment and no package.json in {looked}");
            let remedy = "set [dependencies] python, requirements and frontend; where there are none, leave the check out: \
                 [checklist] items = [{ id = \"dependencies.check\", drop = true }]";
            inventory.unknown("project", &message, remedy);
        }
        inventory
    }

    fn unknown(&mut self, subject: &str, message: &str, remedy: &str) {
        self.check.add(Finding::unknown(&kinds::DEPENDENCIES_READ, subject, message).remedy(remedy));
    }

    fn take_python(&mut self, order: &Look<'_>) {
        for path in self.project.missing.clone() {
            self.unknown(&path.display().to_string(), "it is not there", "mend [dependencies] requirements");
        }
        for (place, problem) in self.requirements.problems.clone() {
            self.unknown(&place, &problem, "mend that line: pip would not take it either");
        }
        if let Some(program) = self.project.python.clone() {
            let python =
                Python { program: &program, limit: order.settings.timeout, progress: order.progress };
            match python.installed() {
                Ok(installed) => self.installed = Some(installed),
                Err(problem) => self.unknown(
                    &program.display().to_string(),
                    &format!("what is installed is not known: {}", error::one_line(&problem)),
                    "set [dependencies] python to the project's interpreter",
                ),
            }
        } else if !self.project.requirements.is_empty() {
            self.unknown(
                "Python",
                "no virtual environment was found: only what requirements.txt pins is judged",
                "set [dependencies] python to the interpreter that runs the site",
            );
        }
        let asked =
            |name: &str| self.requirements.asked.iter().any(|one| one.name == name && !one.is_constraint);
        let package = |name: &String, version: &String| Package {
            ecosystem: Ecosystem::PyPi,
            name: name.clone(),
            version: version.clone(),
            direct: asked(name),
            development: false,
        };
        let mut found: Vec<Package> = match &self.installed {
            Some(installed) => {
                installed.packages.iter().map(|(name, version)| package(name, version)).collect()
            }
            None => self
                .requirements
                .asked
                .iter()
                .filter_map(|one| Some(package(&one.name, one.pin.as_ref()?)))
                .collect(),
        };
        found.dedup();
        if let Some(installed) = &self.installed {
            self.products.push(Product { name: "Python".into(), version: installed.version.clone() });
        }
        let django = found.iter().find(|package| package.name == "django");
        self.products.extend(django.map(|it| Product { name: "Django".into(), version: it.version.clone() }));
        self.packages.extend(found);
    }

    fn take_frontend(&mut self, order: &Look<'_>) {
        let Some(frontend) = self.project.frontend.clone() else { return };
        let place = frontend.join("package.json").display().to_string();
        let manifest = match Manifest::read(&frontend) {
            Ok(manifest) => manifest,
            Err(problem) => {
                return self.unknown(
                    &place,
                    &error::one_line(&problem),
                    "mend that file: npm would not take it either",
                );
            }
        };
        match node::locked(&frontend, &manifest) {
            Ok(Some(packages)) => {
                self.is_locked = true;
                self.packages.extend(packages);
            }
            Ok(None) if manifest.asked().is_empty() => self.is_locked = true,
            Ok(None) => self.unknown(
                &place,
                "there is no package-lock.json: which versions are installed is not known",
                "npm install --package-lock-only writes it; yarn's and pnpm's are not read",
            ),
            Err(problem) => {
                self.unknown(
                    &place,
                    &error::one_line(&problem),
                    "make it anew: npm install --package-lock-only",
                );
            }
        }
        self.manifest = Some(manifest);
        let npm = Npm { folder: &frontend, limit: order.settings.timeout, progress: order.progress };
        match npm.node_version() {
            Ok(version) => self.products.push(Product { name: "Node".into(), version }),
            Err(problem) => {
                self.unknown("Node", &error::one_line(&problem), "install the Node that builds the frontend");
            }
        }
    }

    fn take_machine(&mut self, order: &Look<'_>) {
        match db::server_version(order.database) {
            Ok(Some(version)) => self.products.push(Product { name: "PostgreSQL".into(), version }),
            Ok(None) => {}
            Err(problem) => {
                self.unknown("PostgreSQL", &error::one_line(&problem), "sitekeep health database");
            }
        }
        match release::distribution() {
            Ok((name, version)) => self.products.push(Product { name, version }),
            Err(problem) => self.unknown("distribution", &error::one_line(&problem), "look at it by hand"),
        }
    }

    /// Version of each direct package of the frontend.
    pub(super) fn locked(&self) -> BTreeMap<String, String> {
        self.packages
            .iter()
            .filter(|package| package.ecosystem == Ecosystem::Npm && package.direct)
            .map(|package| (package.name.clone(), package.version.clone()))
            .collect()
    }
}
