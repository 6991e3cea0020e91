//! How a text differs from its former version: lines that came and went, and the headings among them.

use serde::Serialize;
use std::collections::HashMap;

/// A difference in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub lines_added: u64,
    pub lines_removed: u64,
    /// Headings of Markdown, without their signs.
    pub headings_added: Vec<String>,
    pub headings_removed: Vec<String>,
}

impl Difference {
    /// Compares two versions of a text line by line.
    pub(super) fn between(before: &str, after: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let same = common(&old, &new) as u64;
        let (were, are) = (headings(&old), headings(&new));
        Self {
            lines_added: new.len() as u64 - same,
            lines_removed: old.len() as u64 - same,
            headings_added: beyond(&are, &were),
            headings_removed: beyond(&were, &are),
        }
    }
}

/// Length of the longest sequence of lines that both have: what a `diff` leaves alone.
fn common(old: &[&str], new: &[&str]) -> usize {
    let start = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    // A line that only one side has is in no common sequence.
    let only = |lines: &[&str], other: &[&str]| -> Vec<usize> {
        let numbers: HashMap<&str, usize> =
            other.iter().enumerate().map(|(position, line)| (*line, position)).rev().collect();
        lines.iter().filter_map(|line| numbers.get(line).copied()).collect()
    };
    let (old_shared, new_shared) = (only(old, new), only(new, new));
    let old_lines: std::collections::HashSet<&usize> = old_shared.iter().collect();
    let new_shared: Vec<usize> = new_shared.into_iter().filter(|line| old_lines.contains(line)).collect();
    start + end + longest(&old_shared, &new_shared)
}

/// Length of the longest common subsequence (Myers: as fast as the texts are alike).
fn longest(old: &[usize], new: &[usize]) -> usize {
    let (old_len, new_len) = (old.len(), new.len());
    let most = old_len + new_len;
    // How far along `old` each diagonal has come; diagonal 0 stands in the middle.
    let mut reached = vec![0; 2 * most + 2];
    for distance in 0..=most {
        for diagonal in (0..=2 * distance).step_by(2) {
            let middle = most + diagonal - distance;
            let is_first = diagonal == 0;
            let is_last = diagonal == 2 * distance;
            let mut x = if is_first || (!is_last && reached[middle - 1] < reached[middle + 1]) {
                reached[middle + 1]
            } else {
                reached[middle - 1] + 1
            };
            // y = x - (middle - most), which the walk keeps at 0 or more.
            let mut y = (x + most).saturating_sub(middle);
            while x < old_len && y < new_len && old[x] == new[y] {
                x += 1;
                y += 1;
            }
            reached[middle] = x;
            if x >= old_len && y >= new_len {
                return (most - distance) / 2;
            }
        }
    }
    0
}

/// Headings of Markdown; what stands in a fenced block is none.
fn headings(lines: &[&str]) -> Vec<String> {
    let mut fence = None;
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => {
                let title = text.trim_start_matches('#');
                let depth = text.len() - title.len();
                if (1..=6).contains(&depth) && title.starts_with([' ', '\t']) {
                    found.push(title.trim().trim_end_matches('#').trim_end().to_owned());
                }
            }
            _ => {}
        }
    }
    found
}

/// What `one` has more often than `other`.
fn beyond(one: &[String], other: &[String]) -> Vec<String> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for heading in other {
        *left.entry(heading).or_default() += 1;
    }
    one.iter()
        .filter(|heading| match left.get_mut(heading.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_and_headings_that_came_and_went_are_told() {
        let before = "# Guide\nsame\nold\n```bash\n# no heading\n```\n## Gone\n";
        let after = "# Guide\nnew\nsame\n```bash\n# still none\n```\n## Come ##\nmore\n";
        let difference = Difference::between(before, after);
        assert_eq!((difference.lines_added, difference.lines_removed), (4, 3));
        assert_eq!(difference.headings_added, ["Come"]);
        assert_eq!(difference.headings_removed, ["Gone"]);
        assert_eq!(Difference::between(before, before), Difference::default());
    }

    /// The textbook's way, slow and sure.
    fn slowly(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for line in old {
            let mut corner = 0;
            for (position, other) in new.iter().enumerate() {
                let above = row[position + 1];
                row[position + 1] = if line == other { corner + 1 } else { above.max(row[position]) };
                corner = above;
            }
        }
        row[new.len()]
    }

    proptest! {
        #[test]
        fn what_is_common_is_as_long_as_it_can_be(
            old in prop::collection::vec("[abcd]", 0..24), new in prop::collection::vec("[abce]", 0..24)
        ) {
            let old: Vec<&str> = old.iter().map(String::as_str).collect();
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            prop_assert_eq!(common(&old, &new), slowly(&old, &new));
        }
    }
}
