//! Which distribution the machine runs.

use anyhow::Context;
use anyhow::Result;

/// Name and version of the distribution, as os-release(5) has them: `Debian`, `12`.
///
/// # Errors
/// When the machine does not say.
pub fn distribution() -> Result<(String, String)> {
    let text = std::fs::read_to_string("/etc/os-release").context("read /etc/os-release")?;
    named(&text).context("/etc/os-release names no version")
}

fn named(text: &str) -> Option<(String, String)> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned())
    };
    let id = value("ID")?;
    let name = id.chars().next()?.to_uppercase().chain(id.chars().skip(1)).collect();
    Some((name, value("VERSION_ID")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_has_a_name_and_a_version() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(named(text), Some(("Debian".to_owned(), "12".to_owned())));
        assert_eq!(named("ID=arch\n"), None);
    }
}
