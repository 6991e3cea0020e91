//! A window in which DEBUG is on (guide: Erreurs 500 fréquentes, "Activer DEBUG temporairement"), and that ends with DEBUG
//! off whatever happens: error pages show secrets to visitors.
//!
//! The record is on disk before the `.env` changes, and goes when the former line is back and the site was restarted. So
//! a record with the site's lock held is an open window; one without is a window whose process was killed, and whoever
//! takes the lock next closes it. Closing does the same from every step, so that it can be cut off and done again:
//!
//! | a kill while | leaves | and [`Window::close`] |
//! | --- | --- | --- |
//! | the record is written | nothing, or a record | finds nothing to change |
//! | the `.env` is written | the former one or the new one, perhaps a file beside it | takes the line back, removes the file |
//! | the site restarts, or the window is open | DEBUG on | takes the line back, restarts the site |
//! | it closes | the line back, the site perhaps stopped | restarts the site |

use crate::config::Config;
use crate::config::django_settings;
use crate::config::django_settings::Debug;
use crate::config::env_file;
use crate::config::python;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::DEBUG_WINDOW;
use crate::system::fs;
use crate::system::lock;
use crate::system::service::Service;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// In the state folder: beside the records of changes, where the rests of writes that were cut off are removed.
const RECORD: &str = "quarantine/debug.window";
/// Values by which settings have DEBUG on, the usual one first.
const ON: [&str; 3] = ["True", "true", "1"];

/// A window, as its record has it. It holds no line of the `.env` but DEBUG's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub run: String,
    pub until: Timestamp,
    /// The `.env`, with its links followed.
    pub file: PathBuf,
    variable: String,
    value: String,
    /// The line that stood there; nothing where settings.py took its default.
    former: Option<String>,
    service: Service,
}

/// How a window found the `.env` when it closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The line is there that was there before.
    AsBefore,
    /// Somebody set the variable meanwhile, and that stays: DEBUG is what they made of it.
    SetSince,
}

impl Window {
    /// What a window would change.
    ///
    /// # Errors
    /// When DEBUG is on already, hangs on no variable of the `.env`, or nothing is known or running to be restarted.
    pub fn plan(config: &Config, run: &str, now: Timestamp, length: SignedDuration) -> Result<Self> {
        let wrong = |kind: Kind, message: String, hint: &str| Error::new(kind, message).hint(hint.to_owned());
        let Some(settings) = &config.site.settings else {
            return Err(wrong(
                Kind::Config,
                "no settings are configured".to_owned(),
                "set [site] settings to the project's settings.py",
            )
            .into());
        };
        let Some(env) = config.site.env_file() else {
            return Err(wrong(
                Kind::Config,
                "no .env is configured".to_owned(),
                "set [site] env_file to the project's .env",
            )
            .into());
        };
        let file = env.canonicalize().with_context(|| format!("find {}", env.display()))?;
        let text = std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        let (variable, value) = variable(settings, &env_file::parse(&text))?;
        let service = config.restore.service(&config.site.unit()).ok_or_else(|| {
            wrong(
                Kind::Config,
                "no unit and no command is known that restarts the site".to_owned(),
                "set [restore] units, or stop and start",
            )
        })?;
        let running = service.running()?.ok_or_else(|| {
            wrong(Kind::Failed, format!("{service} is not running"), "sitekeep troubleshoot site --fix")
        })?;
        let former = last_line(&text, &variable).map(|(_, line)| line.to_owned());
        let until = now.checked_add(length).context("tell when the window ends")?;
        Ok(Self { run: run.to_owned(), until, file, variable, value, former, service: running })
    }

    /// What opening changes, in one line.
    pub fn told(&self) -> String {
        format!("{}={} in {}, and restart {}", self.variable, self.value, self.file.display(), self.service)
    }

