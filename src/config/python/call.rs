//! Calls, attributes and indices that settings are made of: paths, time spans, texts.

use super::expression::parts;
use super::expression::split;
use super::module::Scope;
use super::token::Token;
use super::value::Value;
use std::path::Path;
use std::path::PathBuf;

/// Arguments of a call.
pub(super) struct Arguments<'a> {
    pub(super) positional: Vec<&'a [Token]>,
    pub(super) named: Vec<(&'a str, &'a [Token])>,
    /// A star argument, which may be anything.
    pub(super) open: bool,
}

impl<'a> Arguments<'a> {
    fn read(inside: &'a [Token]) -> Self {
        let mut arguments = Self { positional: Vec::new(), named: Vec::new(), open: false };
        for part in parts(inside) {
            match (part, split(part, &["="], false)) {
                (_, Some(([Token::Name(name)], value))) => arguments.named.push((name, value)),
                ([star, ..], _) if star.is("*") || star.is("**") => arguments.open = true,
                _ => arguments.positional.push(part),
            }
        }
        arguments
    }

    pub(super) fn named(&self, name: &str) -> Option<&'a [Token]> {
        self.named.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The dotted name that tokens make: `os.path.join`.
pub(super) fn dotted(tokens: &[Token]) -> Option<String> {
    let mut name = String::new();
    for (position, token) in tokens.iter().enumerate() {
        match token {
            Token::Name(part) if position % 2 == 0 => name.push_str(part),
            Token::Operator(".") if position % 2 == 1 => name.push('.'),
            _ => return None,
        }
    }
    (tokens.len() % 2 == 1).then_some(name)
}

impl Scope<'_> {
    pub(super) fn call(&self, callee: &[Token], inside: &[Token], depth: usize) -> Value {
        let arguments = Arguments::read(inside);
        if arguments.open {
            return Value::computed();
        }
        let Some(name) = dotted(callee) else {
            return self.method(callee, &arguments, depth);
        };
        if let Some(found) = self.look_up(&name, &arguments, depth) {
            return found;
        }
        if self.is_assigned(name.split('.').next().unwrap_or_default()) {
            return self.method(callee, &arguments, depth);
        }
        let values: Vec<Value> = arguments.positional.iter().map(|part| self.evaluate(part, depth)).collect();
        let plain = arguments.named.is_empty();
        match (name.as_str(), values.as_slice()) {
            ("timedelta" | "datetime.timedelta", []) => self.span(&arguments, depth),
            ("timedelta" | "datetime.timedelta", [days]) if plain => {
                days.number().map_or_else(Value::computed, |days| Value::Span(days * 86_400.0))
            }
            ("Path" | "pathlib.Path", [value]) => path(value).map_or_else(|| value.passed_on(), Value::Path),
            ("os.path.abspath" | "os.path.realpath" | "os.fspath", [value]) => {
                path(value).map_or_else(|| value.passed_on(), |path| Value::Text(path.display().to_string()))
            }
            ("os.path.dirname", [value]) => match path(value) {
                Some(path) => Value::Text(path.parent().unwrap_or(Path::new("/")).display().to_string()),
                None => value.passed_on(),
            },
            ("os.path.join" | "join", values) if !values.is_empty() => {
                let mut whole = PathBuf::new();
                for value in values {
                    let Some(part) = path(value) else { return value.passed_on() };
                    whole.push(part);
                }
                Value::Text(whole.display().to_string())
            }
            ("str", [value]) => value.shown().map_or_else(|| value.passed_on(), Value::Text),
            ("bool", [value]) => value.truth().map_or_else(|| value.passed_on(), Value::Boolean),
            ("int", [value]) => match value {
                Value::Integer(_) => value.clone(),
                Value::Text(text) => text.trim().parse().map_or_else(|_| Value::computed(), Value::Integer),
                other => other.passed_on(),
            },
            ("list" | "tuple" | "set", [Value::List(items)]) => Value::List(items.clone()),
            ("list" | "tuple" | "set", []) => Value::List(Vec::new()),
            ("dict", []) => {
                let pairs = arguments.named.iter();
                Value::Dictionary(
                    pairs
                        .map(|(name, value)| (Value::Text((*name).to_owned()), self.evaluate(value, depth)))
                        .collect(),
                )
            }
            _ => match self.method(callee, &arguments, depth) {
                Value::Unclear(_) => Value::computed(),
                found => found,
            },
        }
    }

