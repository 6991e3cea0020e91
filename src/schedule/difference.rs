//! What changes between two texts, line by line.

use std::fmt::Write as _;

/// Lines that go (`-`), come (`+`) and stay beside them (` `); nothing where the texts are the same.
pub fn difference(old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    // Length of the longest common rest from each pair of places; the files have some fifty lines.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    let near = |place: usize| {
        lines[place.saturating_sub(1)..lines.len().min(place + 2)].iter().any(|(sign, _)| *sign != ' ')
    };
    let mut text = String::new();
    for (place, (sign, line)) in lines.iter().enumerate() {
        if near(place) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{sign} {line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_is_shown_with_a_line_beside_it() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), "");
        assert_eq!(difference("", "a\n"), "+ a\n");
        assert_eq!(difference("1\n2\n3\n4\n5\n", "1\n2\nX\n4\n5\n"), "  2\n- 3\n+ X\n  4\n");
        assert_eq!(difference("a\n", ""), "- a\n");
    }
}
