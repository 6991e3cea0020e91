//! One statement: an assignment, an import, or a call that changes a list in place.

use super::expression::split;
use super::import::KNOWN;
use super::module::Scope;
use super::token::Line;
use super::token::Token;
use super::value::Value;

/// Calls that may set any name.
const REACH_ALL: &[&str] = &["globals", "locals", "vars", "exec", "eval", "setattr", "__import__"];

impl Scope<'_> {
    /// Notes a statement that sets variables: what is looked up behind it is not what the `.env` says.
    pub(super) fn note_environment(&mut self, line: &Line) {
        let is_name = |token: &Token| token.is("environ") || token.is("putenv");
        let Some(position) = line.tokens.iter().position(is_name) else { return };
        let sets = split(&line.tokens, &["="], false).is_some_and(|(before, _)| position < before.len());
        let calls = line.tokens[position..].iter().any(|token| {
            ["setdefault", "update", "pop", "clear", "putenv"].iter().any(|method| token.is(method))
        });
        if sets || calls {
            self.environment_changed.get_or_insert(line.number);
        }
    }

    /// Names that a statement may set, or change by a method.
    pub(super) fn touched(&self, tokens: &[Token]) -> Vec<String> {
        let mut found = targets(tokens);
        if let [Token::Name(name), dot, ..] = tokens
            && (dot.is(".") || dot.is("["))
            && self.is_assigned(name)
        {
            found.push(name.clone());
        }
        found
    }

    pub(super) fn statement(&mut self, line: &Line) {
        let tokens = line.tokens.as_slice();
        if let Some(reason) = reaches_all(line) {
            self.forget_all(&reason, line.number);
            return;
        }
        self.note_environment(line);
        self.defaulted.borrow_mut().clear();
        match tokens {
            [first, ..] if first.is("from") || first.is("import") => {
                let module = tokens.iter().skip(1).take_while(|token| !token.is("import"));
                let root = module
                    .clone()
                    .find_map(|token| if let Token::Name(name) = token { Some(name.as_str()) } else { None });
                let relative = tokens.get(1).is_some_and(|token| token.is(".") || token.is("..."));
                if let [_, _, Token::Name(sibling), import, names @ ..] = tokens
                    && tokens[1].is(".")
                    && import.is("import")
                    && !self.is_sibling
                    && let Some(sibling) = self.sibling(sibling)
                {
                    self.take(&sibling, names, line.number);
                } else if relative || root.is_none_or(|root| !KNOWN.contains(&root)) {
                    for name in targets(tokens) {
                        self.forget(&name, &format!("`{name}` comes from elsewhere"), line.number);
                    }
                }
            }
            [Token::Name(name), plus, value @ ..] if plus.is("+=") => {
                let value = match self.evaluate(value, 0) {
                    value @ Value::Unclear(_) => value,
                    value => match (self.name(name), value) {
                        (Value::List(mut one), Value::List(two)) => {
                            one.extend(two);
                            Value::List(one)
                        }
                        (Value::Unclear(reason), _) => Value::Unclear(reason),
                        _ => Value::computed(),
                    },
                };
                self.set(name, value, line.number);
            }
            [Token::Name(name), dot, Token::Name(method), open, value @ .., _]
                if dot.is(".") && open.is("(") && self.is_assigned(name) =>
            {
                self.change(name, method, value, line.number);
            }
            _ => self.assign(line),
        }
    }

    /// A call of a method that changes a list or dictionary in place; any other makes it unclear.
    fn change(&mut self, name: &str, method: &str, value: &[Token], line: usize) {
        if matches!(self.assigned(name), Some(Value::Environment(_))) {
            return;
        }
        let value = self.evaluate(value, 0);
        let changed = match (self.name(name), method, value) {
            (Value::List(mut items), "append", value) => {
                items.push(value);
                Value::List(items)
            }
            (Value::List(mut items), "extend", Value::List(more)) => {
                items.extend(more);
                Value::List(items)
            }
            // With the place before it; where it stands makes no difference here.
            (Value::List(mut items), "insert", Value::List(mut pair)) if pair.len() == 2 => {
                items.extend(pair.pop());
                Value::List(items)
            }
            (Value::Dictionary(mut pairs), "update", Value::Dictionary(more)) => {
                pairs.extend(more);
                Value::Dictionary(pairs)
            }
            _ => Value::unclear(format!("line {line} changes it")),
        };
        self.set(name, changed, line);
    }

    fn assign(&mut self, line: &Line) {
        let Some((first, mut value)) = split(&line.tokens, &["="], false) else {
            for name in self.touched(&line.tokens) {
                self.forget(&name, &format!("line {} changes it", line.number), line.number);
            }
            return;
        };
        let mut receivers = vec![first];
        while let Some((next, rest)) = split(value, &["="], false) {
            receivers.push(next);
            value = rest;
        }
        let value = self.evaluate(value, 0);
        let hangs_on = self.defaulted.borrow().clone();
        for receiver in receivers {
            self.defaulted.borrow_mut().clone_from(&hangs_on);
            match receiver {
                [Token::Name(name)] => self.set(name, value.clone(), line.number),
                [Token::Name(name), colon, ..] if colon.is(":") => self.set(name, value.clone(), line.number),
                [Token::Name(name), open, Token::Text(key), close] if open.is("[") && close.is("]") => {
                    let changed = match self.name(name) {
                        Value::Dictionary(mut pairs) => {
                            pairs.push((Value::Text(key.clone()), value.clone()));
                            Value::Dictionary(pairs)
                        }
                        _ => Value::unclear(format!("line {} changes it", line.number)),
                    };
                    self.set(name, changed, line.number);
                }
                // `os.environ['X'] = …` and attributes of other things are nobody's setting.
                [Token::Name(name), dot, ..] if dot.is(".") && !self.is_assigned(name) => {}
                other => {
                    for name in names(other) {
                        self.forget(
                            &name,
                            &format!("line {} sets it together with others", line.number),
                            line.number,
                        );
                    }
                }
            }
        }
        self.defaulted.borrow_mut().clear();
    }
}