    fn span(&self, arguments: &Arguments<'_>, depth: usize) -> Value {
        let mut seconds = 0.0;
        for (name, value) in &arguments.named {
            let value = self.evaluate(value, depth);
            let unit = match *name {
                "weeks" => 604_800.0,
                "days" => 86_400.0,
                "hours" => 3600.0,
                "minutes" => 60.0,
                "seconds" => 1.0,
                _ => return Value::computed(),
            };
            let Some(number) = value.number() else { return value.passed_on() };
            seconds += number * unit;
        }
        Value::Span(seconds)
    }

    /// A method of a text or path.
    fn method(&self, callee: &[Token], arguments: &Arguments<'_>, depth: usize) -> Value {
        let [object @ .., dot, Token::Name(method)] = callee else {
            return Value::computed();
        };
        if !dot.is(".") || object.is_empty() {
            return Value::computed();
        }
        let object = self.evaluate(object, depth);
        let values: Vec<Value> = arguments.positional.iter().map(|part| self.evaluate(part, depth)).collect();
        match (&object, method.as_str(), values.as_slice()) {
            (Value::Path(path), "resolve" | "absolute" | "expanduser", []) => Value::Path(path.clone()),
            (Value::Path(path), "joinpath", [Value::Text(name)]) => Value::Path(path.join(name)),
            (Value::Text(text), "lower" | "casefold", []) => Value::Text(text.to_lowercase()),
            (Value::Text(text), "upper", []) => Value::Text(text.to_uppercase()),
            (Value::Text(text), "strip", []) => Value::Text(text.trim().to_owned()),
            (Value::Text(text), "startswith", [Value::Text(part)]) => {
                Value::Boolean(text.starts_with(part.as_str()))
            }
            (Value::Text(text), "split", [Value::Text(by)]) if !by.is_empty() => {
                Value::List(text.split(by.as_str()).map(|part| Value::Text(part.to_owned())).collect())
            }
            (Value::Text(text), "split", []) => {
                Value::List(text.split_whitespace().map(|part| Value::Text(part.to_owned())).collect())
            }
            (Value::Dictionary(_), "get", [Value::Text(key)]) => {
                object.get(key).cloned().unwrap_or(Value::None)
            }
            _ => object.passed_on(),
        }
    }

    pub(super) fn attribute(&self, object: &[Token], name: &str, depth: usize) -> Value {
        let value = self.evaluate(object, depth);
        match (&value, name) {
            (Value::Path(path), "parent") => Value::Path(path.parent().unwrap_or(path).to_owned()),
            _ => value.passed_on(),
        }
    }

    pub(super) fn index(&self, object: &[Token], inside: &[Token], depth: usize) -> Value {
        if matches!(dotted(object).as_deref(), Some("os.environ" | "environ")) {
            return match self.evaluate(inside, depth) {
                Value::Text(name) => self.variable(&name, None),
                other => other.passed_on(),
            };
        }
        if let [path @ .., dot, Token::Name(name)] = object
            && dot.is(".")
            && name == "parents"
        {
            return match (self.evaluate(path, depth), self.evaluate(inside, depth)) {
                (Value::Path(path), Value::Integer(up)) => usize::try_from(up)
                    .ok()
                    .and_then(|up| path.ancestors().nth(up + 1))
                    .map_or_else(Value::computed, |path| Value::Path(path.to_owned())),
                _ => Value::computed(),
            };
        }
        match (self.evaluate(object, depth), self.evaluate(inside, depth)) {
            (Value::List(items), Value::Integer(position)) => usize::try_from(position)
                .ok()
                .and_then(|position| items.into_iter().nth(position))
                .unwrap_or_else(Value::computed),
            (dictionary @ Value::Dictionary(_), Value::Text(key)) => {
                dictionary.get(&key).cloned().unwrap_or_else(Value::computed)
            }
            (Value::Unclear(reason), _) => Value::Unclear(reason),
            _ => Value::computed(),
        }
    }
}

/// A value as a path.
fn path(value: &Value) -> Option<PathBuf> {
    match value {
        Value::Text(text) => Some(text.into()),
        Value::Path(path) => Some(path.clone()),
        _ => None,
    }
}
