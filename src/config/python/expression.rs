//! What an expression comes to, by the names known so far.

use super::DEEPEST;
use super::LONGEST;
use super::MOST;
use super::module::Scope;
use super::token::Token;
use super::value::Value;

/// Where a token stands outside of every bracket.
fn outside(tokens: &[Token]) -> impl DoubleEndedIterator<Item = usize> + use<> {
    let mut depth = 0;
    let found: Vec<usize> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| {
            let before = depth;
            depth += token.step();
            before == 0 && depth >= 0
        })
        .map(|(position, _)| position)
        .collect();
    found.into_iter()
}

/// Parts at the commas outside of brackets; a last empty one is none.
pub(super) fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for position in outside(tokens).filter(|position| tokens[*position].is(",")) {
        parts.push(&tokens[begin..position]);
        begin = position + 1;
    }
    if begin < tokens.len() {
        parts.push(&tokens[begin..]);
    }
    parts
}

/// Parts in two at a word outside of brackets, the first or the last of its kind.
pub(super) fn split<'a>(
    tokens: &'a [Token],
    words: &[&str],
    last: bool,
) -> Option<(&'a [Token], &'a [Token])> {
    let is_word = |position: &usize| words.iter().any(|word| tokens[*position].is(word));
    let position = if last { outside(tokens).rev().find(is_word) } else { outside(tokens).find(is_word) };
    position.map(|position| (&tokens[..position], &tokens[position + 1..]))
}

impl Scope<'_> {
    /// Value of an expression; never an error, but unclear with the reason.
    pub(super) fn evaluate(&self, tokens: &[Token], depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::unclear("it is nested too deeply");
        }
        if tokens.len() > LONGEST {
            return Value::unclear("it is longer than any setting");
        }
        self.looked_at.set(self.looked_at.get() + tokens.len());
        if self.looked_at.get() > MOST {
            return Value::unclear("the file is more involved than any settings");
        }
        let depth = depth + 1;
        match tokens {
            [] => return Value::computed(),
            [first, ..] if first.is("lambda") || first.is("await") || first.is("yield") => {
                return Value::computed();
            }
            [one] => return self.atom(one),
            _ => {}
        }
        // A comma outside of brackets makes a tuple.
        if split(tokens, &[","], false).is_some() {
            return self.list(tokens, depth);
        }
        if let Some((value, rest)) = split(tokens, &["if"], false)
            && let Some((condition, other)) = split(rest, &["else"], false)
        {
            return match self.evaluate(condition, depth).truth() {
                Some(true) => self.evaluate(value, depth),
                Some(false) => self.evaluate(other, depth),
                None => Value::computed(),
            };
        }
        if let Some((left, right)) = split(tokens, &["or"], true) {
            let value = self.evaluate(left, depth);
            return match value.truth() {
                Some(true) | None => value,
                Some(false) => self.evaluate(right, depth),
            };
        }
        if let Some((left, right)) = split(tokens, &["and"], true) {
            let value = self.evaluate(left, depth);
            return match value.truth() {
                Some(false) | None => value,
                Some(true) => self.evaluate(right, depth),
            };
        }
        if tokens[0].is("not") {
            let value = self.evaluate(&tokens[1..], depth);
            return value.truth().map_or(value, |truth| Value::Boolean(!truth));
        }
        if let Some(compared) = self.compare(tokens, depth) {
            return compared;
        }
        self.arithmetic(tokens, depth)
    }

    fn atom(&self, token: &Token) -> Value {
        match token {
            Token::Integer(number) => Value::Integer(*number),
            Token::Real(number) => Value::Real(*number),
            Token::Text(text) => Value::Text(text.clone()),
            Token::Name(name) => match name.as_str() {
                "None" => Value::None,
                "True" => Value::Boolean(true),
                "False" => Value::Boolean(false),
                "__file__" => Value::Text(self.path.display().to_string()),
                _ => self.name(name),
            },
            Token::Opaque | Token::Operator(_) => Value::computed(),
        }
    }

    fn compare(&self, tokens: &[Token], depth: usize) -> Option<Value> {
        let words = ["==", "!=", "<", ">", "<=", ">=", "in", "is"];
        let (left, right) = split(tokens, &words, false)?;
        if split(right, &words, false).is_some() {
            return Some(Value::computed());
        }
        let operator = &tokens[left.len()];
        let (left, negated) = match left {
            [rest @ .., last] if last.is("not") => (rest, true),
            _ => (left, false),
        };
        let (right, negated) = match right {
            [first, rest @ ..] if operator.is("is") && first.is("not") => (rest, true),
            _ => (right, negated),
        };
        let (left, right) = (self.evaluate(left, depth), self.evaluate(right, depth));
        if let Some(unclear) = [&left, &right].into_iter().find(|value| value.reason().is_some()) {
            return Some(unclear.clone());
        }
        let found = match operator {
            Token::Operator("==") => left.equals(&right),
            Token::Operator("!=") => left.equals(&right).map(|same| !same),
            Token::Name(word) if word == "is" => left.equals(&right),
            Token::Name(_) => match &right {
                Value::List(items) => {
                    items.iter().map(|item| left.equals(item)).try_fold(false, |any, same| Some(any || same?))
                }
                Value::Text(text) => left.text().map(|part| text.contains(part)),
                _ => None,
            },
            Token::Operator(word) => match (left.number(), right.number()) {
                (Some(one), Some(two)) => Some(match *word {
                    "<" => one < two,
                    ">" => one > two,
                    "<=" => one <= two,
                    _ => one >= two,
                }),
                _ => None,
            },
            _ => None,
        };
        Some(found.map_or_else(Value::computed, |found| Value::Boolean(found != negated)))
    }

    fn arithmetic(&self, tokens: &[Token], depth: usize) -> Value {
        for words in [&["|"][..], &["+", "-"], &["*", "/", "//", "%"]] {
            let Some((left, right)) = split(tokens, words, true) else { continue };
            // A sign, and not a difference.
            let Some(before) = left.last() else { continue };
            if matches!(before, Token::Operator(operator) if !matches!(*operator, ")" | "]" | "}")) {
                return Value::computed();
            }
            let operator = &tokens[left.len()];
            let (left, right) = (self.evaluate(left, depth), self.evaluate(right, depth));
            return combine(operator, left, right);
        }
        match tokens {
            [first, rest @ ..] if first.is("-") => match self.evaluate(rest, depth) {
                Value::Integer(number) => number.checked_neg().map_or_else(Value::computed, Value::Integer),
                Value::Real(number) => Value::Real(-number),
                _ => Value::computed(),
            },
            [Token::Text(_), ..] if tokens.iter().all(|token| matches!(token, Token::Text(_))) => {
                let texts = tokens.iter().filter_map(|token| {
                    if let Token::Text(text) = token { Some(text.as_str()) } else { None }
                });
                Value::Text(texts.collect())
            }
            _ => self.postfix(tokens, depth),
        }
    }

    /// A call, an index, an attribute, or what stands in brackets.
    fn postfix(&self, tokens: &[Token], depth: usize) -> Value {
        let [.., last] = tokens else { return Value::computed() };
        if last.step() >= 0 {
            return match tokens {
                [object @ .., dot, Token::Name(name)] if dot.is(".") => self.attribute(object, name, depth),
                _ => Value::computed(),
            };
        }
        // Where the last bracket opens.
        let mut level = 0;
        let Some(open) = tokens.iter().rposition(|token| {
            level += token.step();
            level == 0
        }) else {
            return Value::computed();
        };
        let (before, inside) = (&tokens[..open], &tokens[open + 1..tokens.len() - 1]);
        match (before, last) {
            ([], Token::Operator("]")) => self.list(inside, depth),
            ([], Token::Operator(")")) if inside.is_empty() => Value::List(Vec::new()),
            ([], Token::Operator(")")) => self.evaluate(inside, depth),
            ([], _) => self.dictionary(inside, depth),
            (_, Token::Operator(")")) => self.call(before, inside, depth),
            (_, Token::Operator("]")) => self.index(before, inside, depth),
            _ => Value::computed(),
        }
    }

    fn list(&self, inside: &[Token], depth: usize) -> Value {
        let mut items = Vec::new();
        for part in parts(inside) {
            if split(part, &["for"], false).is_some() {
                return Value::computed();
            }
            match part {
                [star, rest @ ..] if star.is("*") => match self.evaluate(rest, depth) {
                    Value::List(more) => items.extend(more),
                    other => {
                        return other.passed_on();
                    }
                },
                _ => items.push(self.evaluate(part, depth)),
            }
        }
        Value::List(items)
    }

    fn dictionary(&self, inside: &[Token], depth: usize) -> Value {
        let mut pairs = Vec::new();
        for part in parts(inside) {
            if split(part, &["for"], false).is_some() {
                return Value::computed();
            }
            match (part, split(part, &[":"], false)) {
                ([stars, rest @ ..], _) if stars.is("**") => match self.evaluate(rest, depth) {
                    Value::Dictionary(more) => pairs.extend(more),
                    other => {
                        return other.passed_on();
                    }
                },
                (_, Some((key, value))) => {
                    pairs.push((self.evaluate(key, depth), self.evaluate(value, depth)));
                }
                // A set: none of its parts has a colon.
                _ if pairs.is_empty() => return self.list(inside, depth),
                _ => return Value::computed(),
            }
        }
        Value::Dictionary(pairs)
    }
}

