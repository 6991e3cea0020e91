//! Finding, reading and merging the configuration.

use super::Config;
use super::Origin;
use super::origin;
use super::password;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use toml::Table;
use toml::Value;

const VARIABLE_PREFIX: &str = "SITEKEEP_";

/// Variables that are no settings.
const OWN_VARIABLES: [&str; 2] = ["SITEKEEP_CONFIG", "SITEKEEP_NOW"];

/// What is taken from the process's environment, read once by the caller.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub variables: BTreeMap<String, String>,
    pub directory: PathBuf,
    pub home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process.
    ///
    /// # Errors
    /// When the current folder is gone or may not be entered.
    pub fn of_process() -> Result<Self> {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        Ok(Self {
            variables: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
            directory: std::env::current_dir().context("find the current folder")?,
            home: std::env::home_dir().filter(|home| home.is_absolute()),
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Places where a configuration file is looked for, first match wins.
    pub fn candidates(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.directory.join("sitekeep.toml")];
        let user = self
            .get("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(self.home.as_ref()?.join(".config")));
        paths.extend(user.map(|folder| folder.join("sitekeep/sitekeep.toml")));
        paths.push("/etc/sitekeep/sitekeep.toml".into());
        paths
    }
}

/// Settings with the origin of each.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub config: Config,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    pub(super) origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Whether anything but the defaults is known: a file, or a variable.
    pub fn is_configured(&self) -> bool {
        self.file.is_some() || !self.origins.is_empty()
    }

    /// Every key that has a value, in the order of the sections, with where the value comes from.
    ///
    /// # Errors
    /// When a value cannot be written as TOML.
    pub fn entries(&self) -> Result<Vec<(String, Value, Origin)>> {
        let table = Table::try_from(&self.config).context("write the settings as TOML")?;
        let mut entries = Vec::new();
        flatten(&table, "", &mut |name, value| {
            let origin = self.origins.get(name).cloned().unwrap_or(Origin::Default);
            entries.push((name.to_owned(), value.clone(), origin));
        });
        Ok(entries)
    }
}

fn flatten(table: &Table, prefix: &str, act: &mut dyn FnMut(&str, &Value)) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) => flatten(inner, &name, act),
            other => act(&name, other),
        }
    }
}

/// Loads the settings: `explicit` file, else `SITEKEEP_CONFIG`, else the first of the usual places, else defaults;
/// then the environment's `SITEKEEP_SECTION__KEY` variables.
///
/// # Errors
/// A configuration error (exit 78) that names the file, the line and the key.
pub fn load(explicit: Option<&Path>, environment: &Environment) -> Result<Loaded> {
    let named =
        explicit.map(Path::to_owned).or_else(|| environment.get("SITEKEEP_CONFIG").map(PathBuf::from));
    let file = match named {
        Some(path) => Some(environment.directory.join(path)),
        None => environment.candidates().into_iter().find(|path| path.is_file()),
    };
    let mut table = Table::new();
    let mut origins = BTreeMap::new();
    if let Some(path) = &file {
        let text = read(path)?;
        table = check(path, &text)?;
        for (name, line) in origin::lines(&text) {
            origins.insert(name, Origin::File { path: path.clone(), line });
        }
    }
    let mut config =
        Config::deserialize(table.clone()).map_err(|error| refuse(error.message(), "the configuration"))?;
    for (variable, value) in &environment.variables {
        let Some(rest) = variable.strip_prefix(VARIABLE_PREFIX) else { continue };
        if OWN_VARIABLES.contains(&variable.as_str()) {
            continue;
        }
        let Some((section, key)) = rest.split_once("__") else {
            let hint = match rest.split_once('_') {
                Some((section, key)) => {
                    format!("did you mean {VARIABLE_PREFIX}{section}__{key}, with two underscores?")
                }
                None => "variables are named SITEKEEP_SECTION__KEY, such as SITEKEEP_SITE__URL".to_owned(),
            };
            return Err(Error::new(Kind::Config, format!("{variable}: unknown variable")).hint(hint).into());
        };
        let path: Vec<String> =
            std::iter::once(section).chain(key.split("__")).map(str::to_ascii_lowercase).collect();
        config = overlay(&mut table, &path, value).map_err(|message| refuse(&message, variable))?;
        origins.insert(path.join("."), Origin::Environment(variable.clone()));
    }
    let base = file.as_deref().and_then(Path::parent).unwrap_or(&environment.directory);
    let temporary = Path::new(environment.get("TMPDIR").unwrap_or("/tmp"));
    config.resolve(base, environment.home.as_deref(), temporary);
    config.check().map_err(|message| refuse(&message, "the configuration"))?;
    if let Some(source) = password::find(&mut config, environment)? {
        origins.insert("database.password".to_owned(), source);
    }
    for (key, source) in password::find_files(&mut config, environment) {
        origins.insert(key.to_owned(), source);
    }
    for (key, source) in password::find_keys(&mut config, environment) {
        origins.insert(key.to_owned(), source);
    }
    Ok(Loaded { config, file, origins })
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => "write one with `sitekeep init`, or name another with --config",
            std::io::ErrorKind::PermissionDenied => {
                "run as the user that owns it, or let that user's group read it"
            }
            _ => "the configuration must be a readable text file in UTF-8",
        };
        Error::new(Kind::Config, format!("read configuration {}: {error}", path.display())).hint(hint).into()
    })
}

