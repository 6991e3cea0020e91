//! `database`: work on the site's database itself.

mod cache_table;
mod check;
mod create;
mod mend;
mod sessions;
mod size;

use super::Context;
use super::site::not_done;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Check, optimize and create the site's database
#[derive(Debug, Clone, Subcommand)]
pub(super) enum DatabaseCommand {
    Check(check::CheckArgs),
    /// Give dead space back and refresh the planner's statistics, where it pays
    ///
    /// SQLite: VACUUM and ANALYZE. PostgreSQL: VACUUM (ANALYZE) of tables with many dead rows, and a rebuild (VACUUM FULL)
    /// of those that are mostly empty; the site waits for a table while it is rebuilt, and the lock is asked for no longer
    /// than [database] timeout. A database in shape is left alone.
    Optimize(mend::MendArgs),
    /// Make indexes anew that are invalid, bloated or wrong
    ///
    /// PostgreSQL: CONCURRENTLY, so that the site goes on; what an interrupted run left behind is removed. SQLite: when an
    /// index disagrees with its table.
    Reindex(mend::MendArgs),
    Size(size::SizeArgs),
    ClearSessions(sessions::ClearSessionsArgs),
    CacheTable(cache_table::CacheTableArgs),
    Create(create::CreateArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &DatabaseCommand, context: &Context) -> Result<Status> {
    match command {
        DatabaseCommand::Check(args) => check::run(args, context),
        DatabaseCommand::Optimize(args) => {
            mend::run(mend::Mending::Optimize, args, context).map_err(not_done)
        }
        DatabaseCommand::Reindex(args) => mend::run(mend::Mending::Reindex, args, context).map_err(not_done),
        DatabaseCommand::Size(args) => size::run(args, context),
        DatabaseCommand::ClearSessions(args) => sessions::run(args, context).map_err(not_done),
        DatabaseCommand::CacheTable(args) => cache_table::run(args, context).map_err(not_done),
        DatabaseCommand::Create(args) => create::run(args, context),
    }
}
