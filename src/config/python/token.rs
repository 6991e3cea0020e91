//! Python text as logical lines of tokens: strings, brackets, continuation lines and indentation understood.

use anyhow::Result;
use anyhow::bail;

/// One token of Python.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Integer(i64),
    Real(f64),
    Text(String),
    /// An f-string or bytes: its value is not told.
    Opaque,
    Operator(&'static str),
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        match self {
            Self::Name(name) => name == word,
            Self::Operator(operator) => *operator == word,
            _ => false,
        }
    }

    /// 1 where a bracket opens, -1 where one closes.
    pub(super) fn step(&self) -> isize {
        match self {
            Self::Operator("(" | "[" | "{") => 1,
            Self::Operator(")" | "]" | "}") => -1,
            _ => 0,
        }
    }
}

/// A statement's line, however many lines of the file it takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Line of the file that it begins in, from 1.
    pub(super) number: usize,
    pub(super) indent: usize,
    pub(super) tokens: Vec<Token>,
}

const OPERATORS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", ":=", "==", "!=", "<=", ">=", "->", "+=", "-=", "*=", "/=", "%=",
    "&=", "|=", "^=", "@=", "**", "//", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=",
    "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "~", "@", "!",
];

struct Reader<'a> {
    rest: &'a str,
    number: usize,
    lines: Vec<Line>,
    line: Option<Line>,
    open: Vec<&'static str>,
}

/// Takes a text apart.
///
/// # Errors
/// Where Python would refuse it too: a string or a bracket without its end.
pub(super) fn lines(text: &str) -> Result<Vec<Line>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, number: 1, lines: Vec::new(), line: None, open: Vec::new() };
    let mut indent = Some(0);
    while let Some(first) = reader.rest.chars().next() {
        match first {
            '\n' => {
                reader.skip(1);
                reader.number += 1;
                if reader.open.is_empty() {
                    reader.end();
                    indent = Some(0);
                }
            }
            ' ' | '\t' | '\r' | '\x0c' => {
                if let Some(columns) = &mut indent {
                    *columns += if first == '\t' { 8 - *columns % 8 } else { 1 };
                }
                reader.skip(1);
            }
            '#' => {
                let end = reader.rest.find('\n').unwrap_or(reader.rest.len());
                reader.skip(end);
            }
            '\\' if reader.rest[1..].trim_start_matches('\r').starts_with('\n') => {
                let end = reader.rest.find('\n').unwrap_or(0);
                reader.skip(end + 1);
                reader.number += 1;
            }
            _ => {
                let (number, columns) = (reader.number, indent.take());
                let token = reader.token()?;
                if token == Token::Operator(";") && reader.open.is_empty() {
                    let indent = reader.line.as_ref().map_or(0, |line| line.indent);
                    reader.end();
                    reader.line = Some(Line { number, indent, tokens: Vec::new() });
                    continue;
                }
                let line = reader.line.get_or_insert_with(|| Line {
                    number,
                    indent: columns.unwrap_or_default(),
                    tokens: Vec::new(),
                });
                line.tokens.push(token);
            }
        }
    }
    if let Some(bracket) = reader.open.last() {
        bail!("a `{bracket}` is never closed");
    }
    reader.end();
    Ok(reader.lines)
}

impl Reader<'_> {
    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn end(&mut self) {
        self.lines.extend(self.line.take().filter(|line| !line.tokens.is_empty()));
    }

    fn token(&mut self) -> Result<Token> {
        let first = self.rest.chars().next().unwrap_or_default();
        if first.is_alphabetic() || first == '_' {
            let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
            let name = &self.rest[..end];
            let is_prefix = name.len() <= 2 && name.chars().all(|c| "rRbBuUfF".contains(c));
            if is_prefix && self.rest[end..].starts_with(['"', '\'']) {
                let prefix = name.to_ascii_lowercase();
                self.skip(end);
                let text = self.string(prefix.contains('r'))?;
                let opaque = prefix.contains(['f', 'b']);
                return Ok(if opaque { Token::Opaque } else { Token::Text(text) });
            }
            let name = name.to_owned();
            self.skip(end);
            return Ok(Token::Name(name));
        }
        if first == '"' || first == '\'' {
            return Ok(Token::Text(self.string(false)?));
        }
        if first.is_ascii_digit() {
            return Ok(self.digits());
        }
        let Some(operator) = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator)) else {
            bail!("line {} has a character that is no Python", self.number);
        };
        match *operator {
            "(" | "[" | "{" => self.open.push(operator),
            ")" | "]" | "}" => {
                let opened = self.open.pop();
                if !matches!((opened, *operator), (Some("("), ")") | (Some("["), "]") | (Some("{"), "}")) {
                    bail!("line {} closes a bracket that is not open", self.number);
                }
            }
            _ => {}
        }
        self.skip(operator.len());
        Ok(Token::Operator(operator))
    }

    fn digits(&mut self) -> Token {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let end = self.rest.find(|c: char| !is_part(c)).unwrap_or(self.rest.len());
        let text = self.rest[..end].replace('_', "");
        self.skip(end);
        let radix = |radix: &str| match radix {
            "0o" => Some(8),
            "0x" => Some(16),
            "0b" => Some(2),
            _ => None,
        };
        if let Some(radix) = text.get(..2).map(str::to_ascii_lowercase).as_deref().and_then(radix) {
            return i64::from_str_radix(&text[2..], radix).map_or(Token::Opaque, Token::Integer);
        }
        match (text.parse(), text.parse()) {
            (Ok(number), _) => Token::Integer(number),
            (_, Ok(number)) => Token::Real(number),
            _ => Token::Opaque,
        }
    }

    /// A string's text; escapes that settings do not need stand as they are.
    fn string(&mut self, raw: bool) -> Result<String> {
        let quote = &self.rest[..1];
        let triple = quote.repeat(3);
        let (end, multiline) =
            if self.rest.starts_with(&triple) { (triple, true) } else { (quote.to_owned(), false) };
        let begun = self.number;
        self.skip(end.len());
        let mut text = String::new();
        loop {
            if self.rest.starts_with(&end) {
                self.skip(end.len());
                return Ok(text);
            }
            let mut characters = self.rest.chars();
            match characters.next() {
                None => bail!("the string of line {begun} has no end"),
                Some('\n') if !multiline => bail!("the string of line {begun} has no end"),
                Some('\\') => {
                    let next = characters.next().unwrap_or_default();
                    self.number += usize::from(next == '\n');
                    match next {
                        _ if raw => text.extend(['\\', next]),
                        '\n' => {}
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        '\\' | '\'' | '"' => text.push(next),
                        _ => text.extend(['\\', next]),
                    }
                    self.skip((1 + next.len_utf8()).min(self.rest.len()));
                }
                Some(character) => {
                    self.number += usize::from(character == '\n');
                    text.push(character);
                    self.skip(character.len_utf8());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_one_line_whatever_lines_it_takes() {
        let text = "A = [  # one\n  'x#y',\n]\nif A: B = 1; C = 2\n\tD = \"\"\"a\nb\"\"\" \\\n  'c'\n";
        let found = lines(text).expect("tokens");
        let told: Vec<_> = found.iter().map(|line| (line.number, line.indent, line.tokens.len())).collect();
        assert_eq!(told, [(1, 0, 6), (4, 0, 6), (4, 0, 3), (5, 8, 4)]);
        assert_eq!(found[3].tokens[2], Token::Text("a\nb".into()));
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for text in ["A = 'x\n", "A = [1", "A = 1]", "A = (1]", "A = \"\"\"x", "A = ?"] {
            assert!(lines(text).is_err(), "{text}");
        }
    }
}
