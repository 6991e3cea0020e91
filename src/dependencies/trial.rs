//! The project's own tests, run where they can harm nothing: Django with a media folder of its own, the frontend in a copy.

use super::duplicate::Duplicate;
use super::losses;
use super::node::Manifest;
use super::python::Python;
use crate::config::DependenciesConfig;
use crate::error;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::fs;
use crate::system::process;
use crate::system::run;
use crate::system::run::Keep;
use crate::system::run::Ran;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Letters of a program's output that a finding keeps.
const KEPT: usize = 4000;
/// The settings of a trial: the project's own, but for where files go.
const MODULE: &str = "sitekeep_trial_settings";

/// What is tried, and where.
#[derive(Clone, Copy)]
pub(super) struct Trial<'a> {
    pub(super) settings: &'a DependenciesConfig,
    pub(super) backend: &'a Path,
    pub(super) python: Option<&'a Path>,
    /// A copy of the frontend with its packages.
    pub(super) frontend: Option<&'a Path>,
    /// The live media folder, in which no test is to leave anything.
    pub(super) media: &'a Path,
    /// A copy of the database, for the backend instead of the live one; `None` where there is none yet, or why none
    /// could be made.
    pub(super) copy: Result<Option<&'a Duplicate>, &'a anyhow::Error>,
    /// A folder that goes after the trial.
    pub(super) scratch: &'a Path,
    pub(super) progress: &'a dyn Progress,
}

