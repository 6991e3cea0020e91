//! One line of an access log in the common or combined format, taken apart without an allocation.

use super::stamp;
use super::stamp::Stamp;
use crate::config::RequestTime;
use std::net::IpAddr;

/// What a line of an access log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AccessLine<'a> {
    /// Address of the client; empty or `-` behind a socket.
    pub(super) address: &'a [u8],
    pub(super) stamp: Stamp,
    /// Empty where the request was no HTTP.
    pub(super) method: &'a [u8],
    /// Path without its query.
    pub(super) path: &'a [u8],
    pub(super) status: u16,
    /// What follows the status.
    rest: &'a [u8],
}

impl<'a> AccessLine<'a> {
    /// Takes a line apart: `ADDRESS - USER [TIME] "METHOD PATH VERSION" STATUS …`.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let bracket = memchr::memchr(b'[', line)?;
        let (stamp, length) = stamp::parse(line.get(bracket + 1..)?, true)?;
        let request = line.get(bracket + 1 + length..)?.strip_prefix(b"] \"")?;
        let end = request_end(request)?;
        let (request, behind) = (&request[..end], &request[end + 2..]);
        let [hundreds @ b'1'..=b'9', tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] = behind else {
            return None;
        };
        if !matches!(rest.first(), None | Some(b' ')) {
            return None;
        }
        let digit = |byte: &u8| u16::from(byte - b'0');
        let status = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
        let (method, path) = method_and_path(request);
        Some(Self { address: address(&line[..bracket]), stamp, method, path, status, rest })
    }

    /// Whether sitekeep itself asked: the browser of the combined format begins with its name.
    pub(super) fn is_own(&self) -> bool {
        let agent = || {
            let quoted = &self.rest[memchr::memmem::find(self.rest, b" \"")? + 2..];
            quoted[quote_end(quoted)? + 1..].strip_prefix(b" \"")
        };
        agent().is_some_and(|agent| agent.starts_with(b"sitekeep/"))
    }

    /// Time the request took in microseconds: the first number behind the quoted referrer and browser.
    pub(super) fn request_time(&self, unit: RequestTime) -> Option<u64> {
        // The answer's length comes first; where no quoted field follows, the format is the common one.
        let mut rest = self.rest.trim_ascii_start();
        rest = &rest[memchr::memchr(b' ', rest)?..];
        for _ in 0..2 {
            if let Some(quoted) = rest.strip_prefix(b" \"") {
                rest = &quoted[quote_end(quoted)? + 1..];
            }
        }
        rest.split(u8::is_ascii_whitespace).find_map(|word| duration(word, unit))
    }
}

/// Position of the quote that ends the request: the first behind which a status stands.
fn request_end(request: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'"', request).find(|end| {
        matches!(request.get(end + 1..), Some([b' ', status @ ..]) if status.first().is_some_and(u8::is_ascii_digit))
    })
}

fn method_and_path(request: &[u8]) -> (&[u8], &[u8]) {
    let Some(space) = memchr::memchr(b' ', request) else { return (b"", request) };
    let (method, target) = (&request[..space], &request[space + 1..]);
    if method.is_empty() || !method.iter().all(u8::is_ascii_uppercase) {
        return (b"", request);
    }
    let end = target.iter().position(|byte| matches!(byte, b' ' | b'?' | b'#')).unwrap_or(target.len());
    (method, &target[..end])
}

/// The client's address: the first word, or the second where the first names the virtual host.
fn address(before_time: &[u8]) -> &[u8] {
    let first = before_time.split(|byte| *byte == b' ').next().unwrap_or_default();
    if memchr::memchr_iter(b':', first).count() == 1
        && let Some(second) = before_time.split(|byte| *byte == b' ').nth(1)
        && std::str::from_utf8(second).is_ok_and(|second| second.parse::<IpAddr>().is_ok())
    {
        return second;
    }
    first
}

/// Position of the quote that ends a field; one behind a backslash does not.
fn quote_end(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'"', text).find(|end| {
        let backslashes = text[..*end].iter().rev().take_while(|byte| **byte == b'\\').count();
        backslashes.is_multiple_of(2)
    })
}

