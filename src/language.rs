//! The two languages that reports for the people of a site are written in, and how each writes figures and dates.

use crate::units::ByteSize;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;
use std::str::FromStr;

/// Narrow no-break space: it parts thousands and units in French, and never breaks a line.
const SPACE: char = '\u{202f}';

const MONTHS_FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// In which language a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "fr")]
    French,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::English),
            "fr" => Ok(Self::French),
            _ => Err("write en or fr".to_owned()),
        }
    }
}

impl Language {
    /// The language of a locale such as `fr_FR.UTF-8`; English for all but French.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '@', '-', ':']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("fr") { Self::French } else { Self::English }
    }

    /// As HTML's `lang` and the command line have it.
    pub fn code(self) -> &'static str {
        self.pick("en", "fr")
    }

    /// One of two texts.
    pub fn pick<T>(self, english: T, french: T) -> T {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }

    /// `12,345` or `12 345`.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let separator = self.pick(',', SPACE);
        let mut text = String::with_capacity(digits.len() * 2);
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// A difference with its sign: `+1,200`, `−3`, `±0`.
    pub fn difference(self, difference: i64) -> String {
        let sign = match difference {
            0 => '±',
            1.. => '+',
            _ => '−',
        };
        format!("{sign}{}", self.number(difference.unsigned_abs()))
    }

    /// `450,000 FCFA` or `450 000 FCFA`, from hundredths; hundredths are written only where there are any.
    pub fn price(self, hundredths: i64, currency: &str) -> String {
        let amount = hundredths.unsigned_abs();
        let mut text = self.number(amount / 100);
        if hundredths < 0 {
            text.insert(0, '-');
        }
        if !amount.is_multiple_of(100) {
            text.push(self.pick('.', ','));
            let hundredths = amount % 100;
            if hundredths < 10 {
                text.push('0');
            }
            text.push_str(&hundredths.to_string());
        }
        if !currency.is_empty() {
            text.push(SPACE);
            text.push_str(currency);
        }
        text
    }

    /// The share that `part` is of `whole`: `33.3%` or `33,3 %`; a dash where the whole is nothing.
    pub fn share(self, part: u64, whole: u64) -> String {
        if whole == 0 {
            return "–".to_owned();
        }
        let thousandths = (u128::from(part) * 2000 / u128::from(whole)).div_ceil(2);
        let (whole, tenth) = (thousandths / 10, thousandths % 10);
        let number =
            if tenth == 0 { whole.to_string() } else { format!("{whole}{}{tenth}", self.pick('.', ',')) };
        match self {
            Self::English => format!("{number}%"),
            Self::French => format!("{number}{SPACE}%"),
        }
    }

    /// `1.5 MB` or `1,5 Mo`.
    pub fn bytes(self, bytes: u64) -> String {
        let text = ByteSize(bytes).to_string();
        match self {
            Self::English => text,
            Self::French => text.replace('.', ",").replace(' ', &SPACE.to_string()).replace('B', "o"),
        }
    }

    /// `23 November 2026` or `23 novembre 2026`.
    pub fn date(self, date: Date) -> String {
        match self {
            Self::English => date.strftime("%-d %B %Y").to_string(),
            Self::French => {
                let month = usize::try_from(date.month() - 1).ok().and_then(|month| MONTHS_FRENCH.get(month));
                let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
                format!("{day} {} {}", month.copied().unwrap_or_default(), date.year())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_their_readers_write_them() {
        let (english, french) = (Language::English, Language::French);
        assert_eq!(english.number(1_234_567), "1,234,567");
        assert_eq!(french.number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(english.price(45_000_050, "FCFA"), "450,000.50\u{202f}FCFA");
        assert_eq!(french.difference(-1200), "−1\u{202f}200");
        assert_eq!(english.difference(0), "±0");
        assert_eq!(english.share(1, 3), "33.3%");
        assert_eq!(french.share(2, 3), "66,7\u{202f}%");
        assert_eq!(english.share(35, 35), "100%");
        assert_eq!(english.share(0, 0), "–");
        assert_eq!(french.bytes(1_500_000), "1,5\u{202f}Mo");
        assert_eq!(french.bytes(12), "12\u{202f}o");
    }

    #[test]
    fn dates_are_written_out() {
        let date = Date::constant(2026, 8, 1);
        assert_eq!(Language::English.date(date), "1 August 2026");
        assert_eq!(Language::French.date(date), "1er août 2026");
    }

    #[test]
    fn a_locale_names_its_language() {
        for locale in ["fr", "fr_FR.UTF-8", "fr_BJ", "FR-fr", "fr@euro"] {
            assert_eq!(Language::of_locale(locale), Language::French, "{locale}");
        }
        for locale in ["", "C", "en_US.UTF-8", "fro_XX", "fy_NL"] {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }
}