    /// Turns DEBUG on and restarts the site. The caller holds the site's lock, and closes it whatever this returns.
    ///
    /// # Errors
    /// When a file cannot be written, or the site does not start.
    pub fn open(&self, state_folder: &Path) -> Result<()> {
        let record = serde_json::to_vec_pretty(self).context("write the record of the DEBUG window")?;
        let path = state_folder.join(RECORD);
        fs::create_private_folder(path.parent().unwrap_or(state_folder))?;
        fs::write_atomic(&path, &record, 0o600)?;
        self.rewrite(|text| opened(text, &self.variable, &self.value))?;
        self.service.restart()
    }

    /// Takes the line back, unless somebody set it since, and restarts the site; done again, it does no harm. The caller
    /// holds the site's lock.
    ///
    /// # Errors
    /// When the `.env` cannot be written or the site does not start; the record stays then.
    pub fn close(&self, state_folder: &Path) -> Result<Closed> {
        let text = self.rewrite(|text| closed(text, &self.variable, &self.value, self.former.as_deref()))?;
        self.service.restart()?;
        let record = state_folder.join(RECORD);
        std::fs::remove_file(&record).with_context(|| format!("remove {}", record.display()))?;
        fs::sync_folder(record.parent().unwrap_or(state_folder))?;
        let is_as_before = last_line(&text, &self.variable).map(|(_, line)| line) == self.former.as_deref();
        Ok(if is_as_before { Closed::AsBefore } else { Closed::SetSince })
    }

    /// The line of the `.env` that decides of DEBUG, for people: its name and where it is.
    pub fn place(&self) -> String {
        format!("{} in {}", self.variable, self.file.display())
    }

    /// The window on record: an open one, or one that a kill left.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn on_record(state_folder: &Path) -> Result<Option<Self>> {
        let path = state_folder.join(RECORD);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        serde_json::from_slice(&bytes).map(Some).with_context(|| {
            format!("read the record {}: see that DEBUG is off, and remove it", path.display())
        })
    }

    /// Writes the `.env` with another text, where that differs, and gives that text.
    fn rewrite(&self, change: impl Fn(&str) -> String) -> Result<String> {
        let aside = self.file.with_file_name(format!(".sitekeep-{}.env", self.run));
        match std::fs::remove_file(&aside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove {}", aside.display()));
            }
            _ => {}
        }
        let text =
            std::fs::read_to_string(&self.file).with_context(|| format!("read {}", self.file.display()))?;
        let changed = change(&text);
        if changed != text {
            fs::rewrite(&self.file, &aside, changed.as_bytes())?;
        }
        Ok(changed)
    }
}

/// Tells of an open window, or of one that was left open.
pub fn check(state_folder: &Path, now: Timestamp) -> Check {
    look(state_folder, now).unwrap_or_else(|problem| {
        Finding::unknown(&DEBUG_WINDOW, "DEBUG", one_line(&problem))
            .remedy("let the user that runs this read the folder of the state")
            .into()
    })
}

fn look(state_folder: &Path, now: Timestamp) -> Result<Check> {
    let Some(window) = Window::on_record(state_folder)? else { return Ok(Check::default()) };
    let subject = window.file.display().to_string();
    let until = window.until.strftime("%H:%M:%S UTC");
    let is_held = lock::is_held(&state_folder.join("lock"))?;
    let finding = if is_held && now <= window.until {
        Finding::warning(&DEBUG_WINDOW, subject, format!("DEBUG is on until {until}"))
            .remedy("it ends by itself, or with Ctrl-C where it runs")
    } else {
        let message = if is_held {
            format!("DEBUG was to be off at {until}, and is not told to be")
        } else {
            "DEBUG was left on by a run that was cut off".to_owned()
        };
        Finding::critical(&DEBUG_WINDOW, subject, message).remedy("sitekeep troubleshoot errors --debug off")
    };
    Ok(finding.into())
}

