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

/// Name and home folder of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub home: std::path::PathBuf,
}

/// The user of a name or number.
///
/// # Errors
/// When `/etc/passwd` cannot be read or knows none.
pub fn account(name: &str) -> Result<Account> {
    let list = "/etc/passwd";
    let text = std::fs::read_to_string(list).with_context(|| format!("read {list}"))?;
    let found =
        text.lines().map(|line| line.split(':').collect::<Vec<_>>()).find_map(|fields| match *fields {
            [known, _, number, _, _, home, ..] if known == name || number == name => {
                Some(Account { name: known.to_owned(), home: home.into() })
            }
            _ => None,
        });
    found.with_context(|| format!("{list} knows no user `{name}`"))
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
        assert_eq!(account("0").expect("root"), account("root").expect("root"));
        assert!(account("no such user").is_err());
    }
}
