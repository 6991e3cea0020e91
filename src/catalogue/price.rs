//! Prices as French readers write them.

use crate::db::Price;
use crate::language::Language;

/// Writes `450 000 FCFA`; hundredths are written only where there are any (`1 250,50 FCFA`).
pub fn french_price(price: Price, currency: &str) -> String {
    Language::French.price(price.0, currency)
}

/// Writes `450,000 FCFA` as the application's API does: in whole units, halves to the even one.
pub fn api_price(price: Price, currency: &str) -> String {
    let amount = price.0.unsigned_abs();
    let (below, hundredths) = (amount / 100, amount % 100);
    let up = hundredths > 50 || (hundredths == 50 && below % 2 == 1);
    let whole = (below + u64::from(up)).to_string();
    let mut text = String::with_capacity(whole.len() * 2 + currency.len());
    if price.0 < 0 {
        text.push('-');
    }
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push(' ');
    text.push_str(currency);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apis_price_is_rounded_as_python_rounds() {
        for (hundredths, text) in [
            (45_000_000, "450,000 FCFA"),
            (99_900, "999 FCFA"),
            (123_456_789, "1,234,568 FCFA"),
            (50, "0 FCFA"),
            (150, "2 FCFA"),
            (151, "2 FCFA"),
            (250, "2 FCFA"),
            (-100_000, "-1,000 FCFA"),
        ] {
            assert_eq!(api_price(Price(hundredths), "FCFA"), text);
        }
    }

    #[test]
    fn thousands_are_parted_and_hundredths_shown_only_when_there_are_any() {
        for (hundredths, text) in [
            (45_000_000, "450\u{202f}000\u{a0}FCFA"),
            (99_900, "999\u{a0}FCFA"),
            (12_345_678_900, "123\u{202f}456\u{202f}789\u{a0}FCFA"),
            (125_050, "1\u{202f}250,50\u{a0}FCFA"),
            (7, "0,07\u{a0}FCFA"),
            (0, "0\u{a0}FCFA"),
            (-100_000, "-1\u{202f}000\u{a0}FCFA"),
        ] {
            assert_eq!(french_price(Price(hundredths), "FCFA"), text);
        }
        assert_eq!(french_price(Price(100), ""), "1");
    }
}
