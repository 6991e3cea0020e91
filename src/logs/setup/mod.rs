//! Django's own logging, set up (guide: Configurer les Logs Django): a module beside settings.py, one line that wires it,
//! and the rotation.
//!
//! logrotate rotates, and not Python: each worker of gunicorn is a process of its own, and when several of them rename one
//! file under each other, lines are lost. Python's `WatchedFileHandler` follows the file's name instead.

mod diff;

use crate::config::Config;
use crate::config::python;
use crate::error::Error;
use crate::error::Kind;
use crate::quarantine::Change;
use crate::quarantine::Part;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::LOG_CONFIGURED;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use diff::diff;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

const TEMPLATE: &str = include_str!("site_logging.py");
const MODULE: &str = "site_logging";

/// What Django's logging is to be, and what stands there now.
#[derive(Debug)]
pub struct LoggingSetup<'a> {
    config: &'a Config,
    settings: PathBuf,
    settings_text: String,
    module: PathBuf,
    module_text: Option<String>,
    log: PathBuf,
    /// The line that wires the module.
    pub line: String,
}

/// A file's text before and after.
struct Edit {
    name: &'static str,
    path: PathBuf,
    before: Option<String>,
    after: String,
}

impl<'a> LoggingSetup<'a> {
    /// Looks at the settings and the module beside them.
    ///
    /// # Errors
    /// When no settings or no log are configured, or a file cannot be read.
    pub fn look(config: &'a Config) -> Result<Self> {
        let Some(settings) = config.site.settings.clone() else {
            return Err(Error::new(Kind::Config, "no settings are configured")
                .hint("set [site] settings to the project's settings.py")
                .into());
        };
        let Some(log) = config.logs.django.first().cloned() else {
            return Err(Error::new(Kind::Config, "no Django log is configured")
                .hint("set [logs] django to the file that is to be written")
                .into());
        };
        // Refuses what is no file, no text or too large for settings.
        let read = python::read(&settings, &BTreeMap::new())?;
        if read.get("LOGGING_CONFIG").is_some_and(|setting| setting.line > 0) {
            bail!("{} sets LOGGING_CONFIG: Django's logging is set up by other means", settings.display());
        }
        let settings_text =
            std::fs::read_to_string(&settings).with_context(|| format!("read {}", settings.display()))?;
        let folder = settings.parent().context("find the folder of the settings")?.to_owned();
        let module = folder.join(format!("{MODULE}.py"));
        let module_text = match std::fs::read_to_string(&module) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("read {}", module.display())),
        };
        // Settings beside manage.py are a module of their own, others are in a package.
        let dot = if folder.join("manage.py").exists() { "" } else { "." };
        let line = format!("from {dot}{MODULE} import LOGGING  # sitekeep logs config");
        Ok(Self { config, settings, settings_text, module, module_text, log, line })
    }

    /// Whether the settings have the line already.
    pub fn is_wired(&self) -> bool {
        let wanted = self.line.split("  #").next().unwrap_or_default();
        let last = self
            .settings_text
            .lines()
            .collect::<Vec<_>>()
            .iter()
            .rposition(|line| line.starts_with("LOGGING"));
        let own = self
            .settings_text
            .lines()
            .collect::<Vec<_>>()
            .iter()
            .rposition(|line| line.trim_end().starts_with(wanted));
        // A LOGGING that comes later would win.
        own.is_some() && own > last
    }

    fn text(&self) -> Result<String> {
        let log =
            self.log.to_str().with_context(|| format!("the name of {} is no UTF-8", self.log.display()))?;
        let seconds = self.config.logs.slow_request.as_secs_f64();
        Ok(TEMPLATE.replace("@LOG@", &quoted(log)).replace("@SLOW@", &format!("{seconds:?}")))
    }

    fn edits(&self, wire: bool) -> Result<Vec<Edit>> {
        let mut edits = Vec::new();
        let text = self.text()?;
        if self.module_text.as_ref() != Some(&text) {
            let (path, before) = (self.module.clone(), self.module_text.clone());
            edits.push(Edit { name: "site_logging.py", path, before, after: text });
        }
        if wire && !self.is_wired() {
            let mut after = self.settings_text.clone();
            if !after.is_empty() && !after.ends_with('\n') {
                after.push('\n');
            }
            let _ = write!(after, "\n{}\n", self.line);
            let (path, before) = (self.settings.clone(), Some(self.settings_text.clone()));
            edits.push(Edit { name: "settings.py", path, before, after });
        }
        Ok(edits)
    }

    /// The change of each file as `diff -u` shows it; empty when there is none.
    ///
    /// # Errors
    /// When the log's name is no UTF-8.
    pub fn plan(&self, wire: bool) -> Result<String> {
        Ok(self
            .edits(wire)?
            .iter()
            .map(|edit| diff(&edit.path, edit.before.as_deref(), &edit.after))
            .collect())
    }

    /// Creates the log's folder, writes the module and, with `wire`, the line; the former files go to the quarantine.
    /// The caller holds the site's lock.
    ///
    /// # Errors
    /// When a folder cannot be written to; what was exchanged is on record for undo then.
    pub fn carry_out(&self, wire: bool, state_folder: &Path, run: &str, now: Timestamp) -> Result<()> {
        self.create_folder()?;
        let edits = self.edits(wire)?;
        if edits.is_empty() {
            return Ok(());
        }
        let quarantine = Quarantine::new(state_folder, &self.config.database);
        let mut change = Change::growing(run, "logs config".to_owned(), now, &self.config.quarantine);
        let folder = folder_in(&container(&self.settings)?, &change);
        change.folders.push(folder.clone());
        quarantine.begin(&change)?;
        let done = self.exchange(&edits, &folder, &quarantine, &mut change);
        if change.parts.is_empty() {
            quarantine.discard(&change)?;
            return done;
        }
        quarantine.commit(&mut change)?;
        done
    }

    fn exchange(
        &self,
        edits: &[Edit],
        folder: &Path,
        quarantine: &Quarantine<'_>,
        change: &mut Change,
    ) -> Result<()> {
        fs::create_private_folder(folder)?;
        let owner = std::fs::metadata(&self.settings)?;
        let mut parts = Vec::new();
        for edit in edits {
            let ready = folder.join(edit.name);
            // As the settings, whose secrets it shares no more than they do.
            fs::write_atomic(&ready, edit.after.as_bytes(), owner.permissions().mode() & 0o777)?;
            if rustix::process::geteuid().is_root() {
                std::os::unix::fs::chown(&ready, Some(owner.uid()), Some(owner.gid()))
                    .with_context(|| format!("give {} its owner", ready.display()))?;
            }
            parts.push(Part::path(edit.name, edit.path.clone(), ready));
        }
        // The module stands before the line that needs it.
        match quarantine.apply_more(change, parts)?.into_iter().next() {
            Some((part, problem)) => Err(problem.context(format!("write {}", part.place))),
            None => Ok(()),
        }
    }

    /// The log's folder: 0750, for the user that also writes the media.
    fn create_folder(&self) -> Result<()> {
        let Some(folder) = self.log.parent().filter(|folder| !folder.exists()) else { return Ok(()) };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o750)
            .create(folder)
            .with_context(|| format!("create folder {}", folder.display()))?;
        if let (true, Ok(owner)) =
            (rustix::process::geteuid().is_root(), std::fs::metadata(&self.config.site.media))
        {
            std::os::unix::fs::chown(folder, Some(owner.uid()), Some(owner.gid()))
                .with_context(|| format!("give {} its owner", folder.display()))?;
        }
        Ok(())
    }

    /// What stands, or would stand after a run.
    ///
    /// # Errors
    /// When the log's name is no UTF-8.
    pub fn check(&self, dry_run: bool) -> Result<Check> {
        let mut check = Check::default();
        let settings = self.settings.display().to_string();
        let module = self.module.display().to_string();
        let as_is = self.module_text.as_ref() == Some(&self.text()?);
        check.add(match (as_is, dry_run) {
            (true, _) => Finding::ok(&LOG_CONFIGURED, module, "is as it should be"),
            (false, true) => {
                Finding::warning(&LOG_CONFIGURED, module, "would be written").remedy("sitekeep logs config")
            }
            (false, false) => Finding::critical(&LOG_CONFIGURED, module, "is not as it was written"),
        });
        check.add(if self.is_wired() {
            Finding::ok(
                &LOG_CONFIGURED,
                settings,
                "takes its LOGGING from the module, once the site is restarted",
            )
        } else {
            Finding::warning(
                &LOG_CONFIGURED,
                settings,
                format!("does not use the module: its last line is to be `{}`", self.line),
            )
            .remedy("sitekeep logs config --wire, then restart the site")
        });
        let folder = self.log.parent().unwrap_or(Path::new("/"));
        check.add(if folder.is_dir() {
            Finding::ok(
                &LOG_CONFIGURED,
                folder.display().to_string(),
                "is there; the site's user must be able to write to it",
            )
        } else {
            Finding::warning(
                &LOG_CONFIGURED,
                folder.display().to_string(),
                "is not there, and would be created",
            )
        });
        Ok(check)
    }
}

/// logrotate's file for the site's Django logs.
pub fn logrotate(config: &Config) -> String {
    let logs: Vec<String> = config.logs.django.iter().map(|path| format!("\"{}\"", path.display())).collect();
    format!(
        "# /etc/logrotate.d/{}: the site's Django logs. Python follows the file's name, so that no signal is needed.\n\
         {} {{\n    daily\n    rotate {}\n    missingok\n    notifempty\n    compress\n    delaycompress\n    create\n    su\n}}\n",
        config.site.name,
        logs.join(" "),
        config.logs.clean_days.max(1),
    )
}

/// A text as a literal of Python.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}
