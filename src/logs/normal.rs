//! What messages of one cause have in common: numbers, identifiers, quoted words and paths give way to their kind.

use super::lines::bounded;
use super::lines::visible;

/// Bytes of a message that are compared.
const LONGEST: usize = 300;

/// Reduces the first line of a message to what events of the same cause share.
///
/// The path of `Internal Server Error: /products/12/` stays, without its numbers: it says where to look.
pub(super) fn normalise(message: &[u8]) -> String {
    let message = visible(&message[..message.len().min(LONGEST)]);
    let text = bounded(&message, LONGEST).trim();
    let request = names_a_request(text);
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphanumeric() {
            let token = &rest[..token_length(rest)];
            push_token(&mut normal, token);
            token.len()
        } else if matches!(first, '\'' | '"')
            && !request
            && let Some(length) = quoted_length(rest, first)
        {
            normal.push(first);
            normal.push('…');
            normal.push(first);
            length
        } else if first == '/'
            && !request
            && let Some(length) = path_length(rest)
        {
            normal.push_str("<path>");
            length
        } else {
            normal.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    normal
}

/// Whether a message is one of Django's about a request: words, perhaps a method, a colon and a path.
fn names_a_request(text: &str) -> bool {
    text.split_once(": /").is_some_and(|(words, path)| {
        words.starts_with(|first: char| first.is_ascii_uppercase())
            && words.chars().all(|letter| letter.is_ascii_alphabetic() || matches!(letter, ' ' | '(' | ')'))
            && !path.contains(' ')
    })
}

/// Letters, digits, and what holds them together within a number or identifier.
fn token_length(text: &str) -> usize {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(&byte) = bytes.get(end) {
        let character = char::from(byte);
        // A point or colon belongs to a number only between digits: 12.5, 10.0.0.1, 12:30.
        let joins = matches!(character, '.' | ':')
            && end > 0
            && bytes[end - 1].is_ascii_digit()
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !byte.is_ascii() || !(is_part(character) || joins) {
            break;
        }
        end += 1;
    }
    end
}

fn push_token(normal: &mut String, token: &str) {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        normal.push_str(token);
        return;
    }
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<usize> = token.split('-').map(str::len).collect();
    let plain = token.replace('-', "");
    if groups == [8, 4, 4, 4, 12] && hexadecimal(&plain) {
        normal.push_str("<uuid>");
    } else if token.strip_prefix("0x").is_some_and(hexadecimal)
        || (token.len() >= 8 && hexadecimal(token) && digits < token.len())
    {
        normal.push_str("<hex>");
    } else {
        push_without_numbers(normal, token);
    }
}

/// Replaces each run of digits, with the points and colons within, by `<n>`.
fn push_without_numbers(normal: &mut String, token: &str) {
    let mut in_number = false;
    for character in token.chars() {
        let number = character.is_ascii_digit() || (in_number && matches!(character, '.' | ':'));
        if !number {
            normal.push(character);
        } else if !in_number {
            normal.push_str("<n>");
        }
        in_number = number;
    }
}

/// Length of a quoted text with its quotes; an apostrophe within a word opens nothing.
fn quoted_length(text: &str, quote: char) -> Option<usize> {
    let end = text[1..].find(quote)? + 2;
    let followed = text[end..].chars().next();
    (!followed.is_some_and(char::is_alphanumeric)).then_some(end)
}

/// Length of a path of at least two parts.
fn path_length(text: &str) -> Option<usize> {
    let end = text.find(|character: char| character.is_whitespace() || "'\",;()<>".contains(character));
    let path = text[..end.unwrap_or(text.len())].trim_end_matches(['.', ':']);
    (path.matches('/').count() >= 2 && path.len() > 3).then_some(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_varies_gives_way_to_its_kind() {
        for (message, normal) in [
            ("Internal Server Error: /", "Internal Server Error: /"),
            (
                "Internal Server Error: /products/12/photos/3",
                "Internal Server Error: /products/<n>/photos/<n>",
            ),
            ("Method Not Allowed (POST): /api/v1/x", "Method Not Allowed (POST): /api/v<n>/x"),
            ("order 12 of customer 7 took 3.5 s", "order <n> of customer <n> took <n> s"),
            ("Invalid HTTP_HOST header: '10.0.0.1:80'. You", "Invalid HTTP_HOST header: '…'. You"),
            ("cannot read /srv/shop/media/a b.jpg", "cannot read <path> b.jpg"),
            ("job 550e8400-e29b-41d4-a716-446655440000 died", "job <uuid> died"),
            ("object at 0x7f3a12 gone", "object at <hex> gone"),
            ("commit deadbeef01 and 10.0.0.12", "commit <hex> and <n>"),
            ("l'image d'accueil", "l'image d'accueil"),
            ("\u{1b}[31mréf", "\\u{<n>b}[<n>mréf"),
        ] {
            assert_eq!(normalise(message.as_bytes()), normal);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_bytes_are_normalised_without_panic(bytes in prop::collection::vec(prop::num::u8::ANY, 0..400), text in "\\PC{0,80}") {
            let escaped = normalise(&bytes).contains(char::from(27));
            prop_assert!(!escaped);
            normalise(text.as_bytes());
        }

        #[test]
        fn other_numbers_give_the_same_message(one in 0u64.., other in 0u64..) {
            let message = |number: u64| normalise(format!("stock of product {number} (ref {number}) is 'a{number}'").as_bytes());
            prop_assert_eq!(message(one), message(other));
        }
    }
}
