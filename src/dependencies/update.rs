//! An update: planned, made in copies beside the live environment, tried there, and only then exchanged with it.
//!
//! Until the exchange nothing live is touched, so that a kill, a failing test or a loss leaves the project as it was.
//! The former environment, requirements and lock files are kept whole: `undo` exchanges them back.

use super::Ecosystem;
use super::copy::relocate;
use super::inventory::Inventory;
use super::losses;
use super::npm::Npm;
use super::plan;
use super::plan::Move;
use super::plan::Wanted;
use super::project::Project;
use super::python::Python;
use super::requirements::Requirements;
use super::stage::Stage;
use super::trial::Trial;
use crate::config::Config;
use crate::db;
use crate::db::Fingerprint;
use crate::error;
use crate::progress::Progress;
use crate::quarantine::Change;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use jiff::Timestamp;
use std::path::Path;

/// Surroundings of a trial or an update; the caller holds the site's lock.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub config: &'a Config,
    pub quarantine: &'a Quarantine<'a>,
    /// Identifier of the run; also in the names of what is kept.
    pub run: &'a str,
    pub now: Timestamp,
    pub progress: &'a dyn Progress,
}

/// What an update came to.
#[derive(Debug, Default)]
pub struct Updated {
    pub moves: Check,
    pub trial: Check,
    pub is_applied: bool,
}

impl Order<'_> {
    fn stage(&self, command: &str) -> Result<Stage<'_>> {
        let change = Change::new(self.run, command.to_owned(), self.now, &self.config.quarantine);
        Stage::begin(self.quarantine, change, self.progress)
    }

    /// Tries the project as it is.
    ///
    /// # Errors
    /// When the work is given up, or there is no room for a trial.
    pub fn try_out(&self) -> Result<Check> {
        let project = Project::find(&self.config.dependencies, &self.config.site);
        let mut stage = self.stage("dependencies test")?;
        let tried = (|| {
            let frontend = stage.frontend(&project)?;
            if let (Some(copy), Some(live)) = (&frontend, &project.frontend) {
                let modules = live.join("node_modules");
                if modules.is_dir() {
                    std::os::unix::fs::symlink(&modules, copy.join("node_modules"))?;
                }
            }
            self.trial(&project, project.python.as_deref(), frontend.as_deref(), &mut stage)
        })();
        finish(stage, tried)
    }

    fn trial(
        &self,
        project: &Project,
        python: Option<&Path>,
        frontend: Option<&Path>,
        stage: &mut Stage<'_>,
    ) -> Result<Check> {
        let scratch = stage.beside(&project.backend.join("manage.py"))?.join("trial");
        fs::create_private_folder(&scratch)?;
        self.progress.start("trying the project", 0);
        let before = self.fingerprint();
        let copy = stage.database(&self.config.database, &scratch);
        let mut check = Trial {
            settings: &self.config.dependencies,
            backend: &project.backend,
            python,
            frontend,
            media: &self.config.site.media,
            copy: copy.as_ref().map(Option::as_ref),
            scratch: &scratch,
            progress: self.progress,
        }
        .run()?;
        if let Err(problem) = &copy {
            self.progress.go_on()?;
            losses::without_copy(problem, &self.config.database, &mut check);
        }
        losses::compare(before, self.fingerprint(), &mut check);
        stage.drop_database(&self.config.database)?;
        self.progress.finish();
        Ok(check)
    }

    fn fingerprint(&self) -> Result<Fingerprint> {
        db::fingerprint(&self.config.database)
    }

    /// Plans an update and, but for a dry run, makes and tries it; when a test fails nothing live has changed.
    ///
    /// # Errors
    /// When it cannot be planned or made; nothing live has changed then.
    pub fn update(&self, wanted: &Wanted, dry_run: bool, inventory: Packages) -> Result<Updated> {
        let Packages(inventory) = inventory;
        wanted.check(inventory.installed.as_ref(), inventory.manifest.as_ref())?;
        let mut stage = self.stage("dependencies update")?;
        let mut updated = Updated::default();
        let prepared = self.prepare(wanted, dry_run, &inventory, &mut stage, &mut updated);
        let is_good =
            prepared.is_ok() && updated.trial.findings.iter().all(|it| it.status != Status::Critical);
        if dry_run || !is_good || stage.change.parts.is_empty() {
            finish(stage, prepared)?;
            return Ok(updated);
        }
        stage.apply()?;
        updated.is_applied = true;
        Ok(updated)
    }

    fn prepare(
        &self,
        wanted: &Wanted,
        dry_run: bool,
        inventory: &Inventory,
        stage: &mut Stage<'_>,
        updated: &mut Updated,
    ) -> Result<()> {
        let project = &inventory.project;
        self.progress.start("planning the update", 0);
        let python =
            self.plan_python(wanted, inventory).unwrap_or_else(|problem| refused("PyPI", &problem, updated));
        let frontend = if inventory.is_locked { stage.frontend(project) } else { Ok(None) };
        let planned =
            frontend.and_then(|copy| Ok((self.plan_node(wanted, copy.as_deref(), inventory)?, copy)));
        let (node, copy) = planned.unwrap_or_else(|problem| (refused("npm", &problem, updated), None));
        self.progress.finish();
        self.progress.go_on()?;
        for one in python.iter().chain(&node) {
            updated.moves.add(tell(one, dry_run));
        }
        if updated.moves.findings.is_empty() {
            let message = format!("nothing to do: no later version within a {} step", wanted.step.word());
            updated.moves.add(Finding::ok(&kinds::DEPENDENCY_UPDATED, "packages", message));
        }
        let is_refused = updated.moves.findings.iter().any(|finding| finding.status != Status::Ok);
        if dry_run || (python.is_empty() && node.is_empty()) || is_refused {
            return Ok(());
        }
        self.progress.start("installing beside what is live", 0);
        let environment =
            if python.is_empty() { None } else { Some(self.install_python(&python, inventory, stage)?) };
        if let (Some(copy), false) = (&copy, node.is_empty()) {
            self.install_node(copy, project, stage)?;
        } else if let (Some(copy), Some(live)) = (&copy, &project.frontend) {
            let modules = live.join("node_modules");
            if modules.is_dir() {
                std::os::unix::fs::symlink(modules, copy.join("node_modules"))?;
            }
        }
        self.progress.finish();
        let own = environment.as_ref().map(|environment| environment.join("bin/python"));
        updated.trial =
            self.trial(project, own.as_deref().or(project.python.as_deref()), copy.as_deref(), stage)?;
        if let (Some(staged), Some(live)) = (&environment, project.environment()) {
            relocate(staged, staged, live)?;
            fs::sync_file_system(staged)?;
        }
        Ok(())
    }

    fn plan_python(&self, wanted: &Wanted, inventory: &Inventory) -> Result<Vec<Move>> {
        let (Some(program), Some(installed)) = (&inventory.project.python, &inventory.installed) else {
            ensure!(inventory.project.requirements.is_empty(), "no Python of the project answers");
            return Ok(Vec::new());
        };
        if !wanted.names.is_empty()
            && !wanted.names.iter().any(|name| installed.packages.contains_key(&Ecosystem::PyPi.name(name)))
        {
            return Ok(Vec::new());
        }
        refuse_requirements(&inventory.project, &inventory.requirements)?;
        let python =
            Python { program, limit: self.config.dependencies.test_timeout, progress: self.progress };
        plan::python(wanted, &python, installed, &inventory.requirements)
    }

    fn plan_node(&self, wanted: &Wanted, copy: Option<&Path>, inventory: &Inventory) -> Result<Vec<Move>> {
        let (Some(copy), Some(manifest)) = (copy, &inventory.manifest) else { return Ok(Vec::new()) };
        let asked = manifest.asked();
        if !wanted.names.is_empty() && !wanted.names.iter().any(|name| asked.contains_key(name.as_str())) {
            return Ok(Vec::new());
        }
        ensure!(
            manifest.workspaces.is_none(),
            "a frontend of workspaces is not updated: use npm in its folder"
        );
        let folder = asked.iter().find(|(_, range)| range.starts_with("file:") || range.starts_with("link:"));
        if let Some((name, range)) = folder {
            bail!("{name} comes from a folder ({range}), which a copy of the frontend would not find");
        }
        let npm = Npm { folder: copy, limit: self.config.dependencies.test_timeout, progress: self.progress };
        plan::node(wanted, &npm)
    }
}

