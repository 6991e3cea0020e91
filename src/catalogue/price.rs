//! Prices as French readers write them.

use crate::db::Price;
use crate::language::Language;

/// Writes `450 000 FCFA`; hundredths are written only where there are any (`1 250,50 FCFA`).
pub fn french_price(price: Price, currency: &str) -> String {
    Language::French.price(price.0, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted_and_hundredths_shown_only_when_there_are_any() {
        for (hundredths, text) in [
            (45_000_000, "450\u{202f}000\u{202f}FCFA"),
            (99_900, "999\u{202f}FCFA"),
            (12_345_678_900, "123\u{202f}456\u{202f}789\u{202f}FCFA"),
            (125_050, "1\u{202f}250,50\u{202f}FCFA"),
            (7, "0,07\u{202f}FCFA"),
            (0, "0\u{202f}FCFA"),
            (-100_000, "-1\u{202f}000\u{202f}FCFA"),
        ] {
            assert_eq!(french_price(Price(hundredths), "FCFA"), text);
        }
        assert_eq!(french_price(Price(100), ""), "1");
    }
}
