//! Finding out what a site is made of, by looking at its files; nothing is executed and nothing changed.

mod database;
mod logs;
mod services;

use super::Config;
use super::PortRule;
use super::ProcessRule;
use super::django_settings;
use super::env_file;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use toml::Value;

/// One setting that was found, and why it has this value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Dotted name of the setting.
    pub key: &'static str,
    pub value: Value,
    pub reason: String,
}

/// What was found, and what the operator should know about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detected {
    pub facts: Vec<Fact>,
    pub notes: Vec<String>,
    /// Whether there is any part of a site at all: manage.py, a database, media or a `.env`.
    pub is_site: bool,
}

impl Detected {
    fn add(&mut self, key: &'static str, value: impl Into<Value>, reason: impl Into<String>) {
        if self.get(key).is_none() {
            self.facts.push(Fact { key, value: value.into(), reason: reason.into() });
        }
    }

    fn path(&mut self, key: &'static str, path: &Path, reason: impl Into<String>) {
        self.add(key, path.display().to_string(), reason);
    }

    /// Settings of the whole machine: one record and one place of the backups, whichever user runs sitekeep.
    pub fn share(&mut self) {
        let name = self.get("site.name").and_then(|fact| fact.value.as_str()).map(ToOwned::to_owned);
        let name = name.unwrap_or_else(|| Config::default().site.name);
        let reason = "the same for every user of this machine";
        self.path("state.directory", &Path::new("/var/lib/sitekeep").join(&name), reason);
        self.path("backup.folder", &Path::new("/var/backups").join(&name), reason);
    }

    pub fn get(&self, key: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.key == key)
    }
}

/// The project's parts, as far as they exist.
struct Project {
    root: PathBuf,
    /// Folder of manage.py, or of db.sqlite3 and media.
    backend: PathBuf,
    settings: Option<PathBuf>,
    settings_text: String,
    assignments: BTreeMap<String, String>,
    env_file: Option<PathBuf>,
    variables: BTreeMap<String, String>,
}

impl Project {
    /// Value of a setting where its text tells it.
    fn setting(&self, name: &str) -> Option<String> {
        django_settings::resolve(self.assignments.get(name)?, &self.variables).map(|resolved| resolved.value)
    }
}

/// Looks at the project in `root`; `units` is the folder of the systemd units.
pub fn detect(root: &Path, units: &Path) -> Detected {
    let mut found = Detected::default();
    let project = open(root, &mut found);
    found.is_site = project.env_file.is_some()
        || ["manage.py", "db.sqlite3", "media"].iter().any(|part| project.backend.join(part).exists());
    name(&project, &mut found);
    found.path(
        "site.root",
        &project.backend,
        if project.settings.is_some() { "manage.py is there" } else { "the folder that was named" },
    );
    if let Some(path) = &project.settings {
        found.path("site.settings", path, "named by manage.py");
    }
    if let Some(path) = &project.env_file {
        found.path("site.env_file", path, "found");
    }
    media(&project, &mut found);
    if let Some(zone) = project.setting("TIME_ZONE").filter(|zone| jiff::tz::TimeZone::get(zone).is_ok()) {
        found.add("site.timezone", zone, "TIME_ZONE of settings.py");
    }
    if let Some(app) = application(&project.backend) {
        found.add("site.app", app, "its models.py has a class Product");
    }
    database::detect(&project, &mut found);
    services::detect(&project, units, &mut found);
    logs::detect(&project, &mut found);
    found
}

fn open(root: &Path, found: &mut Detected) -> Project {
    let backend = backend(root);
    let manage = read(&backend.join("manage.py"), found).unwrap_or_default();
    if manage.is_empty() {
        found.notes.push(format!(
            "no manage.py in {} or below it: what could not be found has the guide's defaults",
            root.display()
        ));
    }
    let settings = module(&manage).and_then(|module| settings_file(&backend, &module));
    let settings_text = settings.as_ref().and_then(|path| read(path, found)).unwrap_or_default();
    let env_file = [backend.join(".env"), root.join(".env"), backend.join("..").join(".env")]
        .into_iter()
        .find(|path| path.is_file())
        .and_then(|path| path.canonicalize().ok());
    let variables = env_file
        .as_ref()
        .and_then(|path| read(path, found))
        .map(|text| env_file::parse(&text))
        .unwrap_or_default();
    Project {
        root: root.to_owned(),
        backend,
        assignments: django_settings::assignments(&settings_text),
        settings,
        settings_text,
        env_file,
        variables,
    }
}