/// Reads a document strictly, so that a wrong key or value is told with its line.
fn check(path: &Path, text: &str) -> Result<Table> {
    let wrong = |error: &toml::de::Error| {
        let line = error.span().map(|span| origin::line_at(text, span.start));
        let place =
            line.map_or_else(|| path.display().to_string(), |line| format!("{}:{line}", path.display()));
        let key = error.span().and_then(|span| origin::key_at(text, &span));
        refuse(error.message(), &key.map_or_else(|| place.clone(), |key| format!("{place}: {key}")))
    };
    let written = toml::from_str::<Config>(text).map_err(|error| wrong(&error))?;
    for (secret, key) in [
        (&written.database.password, "database.password"),
        (&written.notifications.email.password, "notifications.email.password"),
        (&written.notifications.webhook.token, "notifications.webhook.token"),
    ] {
        if secret.is_some() {
            let message = format!("{}: {key}: a password has no place here", path.display());
            let hint = format!("put it alone into a file of mode 0600 and name that in {key}_file");
            return Err(Error::new(Kind::Config, message).hint(hint).into());
        }
    }
    toml::from_str(text).map_err(|error| wrong(&error))
}

/// Puts one variable into the table: as TOML where that fits, else as plain text.
fn overlay(table: &mut Table, path: &[String], text: &str) -> Result<Config, String> {
    let typed =
        toml::from_str::<Table>(&format!("value = {text}")).ok().and_then(|mut table| table.remove("value"));
    let mut message = String::new();
    for value in typed.into_iter().chain([Value::String(text.to_owned())]) {
        let mut attempt = table.clone();
        insert(&mut attempt, path, value)?;
        match Config::deserialize(attempt.clone()) {
            Ok(config) => {
                *table = attempt;
                return Ok(config);
            }
            Err(error) => error.message().clone_into(&mut message),
        }
    }
    Err(message)
}

fn insert(table: &mut Table, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, sections)) = path.split_last() else { return Ok(()) };
    let mut place = table;
    for section in sections {
        place = match place.entry(section.clone()).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => inner,
            _ => return Err(format!("`{section}` is a value, not a section")),
        };
    }
    place.insert(last.clone(), value);
    Ok(())
}

