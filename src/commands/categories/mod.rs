//! `categories`: the shop's categories and sub-categories.

mod edit;
mod list;

use super::Context;
use super::site::not_done;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// List, add, change and remove the categories of the shop
#[derive(Debug, Clone, Subcommand)]
pub(super) enum CategoriesCommand {
    List(list::ListArgs),
    Add(edit::AddArgs),
    Update(edit::UpdateArgs),
    Delete(edit::DeleteArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &CategoriesCommand, context: &Context) -> Result<Status> {
    match command {
        CategoriesCommand::List(args) => list::run(args, context),
        CategoriesCommand::Add(args) => edit::add(args, context).map_err(not_done),
        CategoriesCommand::Update(args) => edit::update(args, context).map_err(not_done),
        CategoriesCommand::Delete(args) => edit::delete(args, context).map_err(not_done),
    }
}
