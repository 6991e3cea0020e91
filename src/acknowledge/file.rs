//! The file's text: read entry by entry, and changed without touching what somebody wrote into it by hand.

use super::Acknowledgement;
use jiff::civil::Date;
use serde::Deserialize;
use std::fmt::Write as _;
use toml::Table;
use toml::Value;
use toml::de::DeTable;
use toml::de::DeValue;

const ENTRY: &str = "acknowledgement";

const HEAD: &str = "\
# Findings that somebody knows of and answers for (sitekeep acknowledge). They are told, and do not count, up to and
# including the day `until`, at most a year ahead. An entry without a subject covers all findings of its sort.
";

/// Entries and what is wrong with others, each with its line.
type Parsed = (Vec<(usize, Acknowledgement)>, Vec<(usize, String)>);

/// Reads all entries that can be; of a text that is no TOML, none.
pub(super) fn parse(text: &str, today: Date) -> Parsed {
    let (mut entries, mut wrong) = (Vec::new(), Vec::new());
    let table: Table = match toml::from_str(text) {
        Ok(table) => table,
        Err(error) => {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            let message = format!("nothing can be read: {}", error.message().replace('\n', " "));
            return (entries, vec![(line, message)]);
        }
    };
    let heads = heads(text);
    for (key, value) in table {
        let Value::Array(values) = value else {
            wrong.push((1, format!("`{key}` has no place here: entries begin with [[{ENTRY}]]")));
            continue;
        };
        if key != ENTRY {
            wrong.push((1, format!("`{key}` has no place here: entries begin with [[{ENTRY}]]")));
            continue;
        }
        for (position, value) in values.into_iter().enumerate() {
            let line = heads.get(position).copied().unwrap_or(1);
            let read = Acknowledgement::deserialize(value)
                .map_err(|error| error.message().replace('\n', " "))
                .and_then(|entry| entry.validate(today).map(|()| entry));
            match read {
                Ok(entry) => entries.push((line, entry)),
                Err(why) => wrong.push((line, why)),
            }
        }
    }
    (entries, wrong)
}

/// The line of each entry's head.
fn heads(text: &str) -> Vec<usize> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    match table.get_ref().get(ENTRY).map(toml::Spanned::get_ref) {
        Some(DeValue::Array(values)) => {
            values.iter().map(|value| line_at(text, value.span().start)).collect()
        }
        _ => Vec::new(),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// The text with an entry at its end.
pub(super) fn with(text: &str, entry: &Acknowledgement) -> String {
    let mut text = if text.trim().is_empty() { HEAD.to_owned() } else { text.trim_end().to_owned() + "\n" };
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[{ENTRY}]]\n");
    let until = entry.until.to_string();
    let values = [
        ("id", Some(&entry.id)),
        ("subject", entry.subject.as_ref()),
        ("reason", Some(&entry.reason)),
        ("by", Some(&entry.by)),
        ("until", Some(&until)),
    ];
    for (key, value) in values {
        if let Some(value) = value {
            // On one line, as JSON has it, which is TOML too.
            let _ = writeln!(text, "{key} = {}", serde_json::Value::from(value.as_str()));
        }
    }
    text
}

/// The text without the entry whose head stands on a line; comments and other entries stay.
pub(super) fn without(text: &str, line: usize) -> String {
    let next = heads(text).into_iter().find(|head| *head > line);
    let lines: Vec<&str> = text.lines().collect();
    let begin = line.saturating_sub(1).min(lines.len());
    let mut end = next.map_or(lines.len(), |next| next - 1);
    // What stands right above the next head belongs to it.
    while end > begin + 1 && lines.get(end - 1).is_some_and(|line| line.is_empty() || line.starts_with('#')) {
        end -= 1;
    }
    let mut kept: Vec<&str> = lines[..begin].to_vec();
    let rest = lines.get(end..).unwrap_or_default();
    if kept.last().is_some_and(|line| line.is_empty()) && rest.first().is_none_or(|line| line.is_empty()) {
        kept.pop();
    }
    kept.extend(rest);
    kept.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn entry(id: &str, reason: &str) -> Acknowledgement {
        Acknowledgement {
            id: id.into(),
            subject: None,
            reason: reason.into(),
            by: "Awa".into(),
            until: Date::constant(2026, 12, 31),
        }
    }

    #[test]
    fn what_is_written_is_read_again_whatever_it_holds() {
        let mut text = String::new();
        let reasons =
            ["plain", "a \"quote\" and \\", "two\nlines\n[[acknowledgement]]", "# no comment", "'''"];
        for reason in reasons {
            text = with(&text, &entry("DISK-001", reason));
        }
        let (entries, wrong) = parse(&text, TODAY);
        assert_eq!(wrong, []);
        assert_eq!(entries.iter().map(|(_, entry)| entry.reason.as_str()).collect::<Vec<_>>(), reasons);
    }

    #[test]
    fn an_entry_that_is_wrong_hides_none_of_the_others() {
        let text = "[[acknowledgement]]\nid = 'DISK-001'\nreason = 'r'\nby = 'b'\nuntil = 2026-12-31\n\n\
                    [[acknowledgement]]\nid = 'DISK-001'\nraeson = 'r'\n\n\
                    [[acknowledgement]]\nid = 'DISK-001'\nreason = 'r'\nby = 'b'\nuntil = 'soon'\n";
        let (entries, wrong) = parse(text, TODAY);
        assert_eq!(entries.len(), 1);
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [7, 11]);
        assert!(wrong[0].1.contains("unknown field `raeson`"), "{wrong:?}");
        assert!(wrong[1].1.contains("`soon` is no date"), "{wrong:?}");
        let (entries, wrong) = parse("[[acknowledgement]]\nid = DISK\n", TODAY);
        assert!(entries.is_empty() && wrong[0].0 == 2, "{wrong:?}");
    }

    #[test]
    fn taking_one_out_leaves_comments_and_the_others() {
        let text = with(
            &with(&with("# mine\n", &entry("DISK-001", "a")), &entry("DISK-002", "b")),
            &entry("DISK-003", "c"),
        );
        let text = text.replace(
            "[[acknowledgement]]\nid = \"DISK-003",
            "# on the third\n[[acknowledgement]]\nid = \"DISK-003",
        );
        let line = parse(&text, TODAY).0[1].0;
        let text = without(&text, line);
        let left: Vec<String> = parse(&text, TODAY).0.into_iter().map(|(_, entry)| entry.id).collect();
        assert_eq!(left, ["DISK-001", "DISK-003"]);
        assert!(text.contains("# mine\n") && text.contains("\n\n# on the third\n[["), "{text}");
        let (first, last) = (parse(&text, TODAY).0[0].0, parse(&text, TODAY).0[1].0);
        assert_eq!(without(&without(&text, last), first).trim_end(), "# mine\n\n# on the third");
    }
}
