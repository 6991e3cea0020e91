//! Reading Django's `settings.py` as text: top-level assignments, and what a simple expression comes to.
//!
//! The file is never executed or imported: it may be broken or hostile.

use super::env_file;
use super::python;
use std::collections::BTreeMap;
use std::path::Path;

/// Top-level assignments by name; the last one wins, as in Python.
pub fn assignments(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Option<(String, String, i64)> = None;
    for line in text.lines() {
        let code = without_comment(line);
        if let Some((name, mut value, depth)) = open.take() {
            value.push('\n');
            value.push_str(code);
            let depth = depth + brackets(code);
            if depth > 0 {
                open = Some((name, value, depth));
            } else {
                found.insert(name, value.trim().to_owned());
            }
            continue;
        }
        let Some((name, value)) = code.split_once('=') else { continue };
        let name = name.split(':').next().unwrap_or_default().trim_end();
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain || value.starts_with('=') {
            continue;
        }
        let depth = brackets(value);
        if depth > 0 {
            open = Some((name.to_owned(), value.to_owned(), depth));
        } else {
            found.insert(name.to_owned(), value.trim().to_owned());
        }
    }
    found
}

/// The line up to a `#` that stands in no string.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (position, character) in line.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            None if character == '#' => return &line[..position],
            None if matches!(character, '"' | '\'') => quote = Some(character),
            _ => {}
        }
    }
    line
}

/// How many more brackets open than close, outside of strings.
fn brackets(code: &str) -> i64 {
    let mut depth = 0;
    let mut quote = None;
    for character in code.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if matches!(character, '(' | '[' | '{') => depth += 1,
            None if matches!(character, ')' | ']' | '}') => depth -= 1,
            _ => {}
        }
    }
    depth
}

/// String literals of an expression, in order.
pub fn strings(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<(char, String)> = None;
    for character in expression.chars() {
        match &mut current {
            Some((quote, text)) => {
                if character == *quote {
                    found.push(std::mem::take(text));
                    current = None;
                } else {
                    text.push(character);
                }
            }
            None if matches!(character, '"' | '\'') => current = Some((character, String::new())),
            None => {}
        }
    }
    found
}

/// What an expression comes to, and whether a variable decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub value: String,
    /// Name of the variable that is looked up, whether it was set or the default taken.
    pub variable: Option<String>,
}

/// Resolves a literal, or a lookup such as `config("DEBUG", default=False, cast=bool)` (python-decouple),
/// `env.bool("DEBUG", True)` (django-environ) or `os.environ.get("DEBUG", "1") == "1"`; `None` where the text does not
/// tell.
pub fn resolve(expression: &str, variables: &BTreeMap<String, String>) -> Option<Resolved> {
    let expression = expression.trim();
    if let Some(value) = literal(expression) {
        return Some(Resolved { value, variable: None });
    }
    let (call, arguments) = expression.split_once('(')?;
    let lookups = [
        "config",
        "env",
        "env.bool",
        "env.str",
        "env.int",
        "os.environ.get",
        "os.getenv",
        "environ.get",
        "getenv",
    ];
    if !lookups.contains(&call.trim()) {
        return None;
    }
    let inside = arguments.split(')').next()?;
    let mut parts = inside.splitn(2, ',');
    let name = strings(parts.next()?).into_iter().next()?;
    let default = parts.next().and_then(default_of);
    let value = variables.get(&name).cloned().or(default)?;
    // What follows the call changes the value: only a bare lookup is understood.
    let bare =
        arguments.split_once(')').is_some_and(|(_, rest)| rest.trim().trim_end_matches(',').is_empty());
    bare.then_some(Resolved { value, variable: Some(name) })
}

fn default_of(arguments: &str) -> Option<String> {
    let named = arguments.split(',').find_map(|part| {
        part.trim().strip_prefix("default").map(|rest| rest.trim_start().trim_start_matches('='))
    });
    let text = named.or_else(|| arguments.split(',').find(|part| !part.contains('=')))?;
    literal(text.trim())
}

fn literal(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(',').trim();
    match text {
        "True" | "False" => return Some(text.to_owned()),
        _ if text.parse::<i64>().is_ok() => return Some(text.to_owned()),
        _ => {}
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then(|| inner.to_owned())
}

/// What a file tells about DEBUG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Debug {
    On,
    Off,
    /// The file speaks of DEBUG in a way that only Python itself can follow.
    Unclear,
    /// The file does not speak of DEBUG.
    Absent,
}

impl From<Option<bool>> for Debug {
    fn from(truth: Option<bool>) -> Self {
        match truth {
            Some(true) => Self::On,
            Some(false) => Self::Off,
            None => Self::Unclear,
        }
    }
}

