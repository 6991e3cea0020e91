//! Prices: exact to the hundredth, as Django's `decimal(10, 2)`.

use anyhow::Context;
use anyhow::Result;
use std::fmt;

/// An amount in hundredths of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub i64);

impl Price {
    /// Reads what either database answers for a price: `450000`, `450000.0`, `450000.00`, `1.5e5`.
    ///
    /// # Errors
    /// When the text is no number, or is larger than any price.
    pub fn parse(text: &str) -> Result<Self> {
        Self::exact(text)
            .or_else(|| Self::rounded(text.parse().ok()?))
            .with_context(|| format!("read the price `{text}`"))
    }

    fn exact(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !plain(whole) || !plain(fraction) {
            return None;
        }
        let hundredths = format!("{whole}{fraction:0<2}").parse::<i64>().ok()?;
        Some(Self(if negative { -hundredths } else { hundredths }))
    }

    fn rounded(number: f64) -> Option<Self> {
        let hundredths = (number * 100.0).round_ties_even();
        #[expect(clippy::cast_possible_truncation, reason = "range checked")]
        (hundredths.abs() < 9.0e15).then_some(Self(hundredths as i64))
    }
}

impl fmt::Display for Price {
    /// Writes the number as Django's API does: `450000.00`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(formatter, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_price_is_the_same_price() {
        for text in ["450000", "450000.0", "450000.00", "4.5e5", "450000.000"] {
            assert_eq!(Price::parse(text).expect(text), Price(45_000_000));
        }
        assert_eq!(Price::parse("-0.5").expect("negative").to_string(), "-0.50");
        assert_eq!(Price::parse("0.07").expect("cents").to_string(), "0.07");
        for text in ["", "abc", "NaN", "inf", "1e300", "."] {
            assert!(Price::parse(text).is_err(), "{text}");
        }
    }
}
