//! Prices as people type them.

use crate::db::Price;

/// Reads `450000`, `450 000`, `1250,50` or `450 000 FCFA`; what could mean two prices is refused.
///
/// # Errors
/// What is wrong with it, as a sentence's end.
pub fn read_price(text: &str, currency: &str) -> Result<Price, String> {
    let wrong = |why: &str| format!("`{text}` {why}: write a number such as 450000 or 1250.50");
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.strip_suffix(currency).unwrap_or(&plain);
    let (whole, hundredths) = match plain.split_once(['.', ',']) {
        Some((_, rest)) if rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Err(wrong("could mean two prices"));
        }
        Some((whole, rest)) => (whole, rest),
        None => (plain, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(hundredths) || hundredths.len() > 2 {
        return Err(wrong("is no price"));
    }
    let number = format!("{whole}{hundredths:0<2}").parse::<i64>().map_err(|_| wrong("is too large"))?;
    Ok(Price(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        for (text, hundredths) in [
            ("450000", 45_000_000),
            ("450 000", 45_000_000),
            ("450\u{202f}000\u{a0}FCFA", 45_000_000),
            ("1250,50", 125_050),
            ("1250.5", 125_050),
            ("0", 0),
        ] {
            assert_eq!(read_price(text, "FCFA"), Ok(Price(hundredths)), "{text}");
        }
        for text in ["", "abc", "-5", "1e5", "450,000", "450.000", "1.2.3", "12,345,678", "1.234", "NaN"] {
            assert!(read_price(text, "FCFA").is_err(), "{text}");
        }
    }
}
