//! Exact sums of decimals that SQLite keeps as integers and binary fractions.

/// Digits after the point; the database's own declaration has no place for them on SQLite.
const SCALE: usize = 12;
const ONE: i128 = 1_000_000_000_000;

/// A sum in units of 10⁻¹², which no order of the rows changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct DecimalSum(i128);

impl DecimalSum {
    pub(super) fn add_integer(&mut self, number: i64) {
        self.0 = self.0.wrapping_add(i128::from(number) * ONE);
    }

    /// Adds the decimal that Django wrote: the shortest one that this binary fraction stands for.
    ///
    /// Tells whether it could; infinities and numbers beyond 26 digits cannot.
    #[must_use]
    pub(super) fn add_real(&mut self, number: f64) -> bool {
        let hundredths = (number * 100.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::float_cmp,
            reason = "range and exactness are checked"
        )]
        if hundredths.abs() < 9.0e15 && hundredths / 100.0 == number {
            self.0 = self.0.wrapping_add(i128::from(hundredths as i64) * (ONE / 100));
            return true;
        }
        match parse(&number.to_string()) {
            Some(units) => {
                self.0 = self.0.wrapping_add(units);
                true
            }
            None => false,
        }
    }
}

impl std::fmt::Display for DecimalSum {
    /// Without zeros at the end: `1234.5`, `0`, `-0.07`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = self.0.unsigned_abs();
        let one = ONE.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        formatter.write_str(&shortened(&format!("{sign}{}.{:012}", units / one, units % one)))
    }
}

/// Takes zeros that say nothing off the end of a decimal: `12.50` and `12.5` are one number.
pub(super) fn shortened(number: &str) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        number.to_owned()
    }
}

fn parse(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.get(..SCALE).unwrap_or(fraction);
    let units: i128 = format!("{whole}{fraction:0<SCALE$}").parse().ok()?;
    Some(if negative { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_ten_times_is_one() {
        let mut sum = DecimalSum::default();
        for _ in 0..10 {
            assert!(sum.add_real(0.1));
        }
        assert_eq!(sum.to_string(), "1");
        assert!(sum.add_real(-1.123_456));
        assert_eq!(sum.to_string(), "-0.123456");
        sum.add_integer(i64::MAX);
        sum.add_integer(i64::MAX);
        assert!(sum.to_string().starts_with("18446744073709551613."));
        assert!(!sum.add_real(f64::INFINITY) && !sum.add_real(f64::NAN) && !sum.add_real(1e300));
    }

    #[test]
    fn zeros_at_the_end_say_nothing() {
        assert_eq!(
            ["12.50", "12.00", "100", "0.070"].map(shortened),
            ["12.5", "12", "100", "0.07"].map(ToOwned::to_owned)
        );
    }
}
