//! Markup that is safe to show: text becomes markup only here, escaped.

use std::fmt;

/// A piece of HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// A text as it stands, whatever characters it holds.
    pub fn text(text: &str) -> Self {
        let mut safe = String::with_capacity(text.len() + 8);
        for character in text.chars() {
            match character {
                '&' => safe.push_str("&amp;"),
                '<' => safe.push_str("&lt;"),
                '>' => safe.push_str("&gt;"),
                '"' => safe.push_str("&quot;"),
                '\'' => safe.push_str("&#39;"),
                // No parser of HTML takes these.
                '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' => safe.push('\u{fffd}'),
                other => safe.push(other),
            }
        }
        Self(safe)
    }

    /// Markup that was made of escaped pieces; the caller answers for it.
    pub fn trusted(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// A text in an element: `<p class="lead">…</p>`.
    pub fn element(name: &str, class: &str, text: &str) -> Self {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        Self(format!("<{name}{class}>{}</{name}>", Self::text(text)))
    }

    pub fn push(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }
}

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<T: IntoIterator<Item = Html>>(pieces: T) -> Self {
        let mut whole = Self::default();
        for piece in pieces {
            whole.push(&piece);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_never_becomes_markup() {
        let text = Html::text("<script>alert(\"x\")</script> & 'y' \u{1}");
        assert_eq!(
            text.to_string(),
            "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39; \u{fffd}"
        );
        assert_eq!(Html::element("p", "lead", "<").to_string(), "<p class=\"lead\">&lt;</p>");
    }
}
