//! Where a picture that a row names is: below the media root and under the media URL, or on another site.
//!
//! One rule for the server that links to it and for the checks that look for it.

use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use url::Url;

/// What may stand unencoded in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, for a path of several segments.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Percent-encodes one segment of a path or one value of a query.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A name as a row has it, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Path below the media root, not encoded.
    Inside(String),
    /// Whole address of a picture elsewhere.
    Elsewhere(Url),
}

/// Understands a row's name: a path below the media root (some rows have the media URL in front of it), or an address.
///
/// Nothing for an empty name and for one with a scheme that no browser loads pictures by.
pub fn place(media_url: &str, name: &str) -> Option<Place> {
    let name = name.trim();
    if name.starts_with("https://") || name.starts_with("http://") {
        return Url::parse(name).ok().map(Place::Elsewhere);
    }
    let path = name.trim_start_matches('/');
    if path.is_empty() || name.starts_with("//") || name.contains("://") {
        return None;
    }
    let prefix = media_url.trim_start_matches('/');
    let path = if name.starts_with('/') { path.strip_prefix(prefix).unwrap_or(path) } else { path };
    Some(Place::Inside(path.to_owned()))
}

/// Address of a picture as the database names it: below `media_url`, or as it stands when it is an address itself.
///
/// Nothing where [`place`] knows none.
pub fn address(media_url: &str, name: &str) -> Option<String> {
    match place(media_url, name)? {
        Place::Elsewhere(url) => Some(url.into()),
        Place::Inside(path) => {
            let slash = if media_url.ends_with('/') { "" } else { "/" };
            Some(format!("{media_url}{slash}{}", utf8_percent_encode(&path, PATH)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses_below_the_media_url() {
        for (name, expected) in [
            ("products/hp.jpg", "/media/products/hp.jpg"),
            ("products/Écran 27\" #1?.jpg", "/media/products/%C3%89cran%2027%22%20%231%3F.jpg"),
            ("products/100%.jpg", "/media/products/100%25.jpg"),
            ("/media/products/hp.jpg", "/media/products/hp.jpg"),
            ("/products/hp.jpg", "/media/products/hp.jpg"),
            ("media/hp.jpg", "/media/media/hp.jpg"),
        ] {
            assert_eq!(address("/media/", name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(address("/m", "a.jpg").as_deref(), Some("/m/a.jpg"));
    }

    #[test]
    fn addresses_pass_through_and_other_schemes_do_not() {
        let cdn = "https://cdn.example.org/a%20b.jpg?w=400";
        assert_eq!(address("/media/", cdn).as_deref(), Some(cdn));
        assert_eq!(
            address("/media/", "https://x.example/\"onerror=1").as_deref(),
            Some("https://x.example/%22onerror=1")
        );
        for name in ["", "  ", "/", "//evil.example/a.jpg", "ftp://x/a.jpg", "javascript://x"] {
            assert_eq!(address("/media/", name), None, "{name}");
        }
    }
}
