//! In which form an answer is wanted: Django REST framework's negotiation between JSON and its page for browsers.

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::ser::PrettyFormatter;
use serde_json::ser::Serializer;

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// With so many blanks for each level; 0 is all in one line.
    Json(usize),
    /// A page that shows the JSON.
    Page,
}

/// Why none fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The format named is none of ours.
    NotFound,
    NotAcceptable,
}

/// Chooses by the format that path or query name, and by the `Accept` header; `q` counts for nothing there.
pub(super) fn choose(format: Option<&str>, accept: Option<&str>) -> Result<Form, Unfit> {
    let forms = match format {
        None | Some("") => &[("json", Form::Json(0)), ("html", Form::Page)][..],
        Some("json") => &[("json", Form::Json(0))],
        Some("api") => &[("html", Form::Page)],
        Some(_) => return Err(Unfit::NotFound),
    };
    let accepted: Vec<MediaType> = accept.unwrap_or("*/*").split(',').map(MediaType::parse).collect();
    for precedence in (0..=3).rev() {
        let level: Vec<&MediaType> = accepted.iter().filter(|kind| kind.precedence() == precedence).collect();
        for (name, form) in forms {
            if let Some(kind) = level.iter().find(|kind| kind.matches(name)) {
                return Ok(if *form == Form::Page { Form::Page } else { Form::Json(kind.indent) });
            }
        }
    }
    Err(Unfit::NotAcceptable)
}

/// One entry of an `Accept` header.
struct MediaType {
    main: String,
    sub: String,
    has_parameters: bool,
    indent: usize,
}

impl MediaType {
    fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let (main, sub) = parts.next().unwrap_or_default().split_once('/').unwrap_or_default();
        let (mut has_parameters, mut indent) = (false, 0);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            has_parameters |= name.trim() != "q";
            if name.trim() == "indent" {
                indent = value.trim().parse::<usize>().unwrap_or(0).min(8);
            }
        }
        Self { main: main.to_lowercase(), sub: sub.to_lowercase(), has_parameters, indent }
    }

    fn precedence(&self) -> u8 {
        match (self.main.as_str(), self.sub.as_str()) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if self.has_parameters => 3,
            _ => 2,
        }
    }

    fn matches(&self, form: &str) -> bool {
        let main = if form == "json" { "application" } else { "text" };
        (self.main == "*" || self.main == main) && (self.sub == "*" || self.sub == form)
    }
}

/// Writes JSON as Django REST framework does.
pub(super) fn json(value: &impl Serialize, indent: usize) -> serde_json::Result<String> {
    let mut bytes = Vec::with_capacity(8 * 1024);
    if indent == 0 {
        serde_json::to_writer(&mut bytes, value)?;
    } else {
        let blanks = " ".repeat(indent);
        let formatter = PrettyFormatter::with_indent(blanks.as_bytes());
        value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))?;
    }
    let text = String::from_utf8(bytes).map_err(serde_json::Error::custom)?;
    // Two ends of a line that JavaScript once took for its own.
    if text.contains(['\u{2028}', '\u{2029}']) {
        return Ok(text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_first_where_nothing_is_wanted_more() {
        for accept in [
            None,
            Some("*/*"),
            Some("application/*"),
            Some("text/html, application/json;q=0.1"),
            Some("x/y, */*"),
        ] {
            assert_eq!(choose(None, accept), Ok(Form::Json(0)), "{accept:?}");
        }
        assert_eq!(choose(None, Some("application/json; indent=4")), Ok(Form::Json(4)));
        assert_eq!(choose(Some(""), Some("application/json;indent=99")), Ok(Form::Json(8)));
    }

    #[test]
    fn browsers_get_a_page() {
        for accept in ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"] {
            assert_eq!(choose(None, Some(accept)), Ok(Form::Page), "{accept}");
        }
        assert_eq!(choose(Some("api"), None), Ok(Form::Page));
    }

    #[test]
    fn what_is_not_there_is_told_apart_from_what_is_not_accepted() {
        assert_eq!(choose(Some("xml"), None), Err(Unfit::NotFound));
        for accept in ["", "garbage", "application/xml"] {
            assert_eq!(choose(None, Some(accept)), Err(Unfit::NotAcceptable), "{accept}");
        }
        assert_eq!(choose(Some("json"), Some("text/html")), Err(Unfit::NotAcceptable));
    }

    #[test]
    fn ends_of_lines_are_written_so_that_javascript_reads_them() {
        assert_eq!(json(&"a\u{2028}é\"\u{1}", 0).expect("JSON"), "\"a\\u2028é\\\"\\u0001\"");
    }
}
