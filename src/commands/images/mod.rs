//! `images`: the pictures of the site, on disk and in the database.

mod check;
mod lookup;
mod optimize;
mod orphans;
mod permissions;
mod replace;
mod tell;
mod uploads;

pub(super) use optimize::of_round as optimize_of_round;
pub(super) use orphans::of_round as orphans_of_round;
pub(super) use permissions::look as look_at_permissions;

use super::Context;
use super::site::not_done;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;
use std::path::PathBuf;

/// Make pictures smaller, judge them, find orphans, tell what uses one
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ImagesCommand {
    Check(check::CheckArgs),
    Optimize(optimize::OptimizeArgs),
    Orphans(orphans::OrphansArgs),
    Lookup(lookup::LookupArgs),
    Permissions(permissions::PermissionsArgs),
    Uploads(uploads::UploadsArgs),
    Replace(replace::ReplaceArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &ImagesCommand, context: &Context) -> Result<Status> {
    match command {
        ImagesCommand::Check(args) => check::run(args, context),
        ImagesCommand::Optimize(args) => optimize::run(args, context),
        ImagesCommand::Orphans(args) => orphans::run(args, context),
        ImagesCommand::Lookup(args) => lookup::run(args, context),
        ImagesCommand::Replace(args) => replace::run(args, context).map_err(not_done),
        ImagesCommand::Permissions(args) => permissions::run(args, context),
        ImagesCommand::Uploads(args) => uploads::run(args, context),
    }
}

/// The media folder, without links in its path.
fn media(config: &Config) -> Result<PathBuf> {
    let media = &config.site.media;
    media.canonicalize().map_err(|error| {
        Error::new(ErrorKind::Failed, format!("open the media folder {}: {error}", media.display()))
            .hint("set [site] media to Django's MEDIA_ROOT, or restore the media")
            .into()
    })
}
