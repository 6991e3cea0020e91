//! A list of products as a file holds it: CSV or JSON, each entry with the line that it stands on.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use serde_json::Value;
use std::collections::BTreeMap;

/// The values that a list may give, in the order in which an export writes them.
pub const FIELDS: [&str; 10] = [
    "slug",
    "name",
    "brand",
    "price",
    "category",
    "subcategory",
    "in_stock",
    "featured",
    "description",
    "image",
];

/// One product of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `line 14` of CSV, `entry 3` of JSON.
    pub place: String,
    /// By the names of [`FIELDS`]; what is not given is not there.
    pub values: BTreeMap<String, String>,
}

/// Reads a list: JSON where it begins as such, else CSV with commas, semicolons or tabs.
///
/// # Errors
/// When it is neither, or has a column that is not known.
pub fn read_entries(bytes: &[u8]) -> Result<Vec<Entry>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        wrong(format!("line {line} is not UTF-8"), "save the file as UTF-8 (CSV UTF-8 in a spreadsheet)")
    })?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['[', '{']) { from_json(text) } else { from_csv(text) }
}

fn from_json(text: &str) -> Result<Vec<Entry>> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        wrong(format!("the list is no JSON: {error}"), "write it as products export does")
    })?;
    let list = match &document {
        Value::Object(document) => document.get("products"),
        other => Some(other),
    };
    let shape = || wrong("the JSON is no list of products".to_owned(), "write [{\"slug\": …}, …]");
    let list = list.and_then(Value::as_array).ok_or_else(shape)?;
    let mut entries = Vec::new();
    for (number, product) in list.iter().enumerate() {
        let place = format!("entry {}", number + 1);
        let mut values = BTreeMap::new();
        for (name, value) in product.as_object().ok_or_else(shape)? {
            if name == "gallery" {
                // What `products list` tells besides, and an import leaves alone.
                continue;
            }
            require_known(name, &place)?;
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                Value::Null if name == "subcategory" => String::new(),
                Value::Null => continue,
                Value::Array(_) | Value::Object(_) => {
                    return Err(wrong(
                        format!("{place}: {name} is no single value"),
                        "write a text or a number",
                    ));
                }
            };
            values.insert(name.clone(), text);
        }
        entries.push(Entry { place, values });
    }
    Ok(entries)
}

fn from_csv(text: &str) -> Result<Vec<Entry>> {
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| (first.matches(*c).count(), *c == ','));
    let mut records = records(text, separator.unwrap_or(','))?.into_iter();
    let Some((_, header)) = records.next() else {
        return Err(wrong("the list is empty".to_owned(), "its first line names the columns: slug,price"));
    };
    let header: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    for (position, name) in header.iter().enumerate() {
        require_known(name, "line 1")?;
        if header.iter().skip(position + 1).any(|other| other == name) {
            return Err(wrong(format!("the column `{name}` is there twice"), "leave one out"));
        }
    }
    records
        .map(|(line, fields)| {
            let place = format!("line {line}");
            if fields.len() != header.len() {
                let message = format!("{place} has {} fields, not {}", fields.len(), header.len());
                return Err(wrong(message, "put what has a comma or a line break in it between quotes"));
            }
            Ok(Entry { place, values: header.iter().cloned().zip(fields).collect() })
        })
        .collect()
}

fn require_known(name: &str, place: &str) -> Result<()> {
    if FIELDS.contains(&name) {
        return Ok(());
    }
    let near = FIELDS.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let near = near.filter(|known| strsim::damerau_levenshtein(known, name) <= 3);
    let hint = near
        .map_or_else(|| format!("known are {}", FIELDS.join(", ")), |near| format!("did you mean `{near}`?"));
    Err(wrong(format!("{place}: there is no column `{name}`"), &hint))
}

/// The records of RFC 4180 with the lines that they begin on; empty lines are none.
fn records(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>> {
    let mut records = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut line, mut begin) = (1, 1);
    let (mut is_quoted, mut was_quoted) = (false, false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        line += usize::from(c == '\n');
        if is_quoted {
            match c {
                '"' if letters.next_if_eq(&'"').is_some() => field.push('"'),
                '"' => is_quoted = false,
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() && !was_quoted => (is_quoted, was_quoted) = (true, true),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                if was_quoted || !field.is_empty() || !fields.is_empty() {
                    fields.push(std::mem::take(&mut field));
                    records.push((begin, std::mem::take(&mut fields)));
                }
                (begin, was_quoted) = (line, false);
            }
            c if c == separator => {
                fields.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            c => field.push(c),
        }
    }
    if is_quoted {
        return Err(wrong(
            format!("a quote that line {begin} opens is never closed"),
            "close it, or double it",
        ));
    }
    if was_quoted || !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((begin, fields));
    }
    Ok(records)
}

fn wrong(message: String, hint: &str) -> anyhow::Error {
    Error::new(Kind::Usage, message).hint(hint).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match read_entries(text.as_bytes()) {
            Ok(entries) => entries
                .iter()
                .map(|entry| {
                    let values: Vec<String> =
                        entry.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("{}: {}", entry.place, values.join(" "))
                })
                .collect::<Vec<_>>()
                .join(" / "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_list_is_read_with_the_lines_that_its_entries_begin_on() {
        assert_eq!(
            told("\u{feff}slug,name\r\na,\"x, \"\"y\"\"\nz\"\r\n\r\nb,\n"),
            "line 2: name=x, \"y\"\nz slug=a / line 5: name= slug=b"
        );
        assert_eq!(told("Slug;Price\na;1250,50"), "line 2: price=1250,50 slug=a");
        assert_eq!(
            told("{\"products\": [{\"slug\": \"a\", \"price\": 5, \"in_stock\": true, \"image\": null}]}"),
            "entry 1: in_stock=true price=5 slug=a"
        );
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line() {
        for (text, says) in [
            ("", "the list is empty"),
            ("slug,prix\n", "line 1: there is no column `prix`"),
            ("slug,price\na\n", "line 2 has 1 fields, not 2"),
            ("slug,price\na,\"1\n", "a quote that line 2 opens is never closed"),
            ("slug,slug\n", "the column `slug` is there twice"),
            ("[1]", "the JSON is no list of products"),
            ("[{\"slug\": [1]}]", "entry 1: slug is no single value"),
        ] {
            assert_eq!(told(text), says);
        }
        assert!(
            read_entries(b"slug\n\xe9\n").expect_err("refused").to_string().contains("line 2 is not UTF-8")
        );
    }
}