/// Why a line may set any name at all.
pub(super) fn reaches_all(line: &Line) -> Option<String> {
    let tokens = &line.tokens;
    if tokens[0].is("from") && tokens.last().is_some_and(|last| last.is("*")) {
        return Some(format!("line {} takes all names of another module", line.number));
    }
    let calls =
        tokens.windows(2).any(|pair| pair[1].is("(") && REACH_ALL.iter().any(|name| pair[0].is(name)));
    let by_module = tokens.windows(3).any(|three| three[0].is("sys") && three[2].is("modules"));
    (calls || by_module).then(|| format!("line {} may set any name", line.number))
}

pub(super) fn names(tokens: &[Token]) -> Vec<String> {
    let names = tokens
        .iter()
        .filter_map(|token| if let Token::Name(name) = token { Some(name.clone()) } else { None });
    names.collect()
}

/// Names that a statement may set or change.
fn targets(tokens: &[Token]) -> Vec<String> {
    if let Some(first) =
        tokens.first().filter(|first| ["import", "from", "del", "global"].iter().any(|word| first.is(word)))
    {
        let imported = if first.is("from") {
            split(tokens, &["import"], false).map_or(tokens, |(_, rest)| rest)
        } else {
            tokens
        };
        return names(imported);
    }
    let mut found = Vec::new();
    let mut rest = tokens;
    let changes = ["=", "+=", "-=", "*=", "/=", "|=", "&=", "%=", "//=", "**=", "^=", ":="];
    while let Some((receiver, value)) = split(rest, &changes, false) {
        found.extend(names(receiver));
        rest = value;
    }
    found.extend(tokens.windows(2).filter(|pair| pair[1].is(":=")).flat_map(|pair| names(&pair[..1])));
    found
}
