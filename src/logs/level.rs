//! Severity of an event, as Python's logging names it.

use serde::Serialize;

/// Level of a logged event; a level with a name of the application's own counts as `Info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

impl Level {
    /// Name as logs write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// Reads the level at the start of a text, and tells its length.
    ///
    /// Any other word is a level only where `any` is set: in a format that somebody copied from the site's settings.
    #[inline]
    pub(super) fn parse(text: &[u8], any: bool) -> Option<(Self, usize)> {
        let length = text.iter().take(13).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let level = match &text[..length] {
            // And the levels that applications add most often.
            b"INFO" | b"info" | b"Info" | b"TRACE" | b"VERBOSE" | b"NOTICE" | b"SUCCESS" | b"AUDIT" => {
                Self::Info
            }
            b"DEBUG" | b"debug" | b"NOTSET" => Self::Debug,
            b"WARNING" | b"warning" | b"WARN" | b"warn" => Self::Warning,
            b"ERROR" | b"error" | b"Error" => Self::Error,
            b"CRITICAL" | b"critical" | b"FATAL" | b"fatal" | b"ALERT" | b"EMERGENCY" => Self::Critical,
            other => {
                let name = any && (2..=12).contains(&length) && other.iter().all(u8::is_ascii_uppercase);
                return name.then_some((Self::Info, length));
            }
        };
        Some((level, length))
    }
}
