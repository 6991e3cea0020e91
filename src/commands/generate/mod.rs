//! `generate`: man pages, shell completions and the schema of reports, from what the program itself goes by.

mod man;

use super::Context;
use crate::output::SCHEMA;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;
use clap_complete::Shell;
use man::Section;
use std::path::PathBuf;

/// Write man pages, shell completions or the schema of reports
#[derive(Debug, Clone, Subcommand)]
pub(super) enum GenerateCommand {
    /// Write one man page per command into a folder, or those of the configuration file and the guide
    #[command(after_help = "\
Examples:
  sitekeep generate man /usr/local/share/man/man1
  sitekeep generate man --section 5 /usr/local/share/man/man5   sitekeep.toml(5)
  sitekeep generate man --section 7 /usr/local/share/man/man7   the guide")]
    Man {
        /// Folder to write into; it is made if need be
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// Section of the manual: 1 the commands, 5 sitekeep.toml, 7 the guide
        #[arg(long, value_enum, default_value_t, hide_possible_values = true, value_name = "NUMBER")]
        section: Section,
    },
    /// Print the completions of a shell
    #[command(after_help = "Example: sitekeep generate completions bash > /etc/bash_completion.d/sitekeep")]
    Completions {
        /// Shell to write for
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the JSON schema of reports (--format json)
    #[command(after_help = "Example: sitekeep generate schema > report.schema.json")]
    Schema,
}

/// Runs the command.
///
/// # Errors
/// When the folder or stdout cannot be written.
pub(super) fn run(command: &GenerateCommand, context: &Context) -> Result<Status> {
    match command {
        GenerateCommand::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut super::definition(), "sitekeep", &mut script);
            context.printer.out(&String::from_utf8(script)?)?;
        }
        GenerateCommand::Man { directory, section } => man::write(*section, directory)?,
        GenerateCommand::Schema => context.printer.out(SCHEMA)?,
    }
    Ok(Status::Ok)
}
