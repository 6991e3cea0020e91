//! The shell of a report: head, style, title, cards with the figures that matter, sections, foot.

use super::Html;
use crate::language::Language;
use anyhow::Context;
use anyhow::Result;
use askama::Template;

/// A report as one page.
#[derive(Debug, Clone)]
pub struct Page {
    pub language: Language,
    /// What the report is, such as `Catalogue statistics`.
    pub title: String,
    /// Whose it is: name of the company or the site.
    pub site: String,
    /// When it was made, in words.
    pub made: String,
    /// A sentence above everything else; may be empty.
    pub lead: String,
    sections: Html,
}

/// A figure that stands out.
#[derive(Debug, Clone)]
pub struct Card {
    pub label: String,
    pub figure: String,
    /// Smaller, below the figure; may be empty.
    pub note: String,
}

#[derive(Template)]
#[template(path = "report/page.html", escape = "none")]
struct Shell<'a> {
    language: &'static str,
    title: Html,
    site: Html,
    made: Html,
    lead: Option<Html>,
    sections: &'a Html,
    version: &'static str,
    made_by: &'static str,
}

impl Page {
    pub fn new(
        language: Language,
        title: impl Into<String>,
        site: impl Into<String>,
        made: impl Into<String>,
    ) -> Self {
        Self {
            language,
            title: title.into(),
            site: site.into(),
            made: made.into(),
            lead: String::new(),
            sections: Html::default(),
        }
    }

    /// Adds a row of figures.
    pub fn cards(&mut self, cards: &[Card]) {
        let each: Html = cards
            .iter()
            .map(|card| {
                let note = if card.note.is_empty() {
                    Html::default()
                } else {
                    Html::element("p", "note", &card.note)
                };
                Html::trusted(format!(
                    "<div class=\"card\">{}{}{note}</div>",
                    Html::element("p", "label", &card.label),
                    Html::element("p", "figure", &card.figure),
                ))
            })
            .collect();
        self.sections.push(&Html::trusted(format!("<div class=\"cards\">{each}</div>\n")));
    }

    /// Adds sections beside one another where there is room, each under its heading.
    pub fn sections(&mut self, sections: &[(&str, Html)]) {
        let each: Html = sections.iter().map(|(heading, body)| section(heading, body)).collect();
        self.sections.push(&Html::trusted(format!("<div class=\"columns\">{each}</div>\n")));
    }

    /// Adds a section over the whole width.
    pub fn section(&mut self, heading: &str, body: &Html) {
        self.sections.push(&section(heading, body));
    }

    /// The whole document.
    ///
    /// # Errors
    /// When the shell cannot be filled in.
    pub fn render(&self) -> Result<String> {
        let shell = Shell {
            language: self.language.code(),
            title: Html::text(&self.title),
            site: Html::text(&self.site),
            made: Html::text(&self.made),
            lead: (!self.lead.is_empty()).then(|| Html::text(&self.lead)),
            sections: &self.sections,
            version: env!("CARGO_PKG_VERSION"),
            made_by: self.language.pick("Made by sitekeep", "Établi par sitekeep"),
        };
        shell.render().context("write the page")
    }
}

fn section(heading: &str, body: &Html) -> Html {
    Html::trusted(format!("<section class=\"sheet\">{}{body}</section>\n", Html::element("h2", "", heading)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stands_alone_and_shows_texts_as_texts() {
        let mut page = Page::new(Language::French, "Relevé <b>", "Été & fils", "23 novembre 2026");
        page.lead = "\"Tout\" va bien".into();
        page.cards(&[Card { label: "Produits".into(), figure: "35".into(), note: "<i>".into() }]);
        page.section("Prix", &Html::text("a < b"));
        let text = page.render().expect("a page");
        assert!(text.starts_with("<!doctype html>\n<html lang=\"fr\">"), "{text}");
        for part in ["Relevé &lt;b&gt;", "Été &amp; fils", "&quot;Tout&quot;", "&lt;i&gt;", "a &lt; b"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for outside in ["http://", "https://", "<script", "@import", "url("] {
            assert!(!text.contains(outside), "{outside}");
        }
    }
}