/// Folder of manage.py; without one, the folder that has a site's other parts.
fn backend(root: &Path) -> PathBuf {
    let usual = [root.to_owned(), root.join("backend")];
    let with = |folders: &[PathBuf], names: &[&str]| {
        folders.iter().find(|folder| names.iter().any(|name| folder.join(name).exists())).cloned()
    };
    with(&[&usual[..], &subfolders(root)].concat(), &["manage.py"])
        .or_else(|| with(&usual, &["db.sqlite3", "media"]))
        .or_else(|| with(&usual, &[".env"]))
        .unwrap_or_else(|| root.to_owned())
}

/// Reads a file that may be missing; one that is there and cannot be read is told.
fn read(path: &Path, found: &mut Detected) -> Option<String> {
    match std::fs::read(path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            found.notes.push(format!("{} cannot be read: {error}", path.display()));
            None
        }
    }
}

fn subfolders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.is_dir() && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
        })
        .collect();
    folders.sort();
    folders
}

/// Settings module that manage.py names: `os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')`.
fn module(manage: &str) -> Option<String> {
    let (_, rest) = manage.split_once("DJANGO_SETTINGS_MODULE")?;
    django_settings::strings(rest.get(1..)?).into_iter().next()
}

fn settings_file(backend: &Path, module: &str) -> Option<PathBuf> {
    let base = backend.join(module.replace('.', "/"));
    let candidates = [
        base.with_extension("py"),
        base.join("production.py"),
        base.join("prod.py"),
        base.join("base.py"),
        base.join("__init__.py"),
    ];
    candidates.into_iter().find(|path| path.is_file())
}

/// `niasotac_backend/settings.py` belongs to the site `niasotac`.
fn name(project: &Project, found: &mut Detected) {
    let package = project.settings.as_ref().and_then(|path| {
        let relative = path.strip_prefix(&project.backend).ok()?;
        Some(relative.components().next()?.as_os_str().to_string_lossy().into_owned())
    });
    let Some(package) = package else { return };
    let generic = ["config", "core", "settings", "project", "backend", "server", "app", "mysite"];
    let name = ["_backend", "_project", "_site", "_config"]
        .iter()
        .find_map(|suffix| package.strip_suffix(suffix))
        .unwrap_or(&package);
    if generic.contains(&name) {
        if let Some(folder) = project.root.file_name() {
            found.add("site.name", folder.to_string_lossy().into_owned(), "name of the project's folder");
        }
    } else {
        found.add("site.name", name, format!("from the package {package}"));
    }
}

fn media(project: &Project, found: &mut Detected) {
    let named = project.assignments.get("MEDIA_ROOT").and_then(|expression| {
        let last = django_settings::strings(expression).pop()?;
        let path = project.backend.join(last);
        path.is_dir().then_some((path, "MEDIA_ROOT of settings.py"))
    });
    let usual = [project.backend.join("media"), project.root.join("media")]
        .into_iter()
        .find(|path| path.is_dir())
        .map(|path| (path, "found"));
    match named.or(usual) {
        Some((path, reason)) => found.path("site.media", &path, reason),
        None => found.notes.push("no media folder found: set [site] media".to_owned()),
    }
    if let Some(url) = project.setting("MEDIA_URL") {
        let url = if url.starts_with('/') || url.contains("://") { url } else { format!("/{url}") };
        found.add("site.media_url", url, "MEDIA_URL of settings.py");
    }
}

/// Folder of the application that has the products.
fn application(backend: &Path) -> Option<String> {
    subfolders(backend).into_iter().find_map(|folder| {
        let text = std::fs::read_to_string(folder.join("models.py")).ok()?;
        let is_showcase = text.contains("class Product(");
        is_showcase.then(|| folder.file_name().map(|name| name.to_string_lossy().into_owned()))?
    })
}

/// A list of strings as TOML.
fn list(items: impl IntoIterator<Item = String>) -> Value {
    Value::Array(items.into_iter().map(Value::String).collect())
}

fn ports(ports: &[u16]) -> Value {
    let rules: Vec<PortRule> = ports.iter().copied().map(PortRule::local).collect();
    Value::try_from(rules).unwrap_or(Value::Array(Vec::new()))
}

fn processes(rules: &[ProcessRule]) -> Value {
    Value::try_from(rules).unwrap_or(Value::Array(Vec::new()))
}
