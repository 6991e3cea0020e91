//! Breaking long lines for a terminal.

/// Breaks `text` at blanks so that lines hold `width` characters; lines after the first begin with `indent` blanks.
///
/// A word longer than a line stands alone on one. Width 0 breaks nothing.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    if width == 0 {
        return text.to_owned();
    }
    let mut wrapped = String::with_capacity(text.len());
    let mut column = 0;
    let mut filled = false;
    for (position, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if position > 0 {
            if column + 1 + length > width && filled {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent));
                column = indent;
                filled = false;
            } else {
                wrapped.push(' ');
                column += 1;
            }
        }
        wrapped.push_str(word);
        column += length;
        filled |= length > 0;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_hang() {
        assert_eq!(wrap("  one two three", 9, 4), "  one two\n    three");
        assert_eq!(wrap("éé éé", 5, 0), "éé éé");
        assert_eq!(wrap("a averyveryverylongword b", 8, 2), "a\n  averyveryverylongword\n  b");
        assert_eq!(wrap("one two", 0, 0), "one two");
    }
}