/// What the project is built from, looked at before an update.
pub struct Packages(Inventory);

impl Packages {
    pub fn take(order: &super::Look<'_>) -> Self {
        Self(Inventory::take(order))
    }
}

/// Removes what was prepared, whatever became of it.
fn finish<T>(stage: Stage<'_>, result: Result<T>) -> Result<T> {
    let ended = stage.end().context("remove what was prepared; the next run tries again");
    match (result, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Err(problem), _) | (Ok(_), Err(problem)) => Err(problem),
    }
}

fn refuse_requirements(project: &Project, requirements: &Requirements) -> Result<()> {
    if let Some(lock) = project.foreign_locks.first() {
        bail!("{} pins the packages: update them with the tool that writes it", lock.display());
    }
    if let Some((place, problem)) = requirements.problems.first() {
        bail!("{place}: {problem}");
    }
    if let Some(one) = requirements.asked.iter().find(|one| one.has_hashes) {
        bail!(
            "{}:{} pins by hash, which only the tool that made the file can renew (pip-compile --generate-hashes)",
            one.file.display(),
            one.line
        );
    }
    ensure!(
        project.environment().is_some(),
        "the project's Python is in no virtual environment, which could be copied: make one, or set [dependencies] python"
    );
    Ok(())
}

fn refused(subject: &str, problem: &anyhow::Error, updated: &mut Updated) -> Vec<Move> {
    let message = format!("not updated: {}", error::one_line(problem));
    updated.moves.add(
        Finding::critical(&kinds::DEPENDENCY_UPDATED, subject, message)
            .remedy("mend that, or name the packages of the other side only; nothing was changed"),
    );
    Vec::new()
}

fn tell(one: &Move, dry_run: bool) -> Finding {
    let would = if dry_run { "would be " } else { "" };
    let message = match (&one.former, &one.later) {
        (Some(former), Some(later)) => format!("{would}updated: {former} -> {later}"),
        (None, Some(later)) => format!("{would}added: {later}"),
        (former, None) => format!("{would}removed: {}", former.clone().unwrap_or_default()),
    };
    Finding::ok(&kinds::DEPENDENCY_UPDATED, &one.name, message)
        .with("ecosystem", one.ecosystem.word())
        .with("former", one.former.clone())
        .with("later", one.later.clone())
}
