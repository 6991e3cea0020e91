//! Errors that decide an exit code or carry a hint; all others are plain `anyhow` chains.

use std::fmt;

/// What went wrong, as far as the exit code is concerned (docs/exit-codes.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The work could not be done: 2.
    Failed,
    /// The truth could not be determined: 3.
    Undetermined,
    /// The command line makes no sense: 64 (`EX_USAGE` of sysexits.h).
    Usage,
    /// Another run holds the lock: 75 (`EX_TEMPFAIL`).
    Locked,
    /// The configuration is missing or wrong: 78 (`EX_CONFIG`).
    Config,
    /// The user or the system asked to stop: 128 and the signal's number, 130 or 143.
    Interrupted(u8),
}

impl Kind {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 2,
            Self::Undetermined => 3,
            Self::Usage => 64,
            Self::Locked => 75,
            Self::Config => 78,
            Self::Interrupted(signal) => 128_u8.saturating_add(signal),
        }
    }
}

/// An error with an exit code of its own, and a hint that says what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub hint: Option<String>,
}

impl Error {
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

/// Exit code of an error: that of the first [`Error`] in its chain, else 2.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<Error>().map_or(Kind::Failed, |known| known.kind).exit_code()
}

/// Whether somebody asked to stop: then that is all there is to tell, and nothing failed.
pub fn is_interruption(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Error>().is_some_and(|known| matches!(known.kind, Kind::Interrupted(_)))
}

/// The whole chain on one line, outermost first, each cause once.
pub fn one_line(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let part = cause.to_string();
        if text.ends_with(&part) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(part.trim_end());
    }
    text.replace('\n', " ")
}

/// Hints found along the chain, outermost first.
pub fn hints(error: &anyhow::Error) -> Vec<&str> {
    error.downcast_ref::<Error>().and_then(|known| known.hint.as_deref()).into_iter().collect()
}

/// What to do about an error of the machine that carries no hint of its own.
pub fn way_out(error: &anyhow::Error) -> Option<&'static str> {
    let kind = error.chain().find_map(|cause| Some(cause.downcast_ref::<std::io::Error>()?.kind()))?;
    match kind {
        std::io::ErrorKind::PermissionDenied => Some("run as root, or as the user that owns it"),
        std::io::ErrorKind::StorageFull => Some("make room there: sitekeep disk"),
        std::io::ErrorKind::ReadOnlyFilesystem => {
            Some("that file system is mounted read-only: sitekeep disk")
        }
        _ => None,
    }
}

/// Whether the error is a closed pipe: the reader has seen enough, which is no failure.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn an_error_of_the_machine_has_a_way_out_of_its_own() {
        let of = |kind: std::io::ErrorKind| {
            way_out(&anyhow::Error::from(std::io::Error::from(kind)).context("write x"))
        };
        assert!(of(std::io::ErrorKind::PermissionDenied).is_some_and(|hint| hint.contains("run as")));
        assert!(of(std::io::ErrorKind::StorageFull).is_some_and(|hint| hint.contains("make room")));
        assert_eq!(of(std::io::ErrorKind::NotFound), None);
    }

    #[test]
    fn the_exit_code_survives_added_context() {
        let error = Err::<(), _>(Error::new(Kind::Locked, "locked").hint("wait"))
            .context("back up the database")
            .expect_err("an error");
        assert_eq!(exit_code(&error), 75);
        assert_eq!(hints(&error), ["wait"]);
        assert_eq!(one_line(&error), "back up the database: locked");
        assert_eq!(exit_code(&anyhow::anyhow!("other")), 2);
    }
}
