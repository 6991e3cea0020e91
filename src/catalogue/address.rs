//! Addresses: of pictures below the media URL, and of parts of a path.

use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;

/// What may stand unencoded in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, for a path of several segments.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Percent-encodes one segment of a path or one value of a query.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Address of a picture as the database names it: below `media_url`, or as it stands when it is an address itself.
///
/// Nothing for an empty name and for one with a scheme that no browser loads pictures by.
pub fn media_url(media_url: &str, name: &str) -> Option<String> {
    let name = name.trim();
    if name.starts_with("https://") || name.starts_with("http://") {
        return url::Url::parse(name).ok().map(String::from);
    }
    let path = name.trim_start_matches('/');
    if path.is_empty() || name.starts_with("//") || name.contains("://") {
        return None;
    }
    // Some rows were written with the media URL in front.
    let prefix = media_url.trim_start_matches('/');
    let path = if name.starts_with('/') { path.strip_prefix(prefix).unwrap_or(path) } else { path };
    let slash = if media_url.ends_with('/') { "" } else { "/" };
    Some(format!("{media_url}{slash}{}", utf8_percent_encode(path, PATH)))
}

/// The address with the site's own in front, as previews elsewhere need it.
pub fn absolute(site_url: &str, address: &str) -> String {
    if address.starts_with('/') {
        format!("{}{address}", site_url.trim_end_matches('/'))
    } else {
        address.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses_below_the_media_url() {
        for (name, address) in [
            ("products/hp.jpg", "/media/products/hp.jpg"),
            ("products/Écran 27\" #1?.jpg", "/media/products/%C3%89cran%2027%22%20%231%3F.jpg"),
            ("products/100%.jpg", "/media/products/100%25.jpg"),
            ("/media/products/hp.jpg", "/media/products/hp.jpg"),
            ("/products/hp.jpg", "/media/products/hp.jpg"),
            ("media/hp.jpg", "/media/media/hp.jpg"),
        ] {
            assert_eq!(media_url("/media/", name).as_deref(), Some(address), "{name}");
        }
        assert_eq!(media_url("/m", "a.jpg").as_deref(), Some("/m/a.jpg"));
    }

    #[test]
    fn addresses_pass_through_and_other_schemes_do_not() {
        let cdn = "https://cdn.example.org/a%20b.jpg?w=400";
        assert_eq!(media_url("/media/", cdn).as_deref(), Some(cdn));
        assert_eq!(
            media_url("/media/", "https://x.example/\"onerror=1").as_deref(),
            Some("https://x.example/%22onerror=1")
        );
        for name in ["", "  ", "/", "//evil.example/a.jpg", "ftp://x/a.jpg", "javascript://x"] {
            assert_eq!(media_url("/media/", name), None, "{name}");
        }
    }

    #[test]
    fn previews_get_whole_addresses() {
        assert_eq!(absolute("https://shop.example/", "/media/a.jpg"), "https://shop.example/media/a.jpg");
        assert_eq!(absolute("https://shop.example", "https://cdn.example/a"), "https://cdn.example/a");
    }
}
