//! The part of a file that a request asks for (RFC 9110, 14.1.2).

/// Which bytes to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    /// First byte and number of bytes.
    Part(u64, u64),
    /// No byte of the file is in the range.
    Nothing,
}

/// Reads a `Range` header; what is no range in bytes, and a wish for several at once, is answered with all.
pub(super) fn wanted(header: &str, size: u64) -> Wanted {
    parse(header, size).unwrap_or(Wanted::All)
}

fn parse(header: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = header.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    if first.is_empty() {
        let length = number(last)?.min(size);
        return Some(if length == 0 { Wanted::Nothing } else { Wanted::Part(size - length, length) });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    if first >= size {
        return Some(Wanted::Nothing);
    }
    Some(Wanted::Part(first, last.min(size - 1) - first + 1))
}

/// Digits alone; more than fit are as many as there are.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        for (header, answer) in [
            ("bytes=0-0", Wanted::Part(0, 1)),
            ("bytes=2-5", Wanted::Part(2, 4)),
            ("bytes=5-", Wanted::Part(5, 5)),
            ("bytes=-3", Wanted::Part(7, 3)),
            ("bytes=-99", Wanted::Part(0, 10)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0, 10)),
            ("Bytes = 9-9", Wanted::Part(9, 1)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
        ] {
            assert_eq!(wanted(header, 10), answer, "{header}");
        }
        assert_eq!(wanted("bytes=0-", 0), Wanted::Nothing);
    }

    proptest::proptest! {
        #[test]
        fn no_range_leaves_the_file(header in "bytes=[0-9-]{0,30}", size in 0_u64..2000) {
            if let Wanted::Part(first, length) = wanted(&header, size) {
                proptest::prop_assert!(length > 0 && first.checked_add(length).is_some_and(|end| end <= size));
            }
        }
    }

    #[test]
    fn what_is_no_range_is_answered_with_all() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "items=0-1",
            "bytes=0-1,4-5",
            "bytes=+1-2",
        ] {
            assert_eq!(wanted(header, 10), Wanted::All, "{header}");
        }
    }
}
