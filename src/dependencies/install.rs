//! The installing of an update: later versions in copies beside what is live, by pip and npm, and the files that pin them.

use super::copy::copy_tree;
use super::copy::relocate;
use super::inventory::Inventory;
use super::npm::Npm;
use super::pins;
use super::plan::Move;
use super::project::Project;
use super::python::Python;
use super::stage::Stage;
use super::stage::stage_file;
use super::update::Order;
use crate::quarantine::Part;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

impl Order<'_> {
    /// A copy of the environment with the later versions in it, and the files that pin them.
    pub(super) fn install_python(
        &self,
        moves: &[Move],
        inventory: &Inventory,
        stage: &mut Stage<'_>,
    ) -> Result<PathBuf> {
        let live =
            inventory.project.environment().context("the project's Python is in no virtual environment")?;
        stage.need_room(live, fs::tree_size(live)?.bytes)?;
        let staged = stage.beside(live)?.join(live.file_name().unwrap_or_default());
        copy_tree(live, &staged, &[], self.progress)?;
        relocate(&staged, live, &staged)?;
        let program = staged.join("bin/python");
        let python = Python {
            program: &program,
            limit: self.config.dependencies.test_timeout,
            progress: self.progress,
        };
        let exact: Vec<String> =
            moves.iter().filter_map(|one| Some(format!("{}=={}", one.name, one.later.as_ref()?))).collect();
        let mut arguments = vec!["install", "--quiet", "--no-deps", "--"];
        arguments.extend(exact.iter().map(String::as_str));
        let ran = python.pip(&arguments)?;
        ensure!(ran.succeeded(), "pip {}: {}", ran.manner(), ran.words());
        let now = python.installed()?.packages;
        let wrong = moves.iter().find(|one| now.get(&one.name) != one.later.as_ref());
        ensure!(wrong.is_none(), "pip did not install what it had planned: {wrong:?}");
        stage.change.parts.push(Part::path("Python packages", live.to_owned(), staged.clone()));
        let changes: BTreeMap<String, (String, String)> = moves
            .iter()
            .filter_map(|one| Some((one.name.clone(), (one.former.clone()?, one.later.clone()?))))
            .collect();
        for file in &inventory.requirements.files {
            let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
            let text =
                String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", file.display()))?;
            let later = pins::rewrite(&text, &changes);
            if later != text {
                let real = file.canonicalize().with_context(|| format!("find {}", file.display()))?;
                let copy = stage.beside(&real)?.join(real.file_name().unwrap_or_default());
                stage_file(&real, &copy, later.as_bytes())?;
                stage.change.parts.push(Part::path("requirements", real, copy));
            }
        }
        Ok(staged)
    }

    /// The frontend's packages by the lock file that was planned.
    pub(super) fn install_node(&self, copy: &Path, project: &Project, stage: &mut Stage<'_>) -> Result<()> {
        let live = project.frontend.as_deref().context("there is no frontend")?;
        let modules = live.join("node_modules");
        let bytes = if modules.is_dir() { fs::tree_size(&modules)?.bytes } else { 0 };
        stage.need_room(live, bytes)?;
        let npm = Npm { folder: copy, limit: self.config.dependencies.test_timeout, progress: self.progress };
        // Not `ci`, which refuses lock files that lack other platforms' packages, as npm itself writes them.
        let ran = npm.npm(&["install", "--no-audit", "--no-fund"])?;
        ensure!(ran.succeeded(), "npm {}: {}", ran.manner(), ran.words());
        for name in ["package.json", "package-lock.json", "npm-shrinkwrap.json", "node_modules"] {
            if copy.join(name).exists() {
                stage.change.parts.push(Part::path(name, live.join(name), copy.join(name)));
            }
        }
        Ok(())
    }
}