impl Trial<'_> {
    /// Runs every test; one that fails hides none of the others.
    ///
    /// # Errors
    /// When the work is given up, or there is no room for a trial.
    pub(super) fn run(&self) -> Result<Check> {
        let mut check = Check::default();
        let files = |folder: &Path| fs::tree_size(folder).ok().map(|size| size.files);
        let before = files(self.media);
        if self.backend.join("manage.py").is_file() {
            self.backend(&mut check)?;
        }
        if let Some(frontend) = self.frontend {
            self.frontend(frontend, &mut check)?;
        }
        if let (Some(before), Some(after)) = (before, files(self.media))
            && after > before
        {
            let message = format!("{} more files than before the tests", after - before);
            check.add(
                Finding::warning(&kinds::DEPENDENCY_DATA, self.media.display().to_string(), message)
                    .remedy("sitekeep images orphans shows them, where nothing names them"),
            );
        }
        if check.findings.is_empty() {
            let message = "there is no manage.py and no package.json: nothing was tried";
            check.add(
                Finding::unknown(&kinds::DEPENDENCY_TEST, "project", message)
                    .remedy("set [site] root and [dependencies] frontend"),
            );
        }
        Ok(check)
    }

    fn backend(&self, check: &mut Check) -> Result<()> {
        let Some(python) = self.python else {
            let message = "no virtual environment was found: nothing of the backend was tried";
            check.add(
                Finding::unknown(&kinds::DEPENDENCY_TEST, "backend", message)
                    .remedy("set [dependencies] python to the interpreter that runs the site"),
            );
            return Ok(());
        };
        let module = self.write_settings()?;
        for words in &self.settings.backend_tests {
            let (program, arguments) = words.split_first().context("a test without a program")?;
            let program = if program == "python" { python.to_owned() } else { PathBuf::from(program) };
            let ran = self.start(&mut self.django(&program, arguments, python, module)?);
            check.add(tell(words, ran)?);
        }
        if let Ok(Some(copy)) = self.copy {
            losses::of_tests(&copy.fingerprint, copy.now(), check);
        }
        let asker = Python { program: python, limit: self.settings.timeout, progress: self.progress };
        match asker.pip(&["check"]) {
            Ok(ran) if ran.succeeded() || ran.words().contains("No module named pip") => {}
            Ok(ran) => check.add(
                Finding::warning(
                    &kinds::DEPENDENCY_TEST,
                    "pip check",
                    format!("the packages do not fit one another: {}", ran.words()),
                )
                .remedy("update the packages that it names, or choose nearer versions"),
            ),
            Err(problem) => {
                self.progress.go_on()?;
                check.add(Finding::unknown(&kinds::DEPENDENCY_TEST, "pip check", error::one_line(&problem)));
            }
        }
        self.migrations(python, module, check)
    }

    /// Migrations are the owner's to run, with a backup at hand; that some wait is told.
    fn migrations(&self, python: &Path, has_module: bool, check: &mut Check) -> Result<()> {
        let words = ["manage.py", "migrate", "--check"].map(ToOwned::to_owned);
        let ran = self.start(&mut self.django(python, &words, python, has_module)?)?;
        if !ran.succeeded() {
            let message = if ran.stdout.contains("[ ]")
                || ran.stdout.contains("Planned operations")
                || ran.stderr.trim().is_empty()
            {
                "migrations wait to be applied".to_owned()
            } else {
                format!("whether migrations wait is not known: {}", ran.words())
            };
            check.add(
                Finding::warning(&kinds::DEPENDENCY_TEST, "manage.py migrate --check", message).remedy(
                    "sitekeep backup database; python manage.py migrate; compare the shop afterwards",
                ),
            );
            let problem = match (self.copy, has_module) {
                (Ok(Some(copy)), true) => return self.rehearse(copy, python, check),
                (Ok(Some(_)), false) => anyhow::anyhow!("manage.py names no settings"),
                (Ok(None), _) => anyhow::anyhow!("there is no database yet"),
                (Err(_), _) => anyhow::anyhow!("there is no copy of the database to try them on"),
            };
            losses::of_migrations(Err(problem), check);
        }
        Ok(())
    }

    /// Runs the migrations that wait on the copy, and says what they would lose.
    fn rehearse(&self, copy: &Duplicate, python: &Path, check: &mut Check) -> Result<()> {
        let tried = (|| {
            let before = copy.now()?;
            let words = ["manage.py", "migrate", "--noinput"].map(ToOwned::to_owned);
            let ran = self.start(&mut self.django(python, &words, python, true)?)?;
            ensure!(ran.succeeded(), "manage.py migrate {}: {}", ran.manner(), ran.words());
            let after = copy.now()?;
            ensure!(
                after.migrations != before.migrations,
                "manage.py migrate ended well, and the copy has no more of them than before: it has another database"
            );
            Ok((before, after))
        })();
        match tried {
            Err(problem) if error::is_interruption(&problem) => return Err(problem),
            tried => losses::of_migrations(tried, check),
        }
        Ok(())
    }

    /// Writes settings by which Django's files and data go to the scratch folder; `false` where manage.py names no settings.
    fn write_settings(&self) -> Result<bool> {
        let manage = std::fs::read_to_string(self.backend.join("manage.py")).context("read manage.py")?;
        let named = manage.split_once("DJANGO_SETTINGS_MODULE").and_then(|(_, rest)| {
            let rest = rest.get(1..)?;
            let start = rest.find(['"', '\''])?;
            let quote = rest[start..].chars().next()?;
            rest[start + 1..].split(quote).next()
        });
        let is_module = |name: &str| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        };
        let Some(named) = named.filter(|name| is_module(name)) else { return Ok(false) };
        let media = self.scratch.join("media");
        fs::create_private_folder(&media)?;
        let mut text = format!("from {named} import *\nMEDIA_ROOT = {:?}\n", media.display().to_string());
        if let Ok(Some(copy)) = self.copy {
            text.push_str(&copy.lines());
        }
        fs::write_atomic(&self.scratch.join(format!("{MODULE}.py")), text.as_bytes(), 0o600)?;
        Ok(true)
    }

    fn django(
        &self,
        program: &Path,
        arguments: &[String],
        python: &Path,
        has_module: bool,
    ) -> Result<Command> {
        let bin = python.parent().context("the project's Python has no folder")?;
        let own = bin.join(program);
        let mut command = process::bound_command(if own.is_file() { &own } else { program });
        let path = std::env::join_paths(std::iter::once(bin.to_owned()).chain(process::search_path()))
            .context("put the project's Python on PATH")?;
        command
            .args(arguments)
            .current_dir(self.backend)
            .env("PATH", path)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("VIRTUAL_ENV", bin.parent().unwrap_or(bin)).env_remove("PYTHONHOME");
        if has_module {
            command.env("DJANGO_SETTINGS_MODULE", MODULE).env("PYTHONPATH", self.scratch);
        }
        Ok(command)
    }

    fn frontend(&self, folder: &Path, check: &mut Check) -> Result<()> {
        let manifest = Manifest::read(folder)?;
        for words in &self.settings.frontend_tests {
            let (program, arguments) = words.split_first().context("a test without a program")?;
            if let [npm, run, script, ..] = words.as_slice()
                && npm == "npm"
                && run == "run"
                && !manifest.scripts.contains_key(script)
            {
                let message = format!("package.json has no script `{script}`: it was not tried");
                check.add(
                    Finding::warning(&kinds::DEPENDENCY_TEST, words.join(" "), message)
                        .remedy("write that script, or take the test out of [dependencies] frontend_tests"),
                );
                continue;
            }
            let mut command = process::bound_command(Path::new(program));
            command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env("CI", "1");
            check.add(tell(words, self.start(&mut command))?);
        }
        Ok(())
    }

    fn start(&self, command: &mut Command) -> Result<Ran> {
        run::run(command, self.settings.test_timeout, Keep::Last, self.progress)
    }
}

/// How a test went.
fn tell(words: &[String], ran: Result<Ran>) -> Result<Finding> {
    let kind = &kinds::DEPENDENCY_TEST;
    let subject = words.join(" ");
    let ran = match ran {
        Ok(ran) => ran,
        Err(problem) if error::is_interruption(&problem) => return Err(problem),
        Err(problem) => {
            return Ok(Finding::unknown(
                kind,
                subject,
                format!("it was not tried: {}", error::one_line(&problem)),
            )
            .remedy("mend the command in [dependencies], or install what it needs"));
        }
    };
    let seconds = ran.took.as_secs_f64();
    let said = format!("{}\n{}", ran.stdout.trim(), ran.stderr.trim());
    let length = said.chars().count();
    let output: String = said.trim().chars().skip(length.saturating_sub(KEPT)).collect();
    let finding = if !ran.succeeded() {
        Finding::critical(kind, subject, format!("{}: {}", ran.manner(), ran.words()))
            .remedy("run it by hand to see all of it; the end of its output is in --format json")
    } else if said.contains("Ran 0 tests") {
        Finding::warning(kind, subject, "there are no tests: it proves nothing")
            .remedy("write tests of what the shop lives by: product pages, search, admin")
    } else {
        Finding::ok(kind, subject, format!("passed in {seconds:.1} s"))
    };
    Ok(finding.with("seconds", seconds).with("output", output))
}
