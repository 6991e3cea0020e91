//! `[dependencies]`: the project's packages, who is asked about them, and what is tried after an update.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the `dependencies` commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DependenciesConfig {
    /// The project's Python; without it, that of a virtual environment in or beside the project.
    pub python: Option<PathBuf>,
    /// Files of requirements; none: `requirements.txt` of the project.
    pub requirements: Vec<PathBuf>,
    /// Folder of the frontend's package.json; without it, the project's, its `frontend/`, or the one beside it.
    pub frontend: Option<PathBuf>,
    /// Advisories in the OSV format: a file, an archive, or a folder of them.
    pub advisories: Option<PathBuf>,
    /// Days after which the newest of these advisories is too old.
    pub advisories_days: u32,
    /// Days before the end of a version's support from which to warn.
    pub end_of_life_days: u32,
    /// How long one question to pip or npm may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// How long one test, or the installation of an update, may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub test_timeout: Duration,
    /// Commands that try the backend, in its folder; `python` is the project's.
    pub backend_tests: Vec<Vec<String>>,
    /// Commands that try the frontend, in a copy of its folder.
    pub frontend_tests: Vec<Vec<String>>,
}

impl Default for DependenciesConfig {
    fn default() -> Self {
        let words = |line: &str| line.split(' ').map(ToOwned::to_owned).collect();
        Self {
            python: None,
            requirements: Vec::new(),
            frontend: None,
            advisories: None,
            advisories_days: 30,
            end_of_life_days: 90,
            timeout: Duration::from_mins(5),
            test_timeout: Duration::from_mins(15),
            backend_tests: vec![words("python manage.py check"), words("python manage.py test")],
            frontend_tests: vec![words("npm run build"), words("npm run lint")],
        }
    }
}

impl DependenciesConfig {
    /// Says what is wrong with the values, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        for (key, commands) in
            [("backend_tests", &self.backend_tests), ("frontend_tests", &self.frontend_tests)]
        {
            if commands.iter().any(|command| command.first().is_none_or(String::is_empty)) {
                return Err(format!("dependencies.{key}: a command without a program"));
            }
        }
        if self.timeout.is_zero() || self.test_timeout.is_zero() {
            return Err("dependencies.timeout: nothing could be asked in no time".to_owned());
        }
        Ok(())
    }

    /// Every path that is set.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.python, &mut self.frontend, &mut self.advisories]
            .into_iter()
            .flatten()
            .chain(&mut self.requirements)
    }
}
