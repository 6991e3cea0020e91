//! Where the project keeps what it is built from: its Python, its requirements, its frontend.

use crate::config::DependenciesConfig;
use crate::config::SiteConfig;
use std::path::Path;
use std::path::PathBuf;

/// The folders and files that matter for the packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Folder of manage.py.
    pub backend: PathBuf,
    /// The project's interpreter; `None` where no virtual environment was found and none is set.
    pub python: Option<PathBuf>,
    /// Files of requirements that are there.
    pub requirements: Vec<PathBuf>,
    /// Files of requirements that are set, and are not there.
    pub missing: Vec<PathBuf>,
    /// Lock files of tools whose work pip would undo: `poetry.lock`.
    pub foreign_locks: Vec<PathBuf>,
    /// Folder of package.json.
    pub frontend: Option<PathBuf>,
}

impl Project {
    /// Looks for what is not set.
    pub fn find(settings: &DependenciesConfig, site: &SiteConfig) -> Self {
        let root = &site.root;
        let backend = [root.clone(), root.join("backend")]
            .into_iter()
            .find(|folder| folder.join("manage.py").is_file())
            .or_else(|| Some(root.join("backend")).filter(|folder| folder.is_dir()))
            .unwrap_or_else(|| root.clone());
        let mut places = vec![backend.clone(), root.clone()];
        if backend == *root && root.join("manage.py").is_file() {
            places.extend(root.parent().map(Path::to_owned));
        }
        places.dedup();
        let beside = |names: &[&str]| {
            let all = places.iter().flat_map(|place| names.iter().map(|name| place.join(name)));
            all.filter(|path| path.exists()).collect::<Vec<_>>()
        };
        let python = settings.python.clone().or_else(|| {
            beside(&[".venv/bin/python", "venv/bin/python", "env/bin/python"]).into_iter().next()
        });
        let (requirements, missing) = if settings.requirements.is_empty() {
            (beside(&["requirements.txt"]).into_iter().take(1).collect(), Vec::new())
        } else {
            settings.requirements.iter().cloned().partition(|path| path.exists())
        };
        let frontend = settings.frontend.clone().or_else(|| {
            let folders = places.iter().flat_map(|place| [place.join("frontend"), place.clone()]);
            let mut folders = folders.chain(root.parent().map(|parent| parent.join("frontend")));
            folders.find(|folder| folder.join("package.json").is_file())
        });
        let foreign_locks = beside(&["poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"]);
        Self { backend, python, requirements, missing, foreign_locks, frontend }
    }

    /// The virtual environment of the project's Python: the folder that holds `pyvenv.cfg`.
    pub fn environment(&self) -> Option<&Path> {
        let folder = self.python.as_deref()?.parent()?.parent()?;
        folder.join("pyvenv.cfg").is_file().then_some(folder)
    }
}