fn combine(operator: &Token, left: Value, right: Value) -> Value {
    match (operator, left, right) {
        (_, Value::Unclear(reason), _) | (_, _, Value::Unclear(reason)) => Value::Unclear(reason),
        (Token::Operator("+"), Value::List(mut one), Value::List(two)) => {
            one.extend(two);
            Value::List(one)
        }
        (Token::Operator("+"), Value::Text(one), Value::Text(two)) => Value::Text(one + &two),
        (Token::Operator("|"), Value::Dictionary(mut one), Value::Dictionary(two)) => {
            one.extend(two);
            Value::Dictionary(one)
        }
        (Token::Operator("/"), Value::Path(path), Value::Text(name)) => Value::Path(path.join(name)),
        (Token::Operator("/"), Value::Path(path), Value::Path(name)) => Value::Path(path.join(name)),
        (Token::Operator(operator), Value::Integer(one), Value::Integer(two)) => {
            let found = match *operator {
                "+" => one.checked_add(two),
                "-" => one.checked_sub(two),
                "*" => one.checked_mul(two),
                "//" => one.checked_div_euclid(two).filter(|_| two > 0),
                _ => None,
            };
            found.map_or_else(Value::computed, Value::Integer)
        }
        (Token::Operator("*"), Value::Span(span), number)
        | (Token::Operator("*"), number, Value::Span(span)) => {
            number.number().map_or_else(Value::computed, |number| Value::Span(span * number))
        }
        (Token::Operator("+"), Value::Span(one), Value::Span(two)) => Value::Span(one + two),
        _ => Value::computed(),
    }
}
