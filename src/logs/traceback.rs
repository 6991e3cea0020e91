//! Finding the exception at the end of a Python traceback, line by line.

use super::lines::bounded;
use super::lines::visible;

/// Longest exception line that is kept, in bytes.
const LONGEST: usize = 300;

/// Follows the lines of one event.
#[derive(Debug, Clone, Default)]
pub(super) struct Traceback {
    open: bool,
    line: Vec<u8>,
    class: usize,
}

impl Traceback {
    pub(super) fn clear(&mut self) {
        self.open = false;
        self.line.clear();
        self.class = 0;
    }

    /// Looks at the next line. Of chained exceptions the last one stands; what follows an exception's line is the rest
    /// of its message.
    pub(super) fn line(&mut self, line: &[u8]) {
        let line = without_margin(line);
        if line.ends_with(b"Traceback (most recent call last):") {
            self.open = true;
            return;
        }
        if !self.open {
            return;
        }
        if let Some(class) = class_length(line) {
            self.open = false;
            self.class = class;
            self.line.clear();
            self.line.extend_from_slice(&line[..line.len().min(LONGEST)]);
        }
    }

    /// Whether the exception of a traceback is still to come.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Full name of the exception's class.
    pub(super) fn class(&self) -> Option<&str> {
        std::str::from_utf8(self.line.get(..self.class)?).ok().filter(|class| !class.is_empty())
    }

    /// The exception without the modules of its class: `TemplateDoesNotExist: index.html`.
    pub(super) fn summary(&self) -> Option<String> {
        let class = self.class()?;
        let short = class.rsplit('.').next().unwrap_or(class);
        let rest = visible(&self.line[self.class..]);
        Some(format!("{short}{}", bounded(&rest, LONGEST).trim_end()))
    }
}

/// Drops the margin that groups of exceptions are drawn with.
fn without_margin(line: &[u8]) -> &[u8] {
    let trimmed = line.trim_ascii_start();
    match trimmed {
        [b'|' | b'+', b' ', rest @ ..] if trimmed.len() < line.len() => rest,
        _ => line,
    }
}

/// Length of the class when the line is `Name: message` or `Name` alone.
fn class_length(line: &[u8]) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || *byte >= 0x80;
    let length = line.iter().take_while(|byte| is_part(byte)).count();
    let starts_well = line.first().is_some_and(|byte| !byte.is_ascii_digit() && *byte != b'.');
    let ends_well = matches!(&line[length..], [] | [b':'] | [b':', b' ', ..]);
    (length > 0 && length <= 200 && starts_well && ends_well).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(text: &str) -> Option<String> {
        let mut traceback = Traceback::default();
        text.lines().for_each(|line| traceback.line(line.as_bytes()));
        traceback.summary()
    }

    #[test]
    fn the_exception_is_the_line_behind_the_frames() {
        let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in x\n    y()\n    ^^^\n\
                    django.db.utils.IntegrityError: duplicate key\nDETAIL:  Key (id)=(3) already exists.\n";
        assert_eq!(summary(text).as_deref(), Some("IntegrityError: duplicate key"));
    }

    #[test]
    fn of_chained_exceptions_the_last_one_stands() {
        let text = "Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'a'\n\n\
                    During handling of the above exception, another exception occurred:\n\n\
                    Traceback (most recent call last):\n  File \"b.py\"\nshop.errors.NoStock\n";
        assert_eq!(summary(text).as_deref(), Some("NoStock"));
    }

    #[test]
    fn a_group_of_exceptions_has_one() {
        let text = "  + Exception Group Traceback (most recent call last):\n  |   File \"a.py\"\n\
                    \x20 | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n\
                    \x20   | Traceback (most recent call last):\n    |   File \"b.py\"\n    | ValueError: x\n";
        assert_eq!(summary(text).as_deref(), Some("ValueError: x"));
    }

    #[test]
    fn lines_without_a_traceback_have_none() {
        assert_eq!(summary("Note: this\nError: that\n"), None);
    }
}