/// Turns serde's message into ours: one line, with a suggestion for an unknown key.
fn refuse(message: &str, place: &str) -> anyhow::Error {
    let message = message.trim();
    let error = Error::new(Kind::Config, format!("{place}: {message}"));
    let mut names = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        if message.contains("expected a sequence") {
            return error.hint("a list is written in brackets: [8000], or [\"127.0.0.1:8000\"]").into();
        }
        return error.hint("`sitekeep init --dry-run` prints every key with a valid value").into();
    }
    let typed = names.next().unwrap_or_default();
    let error = Error::new(Kind::Config, format!("{place}: unknown key `{typed}`"));
    let near = names
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(typed.len()) / 3)
        .min();
    let hint = match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => "`sitekeep init --dry-run` prints every key there is".to_owned(),
    };
    error.hint(hint).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::hints;
    use crate::error::one_line;
    use crate::units::ByteSize;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment {
            variables: variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            directory: "/nowhere".into(),
            home: Some("/home/shop".into()),
        }
    }

    fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Loaded> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sitekeep.toml");
        crate::system::fs::write_atomic(&path, text.as_bytes(), 0o600).expect("write");
        load(Some(&path), &environment(variables))
    }

    #[test]
    fn environment_wins_over_file_and_file_over_default() {
        let loaded = load_text(
            "[site]\nname = \"shop\"\n[disk]\nmedia_limit = \"1 GB\"\n",
            &[("SITEKEEP_DISK__MEDIA_LIMIT", "3GB"), ("SITEKEEP_SITE__NAME", "2024")],
        )
        .expect("load");
        assert_eq!(loaded.config.disk.media_limit, ByteSize::gigabytes(3));
        assert_eq!(loaded.config.site.name, "2024");
        assert_eq!(loaded.config.disk.database_limit, ByteSize::gigabytes(2));
        let origins: BTreeMap<_, _> = loaded
            .entries()
            .expect("entries")
            .into_iter()
            .map(|(key, _, origin)| (key, origin.to_string()))
            .collect();
        assert_eq!(origins["disk.media_limit"], "environment SITEKEEP_DISK__MEDIA_LIMIT");
        assert_eq!(origins["disk.database_limit"], "default");
    }

    #[test]
    fn the_line_of_a_value_is_told() {
        let loaded = load_text("# first\n[site]\nname = \"shop\"\n", &[]).expect("load");
        let entry = loaded.entries().expect("entries").into_iter().find(|(key, ..)| key == "site.name");
        assert!(entry.expect("site.name").2.to_string().ends_with("sitekeep.toml:3"));
    }

    #[test]
    fn an_unknown_key_names_line_and_suggestion() {
        let error = load_text("[disk]\n\nmedia_limt = \"1 GB\"\n", &[]).expect_err("refused");
        let text = one_line(&error);
        assert!(text.contains("sitekeep.toml:3: disk.media_limt: unknown key `media_limt`"), "{text}");
        assert_eq!(hints(&error), ["did you mean `media_limit`?"]);
        assert_eq!(crate::error::exit_code(&error), 78);
    }

    #[test]
    fn a_wrong_value_names_its_key_and_what_is_expected() {
        for (text, part) in [
            ("[disk]\nfree_warning = \"200%\"\n", "disk.free_warning: `200%` is not a share"),
            ("[health]\nports = [0]\n", "`0` is not a port"),
            ("[site]\nname = 3\n", "site.name: invalid type"),
            ("[site\n", "sitekeep.toml:1"),
        ] {
            let error = load_text(text, &[]).expect_err("refused");
            assert!(one_line(&error).contains(part), "{}", one_line(&error));
        }
    }

    #[test]
    fn an_unknown_variable_is_an_error_too() {
        let error = load_text("", &[("SITEKEEP_SITE__URI", "x")]).expect_err("refused");
        assert!(one_line(&error).starts_with("SITEKEEP_SITE__URI: unknown key `uri`"));
    }

    #[test]
    fn paths_are_relative_to_the_file_and_know_the_home_folder() {
        let loaded = load_text("[site]\nmedia = \"./media\"\nroot = \"~/site\"\n", &[]).expect("load");
        let folder = loaded.file.as_deref().and_then(Path::parent).expect("folder");
        assert_eq!(loaded.config.site.media, folder.join("media"));
        assert_eq!(loaded.config.site.root, Path::new("/home/shop/site"));
    }
}
