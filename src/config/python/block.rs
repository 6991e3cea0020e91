//! Blocks of statements: the branch that is taken is followed, and what a loop or `try` may set is unclear.

use super::DEEPEST;
use super::expression::split;
use super::module::Scope;
use super::statement::names;
use super::statement::reaches_all;
use super::token::Line;
use super::token::Token;

impl Scope<'_> {
    /// Follows the statements of one block.
    pub(super) fn block(&mut self, lines: &[Line], depth: usize) {
        let mut position = 0;
        while let Some(line) = lines.get(position) {
            let end = block_end(lines, position);
            let inside = &lines[position + 1..end];
            let word = line.tokens.first();
            let is = |wanted: &str| word.is_some_and(|word| word.is(wanted));
            if is("if") && depth < DEEPEST {
                position = self.branches(lines, position, depth);
                continue;
            }
            let opens = line.tokens.last().is_some_and(|last| last.is(":")) || !inside.is_empty();
            if is("def") || is("class") || is("async") || is("@") {
                if let Some(Token::Name(name)) = line.tokens.iter().rev().find(|token| {
                    matches!(token, Token::Name(name) if !matches!(name.as_str(), "def" | "class" | "async"))
                }) && !is("@")
                {
                    let name = first_name(&line.tokens[1..]).unwrap_or_else(|| name.clone());
                    self.forget(&name, "it is defined in the file", line.number);
                }
                for name in inside
                    .iter()
                    .filter(|line| line.tokens[0].is("global"))
                    .flat_map(|line| names(&line.tokens))
                {
                    self.forget(
                        &name,
                        &format!("the function of line {} may set it", line.number),
                        line.number,
                    );
                }
            } else if opens || is("for") || is("while") || is("with") || is("try") {
                let reason = format!("it depends on what happens from line {} on", line.number);
                self.cannot_follow(&lines[position..end], &reason);
            } else {
                self.statement(line);
            }
            position = end;
        }
    }

    /// An `if` with its `elif` and `else`: follows the branch that is taken, where that is clear.
    fn branches(&mut self, lines: &[Line], begin: usize, depth: usize) -> usize {
        let indent = lines[begin].indent;
        let mut end = block_end(lines, begin);
        let mut heads = vec![begin];
        let goes_on =
            |line: &Line| line.indent == indent && (line.tokens[0].is("elif") || line.tokens[0].is("else"));
        while lines.get(end).is_some_and(goes_on) {
            heads.push(end);
            end = block_end(lines, end);
        }
        for (number, head) in heads.iter().enumerate() {
            let line = &lines[*head];
            let next = heads.get(number + 1).copied().unwrap_or(end);
            let Some((condition, rest)) = split(&line.tokens[1..], &[":"], false).or_else(|| {
                line.tokens[0].is("else").then_some((&[][..], line.tokens.get(2..).unwrap_or_default()))
            }) else {
                break;
            };
            self.defaulted.borrow_mut().clear();
            let truth =
                if line.tokens[0].is("else") { Some(true) } else { self.evaluate(condition, 0).truth() };
            let hangs_on = std::mem::take(&mut *self.defaulted.borrow_mut());
            match truth {
                Some(false) => {}
                Some(true) => {
                    let before = self.module.names.clone();
                    if rest.is_empty() {
                        self.block(&lines[head + 1..next], depth + 1);
                    } else {
                        self.statement(&Line {
                            number: line.number,
                            indent: line.indent,
                            tokens: rest.to_vec(),
                        });
                    }
                    for (name, setting) in &mut self.module.names {
                        if before.get(name) != Some(setting) {
                            setting.defaulted.extend(hangs_on.iter().cloned());
                        }
                    }
                    return end;
                }
                None => {
                    let reason = format!("it depends on the condition of line {}", line.number);
                    self.cannot_follow(&lines[*head..end], &reason);
                    return end;
                }
            }
        }
        end
    }

    /// Whatever these lines may set is unclear.
    fn cannot_follow(&mut self, lines: &[Line], reason: &str) {
        for line in lines {
            self.note_environment(line);
            if let Some(all) = reaches_all(line) {
                self.forget_all(&all, line.number);
                continue;
            }
            let mut tokens = line.tokens.as_slice();
            // `else: A = 1` on one line.
            if let Some((_, rest)) = split(tokens, &[":"], false)
                && tokens.first().is_some_and(|first| {
                    [
                        "if", "elif", "else", "try", "except", "finally", "for", "while", "with", "match",
                        "case",
                    ]
                    .iter()
                    .any(|word| first.is(word))
                })
            {
                if tokens[0].is("for")
                    && let Some((receivers, _)) = split(&tokens[1..], &["in"], false)
                {
                    for name in names(receivers) {
                        self.forget(&name, reason, line.number);
                    }
                }
                tokens = rest;
            }
            for name in self.touched(tokens) {
                self.forget(&name, reason, line.number);
            }
        }
    }
}

/// Where the block below a line ends.
fn block_end(lines: &[Line], begin: usize) -> usize {
    let indent = lines[begin].indent;
    let rest = &lines[begin + 1..];
    begin + 1 + rest.iter().position(|line| line.indent <= indent).unwrap_or(rest.len())
}

fn first_name(tokens: &[Token]) -> Option<String> {
    names(tokens).into_iter().find(|name| name != "def")
}
