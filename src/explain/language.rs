//! The languages of the explanations, and which one the user reads.

/// A language in which findings are explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

impl Language {
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The language of a code: `en`, `fr`.
    pub fn named(code: &str) -> Option<Self> {
        [Self::English, Self::French].into_iter().find(|language| language.code() == code)
    }

    /// The language that a locale names (`fr_FR.UTF-8`); English for all others.
    pub fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@']).next() {
            Some("fr") => Self::French,
            _ => Self::English,
        }
    }

    pub(super) fn texts(self) -> &'static str {
        match self {
            Self::English => include_str!("en.toml"),
            Self::French => include_str!("fr.toml"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        assert_eq!(Language::of_locale("fr_BJ.UTF-8"), Language::French);
        assert_eq!(Language::of_locale("fr"), Language::French);
        for other in ["C.UTF-8", "en_GB", "frr_DE", ""] {
            assert_eq!(Language::of_locale(other), Language::English, "{other}");
        }
    }
}
