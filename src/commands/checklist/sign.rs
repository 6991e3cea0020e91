//! Signing for what a person did.

use super::shown;
use crate::checklist;
use crate::commands::Context;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Sign for an item that a person does
///
/// The name and the note stay on record; the item is due again a period later.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep checklist sign docs.procedures --by Awa --note \"new products\"
  sitekeep checklist sign performance.review --by \"Awa D.\"")]
pub(in crate::commands) struct SignArgs {
    /// The item, as `sitekeep checklist show` names it
    item: String,
    /// Who did it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What was done
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

/// Records the signature.
///
/// # Errors
/// A usage error for an item that no person does; when the state cannot be written.
pub(super) fn run(args: &SignArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_formats("checklist sign")?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let item = checklist::find(&checklist::of_site(config)?, &args.item)?;
    if !item.is_signed() {
        return Err(Error::new(
            Kind::Usage,
            format!("`{}` is done by sitekeep: nobody signs for it", item.id),
        )
        .hint(format!("run it: sitekeep {} --only {}", item.period.word(), item.id))
        .into());
    }
    let (by, note) = (args.by.trim(), args.note.trim());
    if by.is_empty() {
        return Err(Error::new(Kind::Usage, "nobody signs").hint("say who did it with --by NAME").into());
    }
    context.state(config)?.sign(item.id, context.now, by, note)?;
    let again = shown(item.due_after(context.now, &config.time_zone()), &config.time_zone());
    context.printer.out(&format!("{} is signed by {by}; due again on {again}\n", item.id))?;
    Ok(Status::Ok)
}
