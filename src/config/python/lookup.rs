//! Variables of the environment: python-decouple's `config(…)`, django-environ's `env(…)`, and `os.environ`.
//!
//! What the `.env` sets is taken; else the default, and it is noted that the service's own environment may say otherwise.

use super::call::Arguments;
use super::module::Scope;
use super::token::Token;
use super::value::Value;
use crate::config::env_file;

impl Scope<'_> {
    /// What a call that looks a variable up gives; nothing for any other call.
    pub(super) fn look_up(&self, callee: &str, arguments: &Arguments<'_>, depth: usize) -> Option<Value> {
        let (object, method) = callee.split_once('.').unwrap_or((callee, ""));
        let scheme = match self.assigned(object) {
            Some(Value::Environment(scheme)) => Some(scheme),
            // A function of the file's own, or one from elsewhere.
            Some(_) => return None,
            None => None,
        };
        if matches!(callee, "environ.Env" | "Env") {
            let scheme = arguments.named.iter();
            return Some(Value::Environment(
                scheme
                    .map(|(name, value)| ((*name).to_owned(), self.cast_and_default(value, depth)))
                    .collect(),
            ));
        }
        let plain =
            ["config", "decouple.config", "env", "os.environ.get", "os.getenv", "environ.get", "getenv"];
        let casts = ["bool", "int", "str", "list", "tuple", "float"];
        let of_environ = scheme.is_some() || object == "env";
        let cast = if of_environ && casts.contains(&method) {
            Some(method)
        } else if (scheme.is_some() && method.is_empty()) || (scheme.is_none() && plain.contains(&callee)) {
            None
        } else {
            return None;
        };
        let Some(Value::Text(name)) = arguments.positional.first().map(|part| self.evaluate(part, depth))
        else {
            return Some(Value::unclear("the name of a variable is computed"));
        };
        let of_scheme = scheme.and_then(|scheme| scheme.iter().find(|(known, _)| *known == name));
        let default = arguments
            .named("default")
            .or_else(|| arguments.positional.get(1).copied())
            .map(|part| self.evaluate(part, depth))
            .or_else(|| Some(item(&of_scheme?.1, 1)));
        let value = self.variable(&name, default);
        let from_file = self.variables.contains_key(&name);
        Some(match (cast, arguments.named("cast")) {
            (Some(cast), _) => cast_to(cast, value),
            (None, Some(cast)) => cast_by(cast, value),
            (None, None) => match of_scheme.map(|(_, scheme)| item(scheme, 0)) {
                Some(Value::Text(cast)) if from_file => cast_to(&cast, value),
                _ => value,
            },
        })
    }

    /// Value of a variable: a text of the `.env`, or the default.
    pub(super) fn variable(&self, name: &str, default: Option<Value>) -> Value {
        if let Some(line) = self.environment_changed {
            return Value::unclear(format!("line {line} changes the environment"));
        }
        match (self.variables.get(name), default) {
            (Some(text), _) => Value::Text(text.clone()),
            (None, Some(default)) => {
                self.defaulted.borrow_mut().insert(name.to_owned());
                default
            }
            (None, None) => {
                Value::unclear(format!("the variable {name} is set in no .env and has no default"))
            }
        }
    }

    /// A pair of a scheme, `(bool, False)`, with the cast as a text.
    fn cast_and_default(&self, pair: &[Token], depth: usize) -> Value {
        let inside = match pair {
            [open, inside @ .., _] if open.is("(") => inside,
            other => other,
        };
        let parts = super::expression::parts(inside);
        let cast = match parts.first() {
            Some([Token::Name(name)]) => Value::Text(name.clone()),
            _ => Value::unclear("the cast of a variable is computed"),
        };
        let default = parts
            .get(1)
            .map_or(Value::unclear("the variable has no default"), |part| self.evaluate(part, depth));
        Value::List(vec![cast, default])
    }
}

fn cast_by(cast: &[Token], value: Value) -> Value {
    let words: Vec<String> = cast
        .iter()
        .map(|token| match token {
            Token::Name(name) => name.clone(),
            Token::Text(text) => format!("'{text}'"),
            Token::Operator(operator) => (*operator).to_owned(),
            _ => String::new(),
        })
        .collect();
    match cast {
        [Token::Name(name)] if matches!(name.as_str(), "bool" | "int" | "str" | "float") => {
            cast_to(name, value)
        }
        [Token::Name(name), open, close] if name == "Csv" && open.is("(") && close.is(")") => {
            cast_to("list", value)
        }
        // The usual way without Csv: lambda v: [s.strip() for s in v.split(',')]
        [lambda, Token::Name(whole), ..]
            if lambda.is("lambda") && words.concat().contains(&format!("in{whole}.split(',')")) =>
        {
            cast_to("list", value)
        }
        _ => Value::unclear("a variable is cast in a way that only Python itself can follow"),
    }
}

/// One of the two of a scheme's pair.
fn item(pair: &Value, position: usize) -> Value {
    match pair {
        Value::List(items) => items.get(position).cloned(),
        _ => None,
    }
    .unwrap_or_else(|| Value::unclear("the variable has no default"))
}

fn cast_to(cast: &str, value: Value) -> Value {
    let Value::Text(text) = &value else {
        return match (cast, &value) {
            ("bool", Value::Integer(number)) => Value::Boolean(*number != 0),
            _ => value,
        };
    };
    let refused = || Value::unclear(format!("a variable's value is no {cast}, which Python refuses"));
    match cast {
        "bool" => env_file::truth(text).map_or_else(refused, Value::Boolean),
        "int" => text.trim().parse().map_or_else(|_| refused(), Value::Integer),
        "float" => text.trim().parse().map_or_else(|_| refused(), Value::Real),
        "list" | "tuple" => Value::List(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::Text(part.to_owned()))
                .collect(),
        ),
        "str" => value,
        _ => Value::unclear("a variable is cast in a way that only Python itself can follow"),
    }
}
