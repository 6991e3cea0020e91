//! The range that package.json asks for, as its owner writes ranges: npm would put its own operator in.

use semver::Version;
use semver::VersionReq;

/// The owner's range with a later version in it: `^1.2.3` stays a caret and `1.2.3` a pin. What has another form stays
/// as it is where it holds the version; nothing where it does not, or cannot be read.
pub(super) fn kept(range: &str, later: &str) -> Option<String> {
    let version = Version::parse(later).ok()?;
    let range = range.trim();
    let (operator, former) = range.split_at(usize::from(range.starts_with(['^', '~', '='])));
    if Version::parse(former).is_ok() {
        return Some(format!("{operator}{later}"));
    }
    range.split("||").any(|one| holds(one.trim(), &version)).then(|| range.to_owned())
}

fn holds(range: &str, version: &Version) -> bool {
    // Parts that must all hold stand beside one another; `1.0 - 2.0` is another form, and left to npm.
    let parts: Vec<&str> = range.split_whitespace().collect();
    if parts.is_empty() || parts.contains(&"-") {
        return false;
    }
    parts.iter().all(|part| {
        // A bare `1.2` is every 1.2, where the library takes it for a caret.
        let is_partial =
            part.starts_with(|letter: char| letter.is_ascii_digit()) && !part.contains(['x', 'X', '*']);
        let text = if is_partial { format!("~{part}") } else { (*part).to_owned() };
        VersionReq::parse(&text).is_ok_and(|range| range.matches(version))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_operator_stays() {
        for (range, later, expected) in [
            ("^1.2.3", "1.2.9", Some("^1.2.9")),
            ("~1.2.3", "1.2.9", Some("~1.2.9")),
            ("1.2.3", "1.2.9", Some("1.2.9")),
            ("=1.2.3", "2.0.0", Some("=2.0.0")),
            ("^1", "1.9.0", Some("^1")),
            ("1.x", "1.9.0", Some("1.x")),
            ("*", "1.9.0", Some("*")),
            ("1.2", "1.2.9", Some("1.2")),
            ("1.2", "1.3.0", None),
            (">=1.2.0 <2.0.0", "1.9.0", Some(">=1.2.0 <2.0.0")),
            (">=1.2.0 <2.0.0", "2.0.0", None),
            ("^1.0.0 || ^2.0.0", "2.1.0", Some("^1.0.0 || ^2.0.0")),
            ("1.0.0 - 2.0.0", "1.5.0", None),
            ("latest", "1.5.0", None),
            ("", "1.5.0", None),
        ] {
            assert_eq!(kept(range, later).as_deref(), expected, "{range} and {later}");
        }
    }
}
