//! `config`: what the settings are, where they come from, and whether they are right.

use super::Context;
use crate::backup;
use crate::config::Config;
use crate::config::sample;
use crate::error;
use crate::output::Format;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;
use std::fmt::Write as _;

/// Show or check the settings
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting with its value
    #[command(after_help = "Example: sitekeep config show --origin")]
    Show {
        /// Tell where each value comes from: a line of the file, the environment, or the default
        #[arg(long)]
        origin: bool,
    },
    /// Check the configuration file and the SITEKEEP_… variables
    ///
    /// Folders and files that it names and that are not there are warned of, and what copies away from this machine lack
    /// here: restic, ssh, the files of secrets. No network is asked.
    #[command(after_help = "Example: sitekeep config validate --config /etc/sitekeep/sitekeep.toml")]
    Validate,
}

/// Runs the command.
///
/// # Errors
/// A configuration error (exit 78) that names the key and the line.
pub(super) fn run(command: &ConfigCommand, context: &Context) -> Result<Status> {
    let loaded = context.load()?;
    match command {
        ConfigCommand::Validate => {
            let place =
                loaded.file.as_ref().map_or_else(|| "no file".to_owned(), |path| path.display().to_string());
            let missing = missing(&loaded.config);
            let lacking = backup::remote::missing(&loaded.config.remote);
            if context.printer.format == Format::Json {
                let remote: Vec<_> = lacking
                    .iter()
                    .map(|(key, problem)| {
                        let (problem, hints) = (error::one_line(problem), error::hints(problem));
                        serde_json::json!({ "key": key, "problem": problem, "hints": hints })
                    })
                    .collect();
                let document =
                    serde_json::json!({ "file": loaded.file, "missing": missing, "remote": remote });
                context.printer.out(&format!("{document}\n"))?;
            } else {
                let is_well = missing.is_empty() && loaded.file.is_some();
                let verdict = if loaded.file.is_none() {
                    "the defaults are used; write one with: sitekeep init"
                } else if missing.is_empty() && lacking.is_empty() {
                    "OK"
                } else {
                    "valid, but some of what it names is not there"
                };
                if !(is_well && context.printer.quiet) {
                    context.printer.out(&format!("{place}: {verdict}\n"))?;
                }
                for (key, path) in &missing {
                    context.printer.warning(&format!("{key}: {path} is not there"));
                }
                for (key, problem) in &lacking {
                    context.printer.warning(&format!("{key}: {}", error::one_line(problem)));
                    for hint in error::hints(problem) {
                        context.printer.hint(hint);
                    }
                }
            }
            return Ok(if missing.is_empty() && lacking.is_empty() && loaded.file.is_some() {
                Status::Ok
            } else {
                Status::Warning
            });
        }
        ConfigCommand::Show { origin } => {
            if loaded.file.is_none() {
                context.printer.note("no configuration file was found: these are the defaults");
            }
            let entries = loaded.entries()?;
            let mut text = String::new();
            if context.printer.format == Format::Json {
                let object: serde_json::Map<_, _> = entries
                    .into_iter()
                    .map(|(key, value, origin)| {
                        Ok((key, serde_json::json!({ "value": serde_json::to_value(value)?, "origin": origin.to_string() })))
                    })
                    .collect::<Result<_>>()?;
                text = serde_json::to_string_pretty(&object)? + "\n";
            } else {
                let unset: Vec<String> = sample::keys()
                    .filter(|key| !entries.iter().any(|(known, ..)| known == key))
                    .map(|key| format!("# {key} is not set\n"))
                    .collect();
                for (key, value, from) in entries {
                    // Writing to a string cannot fail.
                    let _ = if *origin {
                        writeln!(text, "{key} = {value}  # {from}")
                    } else {
                        writeln!(text, "{key} = {value}")
                    };
                }
                text.extend(unset);
                let state = context.state_folder(&loaded.config)?;
                let _ = writeln!(text, "# the state is in {}", state.display());
            }
            context.printer.out(&text)?;
        }
    }
    Ok(Status::Ok)
}

/// Files and folders that the settings name and that are not there, with the key of each.
fn missing(config: &Config) -> Vec<(&'static str, String)> {
    let named = [
        ("site.root", Some(&config.site.root)),
        ("site.media", Some(&config.site.media)),
        ("site.settings", config.site.settings.as_ref()),
        ("site.env_file", config.site.env_file.as_ref()),
        ("database.path", Some(&config.database.path).filter(|_| config.database.url.is_none())),
        ("health.tls.ca_file", config.health.tls.ca_file.as_ref()),
    ];
    named
        .into_iter()
        .filter_map(|(key, path)| Some((key, path?)))
        .filter(|(_, path)| !path.exists())
        .map(|(key, path)| (key, path.display().to_string()))
        .collect()
}
