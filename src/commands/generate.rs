//! `generate`: man pages and shell completions, from the same definitions that parse the command line.

use super::Context;
use crate::status::Status;
use crate::system::fs;
use anyhow::Context as _;
use anyhow::Result;
use clap::Subcommand;
use clap_complete::Shell;
use std::path::PathBuf;

/// Write man pages or shell completions
#[derive(Debug, Clone, Subcommand)]
pub(super) enum GenerateCommand {
    /// Write one man page per command into a folder
    #[command(after_help = "Example: sitekeep generate man /usr/local/share/man/man1")]
    Man {
        /// Folder to write into; it is made if need be
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Print the completions of a shell
    #[command(after_help = "Example: sitekeep generate completions bash > /etc/bash_completion.d/sitekeep")]
    Completions {
        /// Shell to write for
        #[arg(value_enum)]
        shell: Shell,
    },
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
        GenerateCommand::Man { directory } => {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("create folder {}", directory.display()))?;
            let mut command = super::definition();
            command.build();
            man(&command, "sitekeep", directory)?;
        }
    }
    Ok(Status::Ok)
}

fn man(command: &clap::Command, name: &str, directory: &std::path::Path) -> Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    fs::write_atomic(&directory.join(format!("{name}.1")), &page, 0o644)?;
    for child in command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help")
    {
        man(child, &format!("{name}-{}", child.get_name()), directory)?;
    }
    Ok(())
}
