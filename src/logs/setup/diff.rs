//! The change of one file, as `diff -u` shows it.

use std::fmt::Write as _;
use std::path::Path;

/// Lines shown before and after what changes.
const AROUND: usize = 3;

/// One hunk from the first line that differs to the last; empty when the texts are the same.
pub(super) fn diff(path: &Path, before: Option<&str>, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.unwrap_or_default().lines().collect(), after.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let most = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old == new).count();
    if same == old.len() && same == new.len() {
        return String::new();
    }
    let (first, shown) = (same.saturating_sub(AROUND), tail.min(AROUND));
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let path = path.display();
    let from = if before.is_some() { path.to_string() } else { "/dev/null".to_owned() };
    // Writing to a string cannot fail.
    let mut text = format!("--- {from}\n+++ {path}\n");
    let line = |lines: &[&str]| if lines.is_empty() { 0 } else { first + 1 };
    let _ = writeln!(
        text,
        "@@ -{},{} +{},{} @@",
        line(&old),
        old_end + shown - first,
        line(&new),
        new_end + shown - first
    );
    for (mark, lines) in [
        (' ', &old[first..same]),
        ('-', &old[same..old_end]),
        ('+', &new[same..new_end]),
        (' ', &old[old_end..old_end + shown]),
    ] {
        for line in lines {
            let _ = writeln!(text, "{mark}{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_with_the_lines_around_it() {
        let path = Path::new("/x");
        assert_eq!(diff(path, Some("a\nb\n"), "a\nb\n"), "");
        assert_eq!(diff(path, None, "a\n"), "--- /dev/null\n+++ /x\n@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(
            diff(path, Some("1\n2\n3\n4\n5\n"), "1\n2\n3\n4\n5\n\nnew\n"),
            "--- /x\n+++ /x\n@@ -3,3 +3,5 @@\n 3\n 4\n 5\n+\n+new\n"
        );
        assert_eq!(
            diff(path, Some("a\nb\nc\n"), "a\nx\nc\n"),
            "--- /x\n+++ /x\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"
        );
    }
}
