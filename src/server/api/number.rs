//! Numbers as Python reads them in a query: page numbers and prices.

use crate::db::Price;
use std::cmp::Ordering;

/// Zeros of the scripts whose digits Python takes for digits, besides our own.
const ZEROS: [char; 6] = ['\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{ff10}'];

/// The floating-point number 1e50, beyond which Django says that a price is too large, in full.
const MOST: &str = "100000000000000007629769841091887003294964970946560";

/// Exponents that Python's decimals can have.
const EXPONENTS: i64 = 999_999_999_999_999_999;

/// What is wrong with a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    NoNumber,
    TooLarge,
}

/// Reads a page number; nothing for what is none, and for one that no list reaches.
pub(super) fn page(text: &str) -> Option<u64> {
    let text = ascii_digits(text.trim_matches(is_blank));
    let digits = text.strip_prefix('+').unwrap_or(&text);
    let single = digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !single {
        return None;
    }
    digits.replace('_', "").parse().ok()
}

/// Reads a lower bound of prices: the least price, in whole hundredths, that is not below it.
pub(super) fn at_least(text: &str) -> Result<Price, Wrong> {
    hundredths(text, true)
}

/// Reads an upper bound of prices: the greatest price that is not above it.
pub(super) fn at_most(text: &str) -> Result<Price, Wrong> {
    hundredths(text, false)
}

fn hundredths(text: &str, up: bool) -> Result<Price, Wrong> {
    let text = ascii_digits(&text.trim_matches(is_blank).replace('_', ""));
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Wrong::NoNumber);
            }
            let exponent: i64 = exponent.parse().map_err(|_| Wrong::NoNumber)?;
            (number, exponent)
        }
        None => (unsigned, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if (whole.is_empty() && fraction.is_empty()) || !all_digits || exponent.abs() > EXPONENTS {
        return Err(Wrong::NoNumber);
    }
    let joined = format!("{whole}{fraction}");
    let digits = joined.trim_start_matches('0');
    // Of the number in hundredths: how many digits stand before its point.
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(EXPONENTS);
    let before_point = length(digits) - length(fraction) + exponent + 2;
    if digits.is_empty() {
        return Ok(Price(0));
    }
    if !negative && exceeds(digits, before_point - 2) {
        return Err(Wrong::TooLarge);
    }
    let magnitude = if before_point > 15 {
        // Beyond every price that there can be.
        10_i64.pow(15)
    } else {
        let places = usize::try_from(before_point).unwrap_or(0);
        let (kept, dropped) = digits.split_at(places.min(digits.len()));
        let kept = format!("{kept:0<places$}").parse::<i64>().unwrap_or(0);
        let rounds_away = up != negative && dropped.bytes().any(|digit| digit != b'0');
        kept + i64::from(rounds_away)
    };
    Ok(Price(if negative { -magnitude } else { magnitude }))
}

/// Whether a number is beyond `MOST`: its digits, of which so many stand before the point.
fn exceeds(digits: &str, before_point: i64) -> bool {
    match usize::try_from(before_point).unwrap_or(0).cmp(&MOST.len()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        // Of the same length, digits are in the order of their numbers; zeros at the end add nothing.
        Ordering::Equal => digits.trim_end_matches('0') > MOST.trim_end_matches('0'),
    }
}

fn ascii_digits(text: &str) -> String {
    let own = |character: char| {
        let value = ZEROS.iter().find_map(|zero| {
            let distance = u32::from(character).checked_sub(u32::from(*zero))?;
            char::from_digit(distance, 10)
        });
        value.unwrap_or(character)
    };
    text.chars().map(own).collect()
}

/// Whether Python's `strip` takes it off.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_as_python_reads_whole_numbers() {
        for (text, number) in [("2", 2), (" 1 ", 1), ("+2", 2), ("1_0", 10), ("\u{662}", 2), ("0", 0)] {
            assert_eq!(page(text), Some(number), "{text}");
        }
        for text in ["", "-1", "1.0", "abc", "_1", "1__0", "99999999999999999999999", "1\0", "++1"] {
            assert_eq!(page(text), None, "{text}");
        }
    }

    #[test]
    fn prices_are_read_as_python_reads_decimals() {
        for (text, price) in [
            ("100000", 10_000_000),
            (" 1e5 ", 10_000_000),
            ("1_000", 100_000),
            (".5", 50),
            ("5.", 500),
            ("+5", 500),
            ("-5", -500),
            ("1.5E+2", 15_000),
            ("0e99", 0),
            ("\u{661}\u{660}", 1000),
            ("1e15", 1_000_000_000_000_000),
            ("-1e400", -1_000_000_000_000_000),
        ] {
            assert_eq!(at_least(text), Ok(Price(price)), "{text}");
            assert_eq!(at_most(text), Ok(Price(price)), "{text}");
        }
        for text in
            ["", "abc", "NaN", "-inf", "Infinity", "0x10", "1,5", "1 0", "--5", "1\0", ".", "1e", "e5"]
        {
            assert_eq!(at_least(text), Err(Wrong::NoNumber), "{text}");
        }
        for text in ["1.00000000000000008e50", "1e51", "1e400", "1e100000000"] {
            assert_eq!(at_most(text), Err(Wrong::TooLarge), "{text}");
        }
        for text in ["1e50", "1.00000000000000007e50", "-1e51"] {
            assert!(at_most(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_bound_between_two_hundredths_goes_to_the_one_inside() {
        assert_eq!((at_least("1.001"), at_most("1.001")), (Ok(Price(101)), Ok(Price(100))));
        assert_eq!((at_least("-1.001"), at_most("-1.001")), (Ok(Price(-100)), Ok(Price(-101))));
        assert_eq!((at_least("1e-400"), at_most("1e-400")), (Ok(Price(1)), Ok(Price(0))));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail_otherwise(text in "\\PC{0,20}|[0-9.eE+_-]{0,40}") {
            let _ = (page(&text), at_least(&text), at_most(&text));
        }
    }
}
