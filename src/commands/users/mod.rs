//! `users`: who may enter the admin, Django's and sitekeep's.

mod create;
mod list;
mod password;
mod write;

use super::Context;
use super::site::not_done;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// List, add and shut out the users of the admin
#[derive(Debug, Clone, Subcommand)]
pub(super) enum UsersCommand {
    List(list::ListArgs),
    Create(create::CreateArgs),
    Password(password::PasswordArgs),
    Deactivate(write::DeactivateArgs),
    Activate(write::ActivateArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &UsersCommand, context: &Context) -> Result<Status> {
    match command {
        UsersCommand::List(args) => list::run(args, context),
        UsersCommand::Create(args) => create::run(args, context).map_err(not_done),
        UsersCommand::Password(args) => password::run(args, context).map_err(not_done),
        UsersCommand::Deactivate(args) => write::deactivate(args, context).map_err(not_done),
        UsersCommand::Activate(args) => write::activate(args, context).map_err(not_done),
    }
}
