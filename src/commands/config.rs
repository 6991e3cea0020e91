//! `config`: what the settings are, where they come from, and whether they are right.

use super::Context;
use crate::output::Format;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;
use std::fmt::Write as _;

/// Show or check the settings
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting with its value
    Show {
        /// Tell where each value comes from: a line of the file, the environment, or the default
        #[arg(long)]
        origin: bool,
    },
    /// Check the configuration file and the SITEKEEP_… variables
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
            let place = loaded
                .file
                .as_ref()
                .map_or_else(|| "the defaults".to_owned(), |path| path.display().to_string());
            context.printer.out(&format!("{place}: OK\n"))?;
        }
        ConfigCommand::Show { origin } => {
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
                for (key, value, from) in entries {
                    // Writing to a string cannot fail.
                    let _ = if *origin {
                        writeln!(text, "{key} = {value}  # {from}")
                    } else {
                        writeln!(text, "{key} = {value}")
                    };
                }
            }
            context.printer.out(&text)?;
        }
    }
    Ok(Status::Ok)
}
