//! `users list`: who may enter the admin, and who may not.

use crate::commands::Context;
use crate::commands::products::cut;
use crate::db;
use crate::db::Access;
use crate::db::User;
use crate::db::Users;
use crate::output::Format;
use crate::output::csv_line;
use crate::status::Status;
use crate::users;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// Characters of a name that are shown to people.
const NAME: usize = 30;

/// List the users: who is active, who may enter the admin, how the password is kept
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep users list --format csv")]
pub(in crate::commands) struct ListArgs {}

/// Lists.
///
/// # Errors
/// When the database cannot be asked, or the format is none of a list.
pub(super) fn run(_args: &ListArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let format = context.printer.format;
    context.printer.list_format()?;
    let mut database = db::connect(&loaded.config.database, Access::Read)?;
    let all = Users::read(database.as_mut())?.all(database.as_mut())?;
    let text = match format {
        Format::Json => {
            let list: Vec<_> = all
                .iter()
                .map(|user| {
                    serde_json::json!({
                        "name": user.name, "email": user.email, "active": user.is_active, "role": role(user),
                        "last_login": (!user.last_login.is_empty()).then_some(&user.last_login),
                        "password": users::known(&user.password).told(),
                    })
                })
                .collect();
            let document = serde_json::json!({ "schema_version": 1, "users": list });
            format!("{}\n", serde_json::to_string_pretty(&document)?)
        }
        Format::Csv => {
            let mut text = csv_line(&["name", "email", "active", "role", "last_login", "password"]);
            for user in &all {
                text.push_str(&csv_line(&[
                    user.name.as_str(),
                    &user.email,
                    if user.is_active { "yes" } else { "no" },
                    role(user),
                    &user.last_login,
                    &users::known(&user.password).told(),
                ]));
            }
            text
        }
        _ => text(&all),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn role(user: &User) -> &'static str {
    match user {
        user if user.is_superuser && user.is_staff => "superuser",
        user if user.is_staff => "staff",
        _ => "none",
    }
}

fn text(all: &[User]) -> String {
    if all.is_empty() {
        return "no users: sitekeep users create NAME makes the first\n".to_owned();
    }
    let names = all.iter().map(|user| user.name.chars().count()).max().unwrap_or_default().clamp(4, NAME);
    let mut text =
        format!("{:<names$}  {:<9}  {:<6}  {:<10}  password\n", "user", "role", "active", "last login");
    for user in all {
        let active = if user.is_active { "yes" } else { "no" };
        let login = user.last_login.get(..10).unwrap_or("never");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<names$}  {:<9}  {active:<6}  {login:<10}  {}",
            cut(&user.name, NAME),
            role(user),
            users::known(&user.password).told()
        );
    }
    text
}