/// The variable that DEBUG hangs on, and the value that turns it on.
fn variable(settings: &Path, known: &BTreeMap<String, String>) -> Result<(String, String)> {
    // Refuses what is no file, no text or too large for settings.
    python::read(settings, known)?;
    let text = std::fs::read_to_string(settings).with_context(|| format!("read {}", settings.display()))?;
    let place = settings.display();
    let failed = |message: String, hint: &str| Error::new(Kind::Failed, message).hint(hint.to_owned());
    match django_settings::debug_of_settings(settings, &text, known) {
        Debug::Off => {}
        Debug::On => {
            return Err(failed(
                format!("DEBUG is on already: {place}"),
                "look at the site's error pages, then put it back to False",
            )
            .into());
        }
        Debug::Unclear | Debug::Absent => {
            return Err(failed(
                format!("only Python itself can tell whether DEBUG is on: {place}"),
                "read it from the .env: DEBUG = config(\"DEBUG\", default=False, cast=bool)",
            )
            .into());
        }
    }
    let assigned = django_settings::assignments(&text);
    let names = assigned.get("DEBUG").map(|expression| django_settings::strings(expression));
    for name in names.unwrap_or_default() {
        for value in ON {
            let mut with = known.clone();
            with.insert(name.clone(), value.to_owned());
            if django_settings::debug_of_settings(settings, &text, &with) == Debug::On {
                return Ok((name, value.to_owned()));
            }
        }
    }
    Err(failed(
        format!("{place} does not take DEBUG from a variable of the .env"),
        "write DEBUG = config(\"DEBUG\", default=False, cast=bool), or set it by hand and put it back",
    )
    .into())
}

/// The last line that sets a variable, which is the one that counts, and where it begins.
fn last_line<'a>(text: &'a str, variable: &str) -> Option<(usize, &'a str)> {
    let mut begin = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if content.trim_start().split_once('=').is_some_and(|(name, _)| name.trim_end() == variable) {
            found = Some((begin, content));
        }
        begin += line.len();
    }
    found
}

fn opened(text: &str, variable: &str, value: &str) -> String {
    let line = format!("{variable}={value}");
    match last_line(text, variable) {
        Some((begin, former)) => replaced(text, begin, former, &line),
        // At the top it can be taken away again to the byte.
        None => format!("{line}\n{text}"),
    }
}

fn closed(text: &str, variable: &str, value: &str, former: Option<&str>) -> String {
    let ours = format!("{variable}={value}");
    let Some((begin, line)) = last_line(text, variable).filter(|(_, line)| *line == ours) else {
        // Somebody has set it since.
        return text.to_owned();
    };
    if let Some(former) = former {
        return replaced(text, begin, line, former);
    }
    let rest = &text[begin + line.len()..];
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    format!("{}{}", &text[..begin], rest.strip_prefix('\n').unwrap_or(rest))
}

fn replaced(text: &str, begin: usize, former: &str, line: &str) -> String {
    format!("{}{line}{}", &text[..begin], &text[begin + former.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_line_that_counts_is_changed_and_nothing_else() {
        assert_eq!(opened("A=1\nDEBUG=0\r\nB=2", "DEBUG", "True"), "A=1\nDEBUG=True\r\nB=2");
        assert_eq!(opened("DEBUG=True\n DEBUG = no\n", "DEBUG", "True"), "DEBUG=True\nDEBUG=True\n");
        assert_eq!(opened("#DEBUG=0\nDEBUGGER=1", "DEBUG", "1"), "DEBUG=1\n#DEBUG=0\nDEBUGGER=1");
    }

    #[test]
    fn what_somebody_set_since_stays() {
        assert_eq!(closed("DEBUG=False\nNEW=1\n", "DEBUG", "True", Some("DEBUG=0")), "DEBUG=False\nNEW=1\n");
        assert_eq!(closed("NEW=1\nDEBUG=True\n", "DEBUG", "True", Some("DEBUG=0")), "NEW=1\nDEBUG=0\n");
    }

    proptest! {
        #[test]
        fn a_closed_window_leaves_the_file_as_it_was(text in "((DEBUG|A|#| )(=|= )(0|no|é|)(\n|\r\n)?){0,6}") {
            let former = last_line(&text, "DEBUG").map(|(_, line)| line);
            prop_assert_eq!(closed(&opened(&text, "DEBUG", "True"), "DEBUG", "True", former), text.as_str());
        }
    }
}
