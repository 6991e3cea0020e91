//! Reading a `.env` file the way python-decouple does.
//!
//! Its rules are simpler than a shell's: a line is `KEY=VALUE`, trimmed; a pair of equal quotes around the value is
//! dropped; nothing is expanded and nothing follows a value, not even a comment
//! (python-decouple, `RepositoryEnv`).

use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Variables of a `.env` file; the last one of a name wins.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        let quoted = value.len() >= 2
            && ((value.starts_with('\'') && value.ends_with('\''))
                || (value.starts_with('"') && value.ends_with('"')));
        let value = if quoted { &value[1..value.len() - 1] } else { value };
        variables.insert(name.trim().to_owned(), value.to_owned());
    }
    variables
}

/// Reads and parses a `.env` file.
///
/// # Errors
/// When the file cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    Ok(parse(&text))
}

/// Truth of a value as python-decouple's `cast=bool` sees it; `None` where it would raise.
pub fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" | "t" | "true" | "on" | "1" => Some(true),
        "n" | "no" | "f" | "false" | "off" | "0" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_literal() {
        let variables =
            parse("A=pa$word\nB=\"pa$word\"\n C = ' x ' \n# D=1\nE=a=b # c\nF\nG=\"\nA=last\nH=\n");
        assert_eq!(variables["A"], "last");
        assert_eq!(variables["B"], "pa$word");
        assert_eq!(variables["C"], " x ");
        assert_eq!(variables["E"], "a=b # c");
        assert_eq!(variables["G"], "\"");
        assert_eq!(variables["H"], "");
        assert!(!variables.contains_key("D") && !variables.contains_key("F"));
    }
}
