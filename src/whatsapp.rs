//! Telephone numbers as WhatsApp takes them: what the server links to, and what the checks hold the link to.

use std::fmt;

/// A number that WhatsApp can call: digits alone, with the country's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsAppNumber(String);

impl WhatsAppNumber {
    /// Reads `+229 01 23 45 67 89`, `0022901…` and the like; nothing for a placeholder such as `237XXXXXXXXX`, whose
    /// link would lead nowhere (E.164 has at most 15 digits).
    pub fn parse(text: &str) -> Option<Self> {
        let known =
            |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '.' | '(' | ')');
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        (text.chars().all(known) && (8..=15).contains(&digits.len())).then(|| Self(digits.to_owned()))
    }
}

impl fmt::Display for WhatsAppNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in ["2290123456789", "+229 01 23 45 67 89", "00229 (01) 23-45.67.89"] {
            assert_eq!(
                WhatsAppNumber::parse(text).map(|number| number.to_string()).as_deref(),
                Some("2290123456789")
            );
        }
    }

    #[test]
    fn a_placeholder_is_no_number() {
        for text in ["237XXXXXXXXX", "", "12345", "1234567890123456", "229 01 23 45 67 ext 4"] {
            assert_eq!(WhatsAppNumber::parse(text), None, "{text}");
        }
    }
}
