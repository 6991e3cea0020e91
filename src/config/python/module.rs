//! The statements of a settings module, followed from the top: what each name is at the end.

use super::token;
use super::value::Value;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

/// What a name is at the end of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub value: Value,
    /// Line of the file that set it last.
    pub line: usize,
    /// Variables whose default was taken, because the `.env` does not set them.
    pub defaulted: BTreeSet<String>,
}

/// A settings module, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Module {
    pub(super) names: BTreeMap<String, Setting>,
    /// Why a name that the file does not set may be set all the same.
    elsewhere: Option<String>,
}

impl Module {
    /// A name's value; nothing when the module certainly does not set it, so that Django's default holds.
    pub fn get(&self, name: &str) -> Option<Setting> {
        let elsewhere = || {
            let value = Value::Unclear(self.elsewhere.clone()?);
            Some(Setting { value, line: 0, defaulted: BTreeSet::new() })
        };
        self.names.get(name).cloned().or_else(elsewhere)
    }
}

/// The names known so far, while the statements are followed.
pub(super) struct Scope<'a> {
    pub(super) path: &'a Path,
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) defaulted: RefCell<BTreeSet<String>>,
    pub(super) module: Module,
    /// Tokens that expressions were made of so far.
    pub(super) looked_at: Cell<usize>,
    /// The line that changes the environment itself, after which no variable is told.
    pub(super) environment_changed: Option<usize>,
    /// Another module imports names of this one.
    pub(super) is_sibling: bool,
}

/// Reads a file of settings with the variables of the `.env`.
///
/// # Errors
/// When it cannot be read, is no plain file, too large, no UTF-8, or nothing that Python would read either.
pub fn read(path: &Path, variables: &BTreeMap<String, String>) -> Result<Module> {
    let what = || format!("read settings {}", path.display());
    let metadata = std::fs::metadata(path).with_context(what)?;
    ensure!(metadata.is_file(), "read settings {}: it is no file", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(what)?;
    file.take(super::LARGEST + 1).read_to_string(&mut text).with_context(what)?;
    ensure!(
        text.len() as u64 <= super::LARGEST,
        "read settings {}: it is larger than 1 MiB, which no settings are",
        path.display()
    );
    follow(path, &text, variables).with_context(what)
}

pub(super) fn follow(path: &Path, text: &str, variables: &BTreeMap<String, String>) -> Result<Module> {
    follow_one(path, text, variables, false)
}

pub(super) fn follow_one(
    path: &Path,
    text: &str,
    variables: &BTreeMap<String, String>,
    is_sibling: bool,
) -> Result<Module> {
    let lines = token::lines(text)?;
    let mut scope = Scope {
        path,
        variables,
        defaulted: RefCell::default(),
        module: Module::default(),
        looked_at: Cell::default(),
        environment_changed: None,
        is_sibling,
    };
    scope.block(&lines, 0);
    Ok(scope.module)
}

impl Scope<'_> {
    pub(super) fn is_assigned(&self, name: &str) -> bool {
        self.module.names.contains_key(name)
    }

    pub(super) fn assigned(&self, name: &str) -> Option<&Value> {
        self.module.names.get(name).map(|setting| &setting.value)
    }

    /// Value of a name, with the variables that it hangs on.
    pub(super) fn name(&self, name: &str) -> Value {
        match self.module.names.get(name) {
            Some(setting) => {
                self.defaulted.borrow_mut().extend(setting.defaulted.iter().cloned());
                setting.value.clone()
            }
            None => Value::unclear(format!("`{name}` comes from elsewhere")),
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value, line: usize) {
        let defaulted = std::mem::take(&mut *self.defaulted.borrow_mut());
        self.module.names.insert(name.to_owned(), Setting { value, line, defaulted });
    }

    pub(super) fn forget(&mut self, name: &str, reason: &str, line: usize) {
        self.defaulted.borrow_mut().clear();
        self.set(name, Value::unclear(reason), line);
    }

    pub(super) fn forget_all(&mut self, reason: &str, line: usize) {
        let names: Vec<String> = self.module.names.keys().cloned().collect();
        for name in names {
            self.forget(&name, reason, line);
        }
        self.module.elsewhere = Some(reason.to_owned());
    }
}
