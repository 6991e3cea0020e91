//! What each sort of finding means: why it matters, what was looked at, what to do about it.
//!
//! The texts are data, one file per language with a table per identifier, in the order of the families.

mod remedy;

pub use remedy::Step;

use crate::language::Language;
use crate::status::Kind;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The text on one sort of finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// Missing in English, where it is the kind's own.
    title: Option<String>,
    why: String,
    looked_at: String,
    remedy: String,
}

/// What one sort of finding means, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub kind: &'static Kind,
    pub title: String,
    pub why: String,
    pub looked_at: String,
    pub remedy: Vec<Step>,
}

/// The explanation of every sort of finding, in the order of the kinds.
///
/// # Errors
/// When a text is missing or cannot be read.
pub fn explanations(kinds: &[&'static Kind], language: Language) -> Result<Vec<Explanation>> {
    let mut texts: BTreeMap<String, Text> =
        toml::from_str(texts_in(language)).context("read the texts on findings")?;
    kinds
        .iter()
        .map(|kind| {
            let text = texts.remove(kind.id).with_context(|| format!("find the text on {}", kind.id))?;
            Ok(Explanation {
                kind,
                title: text.title.unwrap_or_else(|| kind.title.to_owned()),
                why: unfold(&text.why),
                looked_at: unfold(&text.looked_at),
                remedy: remedy::steps(&text.remedy),
            })
        })
        .collect()
}

fn texts_in(language: Language) -> &'static str {
    language.pick(include_str!("en.toml"), include_str!("fr.toml"))
}

/// One paragraph from the lines it is written in.
fn unfold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::kinds;

    fn texts(language: Language) -> BTreeMap<String, Text> {
        toml::from_str(texts_in(language)).expect("the texts")
    }

    #[test]
    fn every_kind_is_explained_in_every_language_and_nothing_else_is() {
        for language in [Language::English, Language::French] {
            let texts = texts(language);
            for kind in kinds::ALL {
                let text = texts.get(kind.id).unwrap_or_else(|| {
                    panic!("{} has no text in src/explain/{}.toml", kind.id, language.code())
                });
                for (name, part) in
                    [("why", &text.why), ("looked_at", &text.looked_at), ("remedy", &text.remedy)]
                {
                    assert!(part.split_whitespace().count() >= 4, "{}: {name} says nothing", kind.id);
                }
                assert_eq!(text.title.is_some(), language == Language::French, "title of {}", kind.id);
            }
            for id in texts.keys() {
                assert!(kinds::find(id).is_some(), "{id} is no sort of finding");
            }
        }
    }

    #[test]
    fn both_languages_give_the_same_commands() {
        let commands = |language| -> Vec<(&str, Vec<String>)> {
            explanations(kinds::ALL, language)
                .expect("texts")
                .into_iter()
                .map(|text| {
                    let commands = text.remedy.into_iter().filter_map(|step| step.command);
                    (text.kind.id, commands.collect())
                })
                .collect()
        };
        assert_eq!(commands(Language::English), commands(Language::French));
    }

    #[test]
    fn french_is_not_a_copy_of_english() {
        let (english, french) = (texts(Language::English), texts(Language::French));
        for (id, text) in &french {
            assert_ne!(text.why, english[id].why, "{id}");
            assert_ne!(text.looked_at, english[id].looked_at, "{id}");
        }
    }
}
