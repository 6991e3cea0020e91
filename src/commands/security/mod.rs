//! `security`: the audit, and what keeps guessers out.

mod audit;
mod fail2ban;

use super::Context;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Audit the site's security; ban those who guess passwords
#[derive(Debug, Clone, Subcommand)]
pub(super) enum SecurityCommand {
    Audit(audit::AuditArgs),
    Fail2ban(fail2ban::Fail2banArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &SecurityCommand, context: &Context) -> Result<Status> {
    match command {
        SecurityCommand::Audit(args) => audit::run(args, context),
        SecurityCommand::Fail2ban(args) => fail2ban::run(args, context),
    }
}
