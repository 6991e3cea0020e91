//! As much of HTML as the page checks need: text without entities, and the links.

/// Replaces character references, so that a name can be looked for as it is written in the database.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest.find(';').filter(|end| *end <= 10).map(|end| (&rest[1..end], end));
        if let Some((character, end)) = reference.and_then(|(name, end)| Some((character(name)?, end))) {
            plain.push(character);
            rest = &rest[end + 1..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Values of the `href` attributes of a page that was unescaped.
pub(super) fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(value, _)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters() {
        assert_eq!(unescape("15.6&quot; &amp; &#x27;l&#39;&eacute; a&b;c &"), "15.6\" & 'l'&eacute; a&b;c &");
        assert_eq!(unescape("&#x110000;&#;"), "&#x110000;&#;");
    }

    #[test]
    fn links_are_found_in_either_quotes() {
        let page = "<a href=\"/a\">x</a><a href='/b?c=d'>y</a><a href=z>";
        assert_eq!(links(page).collect::<Vec<_>>(), ["/a", "/b?c=d"]);
    }
}
