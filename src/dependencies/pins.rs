//! The versions that a file of requirements pins, written anew; every other letter of it stays.

use super::Ecosystem;
use std::collections::BTreeMap;

/// The text with each pin of a former version naming the later one; versions by name: former and later.
pub(super) fn rewrite(text: &str, changes: &BTreeMap<String, (String, String)>) -> String {
    text.split_inclusive('\n')
        .map(|line| rewrite_line(line, changes).unwrap_or_else(|| line.to_owned()))
        .collect()
}

fn rewrite_line(line: &str, changes: &BTreeMap<String, (String, String)>) -> Option<String> {
    let (asked, _) = line.split_once(" #").unwrap_or((line, ""));
    let name_end = asked.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))?;
    let (former, later) = changes.get(&Ecosystem::PyPi.name(&asked[..name_end]))?;
    let sign = asked.find("==")?;
    let extras = asked[name_end..sign].trim();
    if !(extras.is_empty() || extras.starts_with('[') && extras.ends_with(']')) {
        return None;
    }
    let rest = asked[sign..].trim_start_matches('=').trim_start();
    let start = asked.len() - rest.len();
    let length =
        rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '\\')).unwrap_or(rest.len());
    let parse = |text: &str| super::Version::parse(Ecosystem::PyPi, text).ok();
    let is_former = match (parse(&rest[..length]), parse(former)) {
        (Some(one), Some(other)) => one.compare(&other).is_eq(),
        _ => false,
    };
    is_former.then(|| format!("{}{later}{}", &line[..start], &line[start + length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pins_that_moved_are_written_anew() {
        let changes = [("django", "4.2.1", "4.2.30"), ("psycopg", "3.1", "3.2.3"), ("other", "1.0", "2.0")]
            .map(|(name, former, later)| (name.to_owned(), (former.to_owned(), later.to_owned())));
        let text = "# Django==4.2.1\r\nDjango == 4.2.1  # keep: django==4.2.1\npsycopg[binary]==3.1.0 ; python_version >= '3.9'\n\
                    other==0.9\nother>=1.0\n-r more.txt\nsqlparse==0.4";
        let expected = "# Django==4.2.1\r\nDjango == 4.2.30  # keep: django==4.2.1\npsycopg[binary]==3.2.3 ; python_version >= '3.9'\n\
                        other==0.9\nother>=1.0\n-r more.txt\nsqlparse==0.4";
        assert_eq!(rewrite(text, &changes.into_iter().collect()), expected);
    }
}
