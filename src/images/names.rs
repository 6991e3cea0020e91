//! The spellings of one name: letter case, composed and decomposed accents, and the escapes of JSON, HTML and URLs.
//!
//! A text is looked at as it stands and with each layer of escapes taken off in turn, as they lie upon one another: JSON
//! holds HTML, HTML holds URLs. A name that itself holds a `%` or `&` is found in the layer where it stands plain.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::is_nfc;

/// Names of HTML for U+00A0 to U+00FF, in their order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
    sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml \
    Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave \
    eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute \
    ucirc uuml yacute thorn yuml";

/// What all spellings of a name that differ in case or in the composition of accents have in common.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    let lower = text.to_lowercase();
    if is_nfc(&lower) { Cow::Owned(lower) } else { Cow::Owned(lower.nfc().collect()) }
}

/// Hands the text to `each` as it stands, then with each layer of escapes taken off.
pub(super) fn layers(text: &str, each: &mut dyn FnMut(&str)) {
    each(text);
    let plain = without_backslashes(text);
    tell_changed(text, &plain, each);
    let html = without_entities(&plain);
    tell_changed(&plain, &html, each);
    let url = without_percents(&html);
    tell_changed(&html, &url, each);
    // What a second hand escaped once more.
    let twice = without_percents(&url);
    tell_changed(&url, &twice, each);
    if url.contains('+') && url.contains('=') {
        each(&url.replace('+', " "));
    }
}

/// The text with all layers of escapes taken off.
pub(super) fn bare(text: &str) -> String {
    without_percents(&without_entities(&without_backslashes(text))).into_owned()
}

/// The text without the escapes of JSON and HTML; those of addresses stay.
pub(super) fn without_wrapping(text: &str) -> String {
    without_entities(&without_backslashes(text)).into_owned()
}

fn tell_changed(before: &str, after: &str, each: &mut dyn FnMut(&str)) {
    if before != after {
        each(after);
    }
}

/// `\/` becomes `/`, `\u00e9` becomes `é`; line ends and tabs become spaces.
fn without_backslashes(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else { break };
        if next == 'u' {
            let (unit, used) = utf16(rest);
            out.push(unit);
            rest = &rest[used..];
            continue;
        }
        out.push(if matches!(next, 'n' | 'r' | 't') { ' ' } else { next });
        rest = &rest[next.len_utf8()..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The letter that `uXXXX` is, or two of them that are one, and how many bytes that took.
fn utf16(rest: &str) -> (char, usize) {
    let unit = |from: usize| rest.get(from..from + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let Some(first) = unit(1) else { return ('u', 1) };
    let pair = if rest.get(5..7) == Some("\\u") { unit(7) } else { None };
    let mut units = vec![first];
    units.extend(pair);
    match char::decode_utf16(units).next() {
        Some(Ok(letter)) => (letter, if letter.len_utf16() == 2 { 11 } else { 5 }),
        _ => (char::REPLACEMENT_CHARACTER, 5),
    }
}

fn without_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[..end])?, end))) {
            Some((letter, end)) => {
                out.push(letter);
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "OElig" => 'Œ',
        "oelig" => 'œ',
        "rsquo" => '’',
        "ndash" => '–',
        _ => {
            let place = LATIN.split(' ').position(|known| known == name)?;
            char::from_u32(0xa0 + u32::try_from(place).ok()?)?
        }
    })
}

fn without_percents(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(percent_decode_str(text).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        layers(text, &mut |layer| found.push(normal(layer).into_owned()));
        found
    }

    #[test]
    fn each_layer_of_escapes_is_taken_off() {
        for text in [
            "products/ÉCRAN d'été.JPG",
            "products/e\u{301}cran d'e\u{301}te\u{301}.jpg",
            "products/%C3%A9cran%20d%27%C3%A9t%C3%A9.jpg",
            "products\\/\\u00e9cran d'\\u00e9t\\u00e9.jpg",
            "products/&eacute;cran d&#39;&#xe9;t&eacute;.jpg",
            "{\\\"url\\\": \\\"products\\/%C3%A9cran%2520d&#39;%C3%A9t%C3%A9.jpg\\\"}",
        ] {
            let found = all(text);
            assert!(
                found.iter().any(|layer| layer.contains("products/écran d'été.jpg")),
                "{text}: {found:?}"
            );
        }
        assert!(all("a\\ud83d\\ude00.jpg").contains(&"a😀.jpg".to_owned()));
    }

    #[test]
    fn what_only_looks_escaped_stays_found() {
        for text in ["100%.jpg", "a&b.jpg", "a&nosuch;b.jpg", "c:\\", "\\u12", "%zz", "&", "a&#;b"] {
            assert_eq!(all(text)[0], text);
        }
        assert_eq!(LATIN.split(' ').count(), 96);
    }
}
