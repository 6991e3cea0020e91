//! `users create`: a user who may enter the admin.

use super::password::Source;
use super::write::change;
use super::write::look;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::users;
use crate::users::NewUser;
use anyhow::Result;
use clap::Args;

/// Add a superuser, as `manage.py createsuperuser` does
///
/// Django's own rules hold for name and password. The password is asked for on the terminal and never shown.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep users create amina --email amina@boutique.example
  sitekeep users create amina --password-file /root/amina.password")]
pub(in crate::commands) struct CreateArgs {
    /// Name to log in with
    #[arg(value_name = "NAME")]
    user: String,
    /// Address to write to
    #[arg(long, default_value = "", hide_default_value = true)]
    email: String,
    /// May enter the admin, with no rights but those that Django's admin gives
    #[arg(long)]
    staff_only: bool,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    report: ReportArgs,
}

/// Makes and reports.
///
/// # Errors
/// When the name is taken, or name, address or password are against the rules.
pub(super) fn run(args: &CreateArgs, context: &Context) -> Result<Status> {
    let name = users::fitting_name(&args.user)
        .map_err(|why| Error::new(Kind::Usage, format!("the name `{}` {why}", args.user)))?;
    let parts = args.email.split_once('@');
    let is_address = parts.is_some_and(|(before, after)| !before.is_empty() && after.contains('.'));
    if !args.email.is_empty() && (!is_address || args.email.contains(char::is_whitespace)) {
        return Err(Error::new(Kind::Usage, format!("`{}` is no address of mail", args.email)).into());
    }
    context.printer.refuse_lists()?;
    look(context, |database, all| users::require_free(database, all, &name))?;
    let password = args.source.read(&name, &[name.clone(), args.email.clone()])?;
    let new = NewUser { name, email: args.email.clone(), password, is_superuser: !args.staff_only };
    change("users create", &args.report, context, &mut |database, all| {
        users::create(database, all, &new, context.now)?;
        let what = if new.is_superuser { "a new superuser" } else { "a new user who may enter the admin" };
        Ok(Finding::ok(&kinds::USER, &new.name, what))
    })
}
