//! Names that are imported from a module beside the settings, which is read as text too.

use super::LARGEST;
use super::expression::parts;
use super::module::Module;
use super::module::Scope;
use super::module::follow_one;
use super::token::Token;
use std::io::Read;

/// Modules whose names mean what they usually mean.
pub(super) const KNOWN: &[&str] = &[
    "os",
    "pathlib",
    "datetime",
    "decouple",
    "environ",
    "dotenv",
    "django",
    "corsheaders",
    "rest_framework",
    "sys",
    "typing",
    "__future__",
    "rest_framework_simplejwt",
];

impl Scope<'_> {
    /// The module of that name beside this one, where it can be read; its own imports are not followed.
    pub(super) fn sibling(&self, name: &str) -> Option<Module> {
        let path = self.path.with_file_name(format!("{name}.py"));
        if !std::fs::metadata(&path).ok()?.is_file() {
            return None;
        }
        let mut text = String::new();
        let file = std::fs::File::open(&path).ok()?;
        file.take(LARGEST + 1).read_to_string(&mut text).ok()?;
        if text.len() as u64 > LARGEST {
            return None;
        }
        follow_one(&path, &text, self.variables, true).ok()
    }

    /// Takes names of another module, each as it is called here.
    pub(super) fn take(&mut self, module: &Module, imported: &[Token], line: usize) {
        let imported = match imported {
            [open, inside @ .., _] if open.is("(") => inside,
            other => other,
        };
        for part in parts(imported) {
            let (Some(Token::Name(name)), Some(Token::Name(own))) = (part.first(), part.last()) else {
                continue;
            };
            self.defaulted.borrow_mut().clear();
            match module.get(name) {
                Some(setting) => {
                    self.defaulted.borrow_mut().extend(setting.defaulted);
                    self.set(own, setting.value, line);
                }
                None => self.forget(own, &format!("`{name}` comes from elsewhere"), line),
            }
        }
    }
}
