//! Addresses as others need them.

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
    fn previews_get_whole_addresses() {
        assert_eq!(absolute("https://shop.example/", "/media/a.jpg"), "https://shop.example/media/a.jpg");
        assert_eq!(absolute("https://shop.example", "https://cdn.example/a"), "https://cdn.example/a");
    }
}
