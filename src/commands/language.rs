//! In which language, and with which letters, the people at this terminal read.

use crate::config::Environment;
use crate::language::Language;
use clap::Args;

/// Option of every command that writes for the people of the site.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct LanguageArgs {
    /// Language: en or fr [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
}

impl LanguageArgs {
    /// As asked for, else as the locale has it.
    pub(super) fn language(self, environment: &Environment) -> Language {
        self.lang.unwrap_or_else(|| of_locale(environment))
    }
}

/// Language of the locale's messages; English where there is none.
pub(super) fn of_locale(environment: &Environment) -> Language {
    locale(environment, "LC_MESSAGES").map_or_else(Language::default, Language::of_locale)
}

/// Whether the locale's letters are those of Unicode.
pub(super) fn is_unicode(environment: &Environment) -> bool {
    let locale = locale(environment, "LC_CTYPE").unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn locale<'a>(environment: &'a Environment, category: &str) -> Option<&'a str> {
    ["LC_ALL", category, "LANG"].into_iter().find_map(|name| environment.get(name))
}
