//! `categories add`, `update` and `delete`.

use crate::commands::Context;
use crate::commands::products::change;
use crate::commands::report::ReportArgs;
use crate::error::Error;
use crate::error::Kind;
use crate::products::CategoryDraft;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Add a category, or a sub-category with --parent
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep categories add --name \"Écrans\" --parent accessoires")]
pub(in crate::commands) struct AddArgs {
    /// Name as visitors read it
    #[arg(long)]
    name: String,
    /// Slug or name of the category that it is in
    #[arg(long)]
    parent: Option<String>,
    /// Class or name of its icon, where the application has one
    #[arg(long)]
    icon: Option<String>,
    /// Instead of the one made of the name
    #[arg(long)]
    slug: Option<String>,
    /// Only show what would be written
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Change what is named of a category, and nothing else
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep categories update ecrans --name \"Écrans et moniteurs\"")]
pub(in crate::commands) struct UpdateArgs {
    /// Slug or name of the category
    #[arg(value_name = "CATEGORY")]
    category: String,
    /// Name as visitors read it
    #[arg(long)]
    name: Option<String>,
    /// Slug or name of the category that it is in; empty for none
    #[arg(long)]
    parent: Option<String>,
    /// Class or name of its icon, where the application has one
    #[arg(long)]
    icon: Option<String>,
    /// A new slug: the old address is gone then
    #[arg(long)]
    slug: Option<String>,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Delete categories that are empty
///
/// One that products or categories are in is refused: the application would delete those along with it.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example: sitekeep categories delete ecrans
To empty it first: sitekeep products update SLUG --category ANOTHER")]
pub(in crate::commands) struct DeleteArgs {
    /// Slugs or names, sub-categories before what they are in
    #[arg(value_name = "CATEGORY", required = true)]
    categories: Vec<String>,
    /// Only show what would be deleted
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Adds and reports.
///
/// # Errors
/// When something is missing, unknown or against the rules, or cannot be written.
pub(super) fn add(args: &AddArgs, context: &Context) -> Result<Status> {
    let draft = CategoryDraft {
        slug: args.slug.clone(),
        name: Some(args.name.clone()),
        parent: args.parent.clone(),
        icon: args.icon.clone(),
    };
    change("categories add", args.dry_run, &args.report, context, &mut |planner, _, _| {
        planner.add_category(&draft)
    })
}

/// Changes and reports.
///
/// # Errors
/// When nothing is named, or something is unknown or against the rules, or cannot be written.
pub(super) fn update(args: &UpdateArgs, context: &Context) -> Result<Status> {
    let draft = CategoryDraft {
        slug: args.slug.clone(),
        name: args.name.clone(),
        parent: args.parent.clone(),
        icon: args.icon.clone(),
    };
    if draft == CategoryDraft::default() {
        return Err(Error::new(Kind::Usage, "nothing is to change")
            .hint("say what: --name, --parent, --icon, --slug")
            .into());
    }
    change("categories update", args.dry_run, &args.report, context, &mut |planner, _, _| {
        planner.update_category(&args.category, &draft)
    })
}

/// Deletes and reports.
///
/// # Errors
/// When one is not known or not empty, or cannot be deleted: none is then.
pub(super) fn delete(args: &DeleteArgs, context: &Context) -> Result<Status> {
    change("categories delete", args.dry_run, &args.report, context, &mut |planner, _, _| {
        args.categories.iter().try_for_each(|category| planner.delete_category(category))
    })
}