/// Reads `0.123`, `"0.123"`, `rt=0.123` or `123456` as microseconds.
fn duration(word: &[u8], unit: RequestTime) -> Option<u64> {
    let word = word.strip_prefix(b"\"").unwrap_or(word);
    let word = word.strip_suffix(b"\"").unwrap_or(word);
    let name = word.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    let word = if name > 0 { word[name..].strip_prefix(b"=")? } else { word };
    let is_number = word.len() < 20
        && word.first().is_some_and(u8::is_ascii_digit)
        && word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let number: f64 = std::str::from_utf8(word).ok().filter(|_| is_number)?.parse().ok()?;
    let factor = match unit {
        RequestTime::Auto if word.contains(&b'.') => 1e6,
        RequestTime::Seconds => 1e6,
        RequestTime::Milliseconds => 1e3,
        RequestTime::Auto | RequestTime::Microseconds => 1.0,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and is not negative"
    )]
    Some((number * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(line: &str) -> (String, String, String, u16, Option<u64>) {
        let line = AccessLine::parse(line.as_bytes()).expect(line);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let time = line.request_time(RequestTime::Auto);
        (text(line.address), text(line.method), text(line.path), line.status, time)
    }

    #[test]
    fn the_formats_of_gunicorn_nginx_and_apache_are_read() {
        const TIME: &str = "[23/Nov/2026:00:30:14 +0100]";
        for (start, end, address, method, path, status, time) in [
            (
                "10.0.0.1 - - ",
                r#""GET /a/?b=1 HTTP/1.1" 200 342 "-" "curl/7.88.1""#,
                "10.0.0.1",
                "GET",
                "/a/",
                200,
                None,
            ),
            (
                "::1 - anna ",
                r#""POST /admin/login/ HTTP/1.1" 302 0"#,
                "::1",
                "POST",
                "/admin/login/",
                302,
                None,
            ),
            (
                "10.0.0.1 - - ",
                r#""GET / HTTP/1.1" 500 1 "-" "a \"b\" c" 0.250"#,
                "10.0.0.1",
                "GET",
                "/",
                500,
                Some(250_000),
            ),
            (
                "10.0.0.1 - - ",
                r#""GET / HTTP/1.1" 200 1 "-" "x" rt=1.5 uct="0.0""#,
                "10.0.0.1",
                "GET",
                "/",
                200,
                Some(1_500_000),
            ),
            (
                "10.0.0.1 - - ",
                r#""GET / HTTP/1.1" 200 - "-" "x" 1234"#,
                "10.0.0.1",
                "GET",
                "/",
                200,
                Some(1234),
            ),
            (
                "shop.example:443 10.0.0.9 - - ",
                r#""GET / HTTP/2.0" 404 1"#,
                "10.0.0.9",
                "GET",
                "/",
                404,
                None,
            ),
            ("- - - ", r#""GET /a"b HTTP/1.1" 404 1 "-" "x""#, "-", "GET", "/a\"b", 404, None),
            ("10.0.0.1 - - ", r#""\x16\x03" 400 157 "-" "-""#, "10.0.0.1", "", r"\x16\x03", 400, None),
            ("10.0.0.1 - - ", r#""-" 408 0 "-" "-""#, "10.0.0.1", "", "-", 408, None),
        ] {
            let line = format!("{start}{TIME} {end}");
            let expected = (address.to_owned(), method.to_owned(), path.to_owned(), status, time);
            assert_eq!(parse(&line), expected, "{line}");
        }
    }

    #[test]
    fn own_requests_are_known_by_the_browser_alone() {
        for (rest, own) in [
            (r#"200 342 "-" "sitekeep/0.1.0""#, true),
            (r#"200 342 "https://shop.example/" "sitekeep/0.1.0" 1234"#, true),
            (r#"200 342 "sitekeep/0.1.0" "curl""#, false),
            (r#"200 342 "-" "Mozilla/5.0 \" \"sitekeep/0.1.0""#, false),
            ("200 342", false),
            ("200", false),
        ] {
            let line = format!("10.0.0.1 - - [23/Nov/2026:00:30:14 +0100] \"GET / HTTP/1.1\" {rest}");
            assert_eq!(AccessLine::parse(line.as_bytes()).expect(&line).is_own(), own, "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_line_is_read_without_panic(bytes in prop::collection::vec(prop::num::u8::ANY, 0..60), tail in "[ \"\\\\0-9a.=-]{0,40}") {
            let start = b"10.0.0.1 - - [23/Nov/2026:00:30:14 +0100] \"GET /";
            for line in [bytes.clone(), [start, bytes.as_slice(), b" HTTP/1.1\" 200 ", tail.as_bytes()].concat()] {
                if let Some(line) = AccessLine::parse(&line) {
                    line.request_time(RequestTime::Auto);
                    line.is_own();
                }
            }
        }
    }
}
