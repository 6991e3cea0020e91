//! `products`: what the shop sells, from the terminal and from scripts.

mod add;
mod change;
mod delete;
mod export;
mod image;
mod import;
mod list;
mod show;
mod slugs;
mod stock;
mod tell;
mod update;

pub(in crate::commands) use change::change;
pub(in crate::commands) use list::cut;

use super::Context;
use super::site::not_done;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// List, add, change and remove the products of the shop
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ProductsCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Add(add::AddArgs),
    Update(update::UpdateArgs),
    Delete(delete::DeleteArgs),
    Stock(stock::StockArgs),
    Image(image::ImageArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &ProductsCommand, context: &Context) -> Result<Status> {
    match command {
        ProductsCommand::List(args) => list::run(args, context),
        ProductsCommand::Show(args) => show::run(args, context),
        ProductsCommand::Add(args) => add::run(args, context).map_err(not_done),
        ProductsCommand::Update(args) => update::run(args, context).map_err(not_done),
        ProductsCommand::Delete(args) => delete::run(args, context).map_err(not_done),
        ProductsCommand::Stock(args) => stock::run(args, context).map_err(not_done),
        ProductsCommand::Import(args) => import::run(args, context).map_err(not_done),
        ProductsCommand::Export(args) => export::run(args, context),
        ProductsCommand::Image(args) => image::run(args, context).map_err(not_done),
    }
}
