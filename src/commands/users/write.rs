//! What the commands that write users share: the lock, one transaction, the report; `users deactivate` and `activate`.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::db;
use crate::db::Access;
use crate::db::Database;
use crate::db::User;
use crate::db::Users;
use crate::error::Error;
use crate::error::Kind;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::users;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Shut a user out of the admin
///
/// Open sessions end with the next click, Django's and sitekeep's. Nothing of the user's is deleted; `users activate` lets
/// them in again.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep users deactivate amina")]
pub(in crate::commands) struct DeactivateArgs {
    /// Name that the user logs in with
    #[arg(value_name = "NAME")]
    user: String,
    #[command(flatten)]
    report: ReportArgs,
}

/// Let a user in again who was shut out
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep users activate amina")]
pub(in crate::commands) struct ActivateArgs {
    /// Name that the user logs in with
    #[arg(value_name = "NAME")]
    user: String,
    #[command(flatten)]
    report: ReportArgs,
}

/// Shuts out and reports.
///
/// # Errors
/// When the user is not known, or cannot be written.
pub(super) fn deactivate(args: &DeactivateArgs, context: &Context) -> Result<Status> {
    change("users deactivate", &args.report, context, &mut |database, users| {
        set_active(database, users, &args.user, false)
    })
}

/// Lets in and reports.
///
/// # Errors
/// When the user is not known, or cannot be written.
pub(super) fn activate(args: &ActivateArgs, context: &Context) -> Result<Status> {
    change("users activate", &args.report, context, &mut |database, users| {
        set_active(database, users, &args.user, true)
    })
}

fn set_active(database: &mut dyn Database, users: &Users, name: &str, is_active: bool) -> Result<Finding> {
    if users.relation.column("is_active").is_none() {
        return Err(Error::new(Kind::Failed, "users of this application cannot be deactivated")
            .hint("give the user another password: sitekeep users password NAME")
            .into());
    }
    let user = known(database, users, name)?;
    let word = if is_active { "active" } else { "not active" };
    if user.is_active == is_active {
        return Ok(Finding::ok(&kinds::USER, name, format!("is {word} already")));
    }
    users::set_active(database, users, &user, is_active)?;
    Ok(Finding::ok(&kinds::USER, name, format!("is {word} from now on")))
}

/// The user of a name.
///
/// # Errors
/// A usage error where there is none.
pub(super) fn known(database: &mut dyn Database, users: &Users, name: &str) -> Result<User> {
    users.named(database, name)?.ok_or_else(|| {
        Error::new(Kind::Usage, format!("there is no user `{name}`"))
            .hint("sitekeep users list shows them all")
            .into()
    })
}

/// Looks before the lock is taken: nobody waits for a password that is being typed.
///
/// # Errors
/// When the database cannot be asked, or as `look`.
pub(super) fn look<T>(
    context: &Context,
    look: impl FnOnce(&mut dyn Database, &Users) -> Result<T>,
) -> Result<T> {
    let loaded = context.load_site()?;
    let mut database = db::connect(&loaded.config.database, Access::Read)?;
    let users = Users::read(database.as_mut())?;
    look(database.as_mut(), &users)
}

/// Writes by `write` under the site's lock, and reports what it tells; a site without an active superuser is a warning.
///
/// # Errors
/// When another run is at work, or the database cannot be written to.
pub(super) fn change(
    command: &str,
    report: &ReportArgs,
    context: &Context,
    write: &mut dyn FnMut(&mut dyn Database, &Users) -> Result<Finding>,
) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, command, context)?;
    let begin = Instant::now();
    let mut database = db::connect(&config.database, Access::Write)?;
    let users = Users::read(database.as_mut())?;
    let mut check = Check::default();
    check.add(write(database.as_mut(), &users)?);
    if !users.all(database.as_mut())?.iter().any(|user| user.is_superuser && user.is_active) {
        check.add(
            Finding::warning(&kinds::USER, "superusers", "no superuser is active: nobody can let others in")
                .remedy("make one: sitekeep users create NAME"),
        );
    }
    let item = ItemReport::timed("users", "Users", "Gestion des Produits", begin, check);
    record.tell(command, Vec::new(), vec![item], config, report, context)
}