/// What the text of settings.py at `path` says of DEBUG, together with the variables of the `.env`.
///
/// What only Python can follow, and what Python could not read either, is unclear.
pub fn debug_of_settings(path: &Path, text: &str, variables: &BTreeMap<String, String>) -> Debug {
    if text.trim().is_empty() {
        return Debug::Absent;
    }
    let Ok(module) = python::follow(path, text, variables) else { return Debug::Unclear };
    // Django's own default is False (global_settings.py).
    module.get("DEBUG").map_or(Debug::Off, |setting| setting.value.truth().into())
}

/// What a `.env` says of DEBUG by itself.
pub fn debug_of_variables(variables: &BTreeMap<String, String>) -> Debug {
    let value = ["DEBUG", "DJANGO_DEBUG", "export DEBUG"].iter().find_map(|name| variables.get(*name));
    value.map_or(Debug::Absent, |value| env_file::truth(value).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn debug(text: &str, variables: &BTreeMap<String, String>) -> Debug {
        debug_of_settings(Path::new("/srv/shop/settings.py"), text, variables)
    }

    #[test]
    fn debug_is_read_in_every_usual_spelling() {
        let on = variables(&[("DEBUG", "True")]);
        let off = variables(&[("DEBUG", "False")]);
        let none = BTreeMap::new();
        for (settings, env, expected) in [
            ("DEBUG = True", &none, Debug::On),
            ("DEBUG = True\nDEBUG = False  # again", &none, Debug::Off),
            ("DEBUG: bool = True", &none, Debug::On),
            ("DEBUG = config('DEBUG', default=True, cast=bool)", &none, Debug::On),
            ("DEBUG = config('DEBUG', default=True, cast=bool)", &off, Debug::Off),
            ("DEBUG = config(\n    \"DEBUG\",\n    default=False, cast=bool)", &on, Debug::On),
            ("DEBUG = config('DEBUG', cast=bool)", &none, Debug::Unclear),
            ("DEBUG = env.bool('DEBUG', False)", &none, Debug::Off),
            ("DEBUG = os.environ.get('DEBUG', 'False') == 'True'", &none, Debug::Off),
            ("DEBUG = os.environ.get('DEBUG', 'False') == 'True'", &on, Debug::On),
            ("DEBUG = os.getenv('DEBUG', 'True').lower() == 'true'", &none, Debug::On),
            ("DEBUG = compute()", &none, Debug::Unclear),
            ("import os", &none, Debug::Off),
            ("", &none, Debug::Absent),
        ] {
            assert_eq!(debug(settings, env), expected, "{settings} with {env:?}");
        }
        assert_eq!(debug_of_variables(&on), Debug::On);
        assert_eq!(debug_of_variables(&none), Debug::Absent);
        assert_eq!(debug_of_variables(&variables(&[("DEBUG", "'True' # dev")])), Debug::Unclear);
    }

    #[test]
    fn what_could_change_debug_makes_it_unclear_or_on() {
        let off = variables(&[("DEBUG", "False")]);
        for (settings, expected) in [
            ("from .base import *", Debug::Unclear),
            ("DEBUG = False\nfrom .local import *", Debug::Unclear),
            ("from .base import *\nDEBUG = False", Debug::Off),
            ("DEBUG = False\nif HOST:\n    DEBUG = True", Debug::Unclear),
            ("DEBUG = os.environ.get('DEBUG', '') != 'False'", Debug::Off),
            ("DEBUG = not PRODUCTION", Debug::Unclear),
            // Without a cast the text `False` is true.
            ("DEBUG = os.environ.get('DEBUG', False)", Debug::On),
            ("DEBUG = config('DEBUG', default=False)", Debug::On),
            ("DEBUG = env('DEBUG')", Debug::Unclear),
            ("DEBUG = True\nHELP = \"\"\"\nDEBUG = False\n\"\"\"", Debug::On),
        ] {
            assert_eq!(debug(settings, &off), expected, "{settings}");
        }
    }

    #[test]
    fn assignments_span_lines_and_ignore_comments() {
        let found =
            assignments("A = {\n  'x': [1, 2],  # } not the end\n}\nif A == 1:\n    B = 2\nC = 'a#b'\n");
        assert_eq!(found["A"], "{\n  'x': [1, 2],  \n}");
        assert_eq!(found["C"], "'a#b'");
        assert!(!found.contains_key("B"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in ".{0,400}") {
            for expression in assignments(&text).values() {
                resolve(expression, &BTreeMap::new());
            }
            debug(&text, &BTreeMap::new());
        }
    }
}
