//! Users and groups of this machine, by name or number.

use anyhow::Context;
use anyhow::Result;

/// Number of a user that is named or numbered.
///
/// # Errors
/// When `/etc/passwd` cannot be read or knows none of this name.
pub fn user(name: &str) -> Result<u32> {
    number("/etc/passwd", name).with_context(|| format!("find user `{name}`"))
}

/// Number of a group that is named or numbered.
///
/// # Errors
/// When `/etc/group` cannot be read or knows none of this name.
pub fn group(name: &str) -> Result<u32> {
    number("/etc/group", name).with_context(|| format!("find group `{name}`"))
}

fn number(list: &str, name: &str) -> Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let text = std::fs::read_to_string(list).with_context(|| format!("read {list}"))?;
    let mut lines = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found =
        lines.find(|fields| fields.first() == Some(&name)).and_then(|fields| fields.get(2)?.parse().ok());
    found.with_context(|| format!("{list} knows none: write its number instead"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_groups_are_known_by_name_and_number() {
        assert_eq!(user("root").expect("root"), 0);
        assert_eq!(group("33").expect("a number"), 33);
        assert!(user("no such user").is_err());
    }
}
