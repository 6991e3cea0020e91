//! `images replace`: new pictures for all products of a category.

use crate::commands::Context;
use crate::commands::products::change;
use crate::commands::report::ReportArgs;
use crate::error;
use crate::error::Error;
use crate::error::Kind;
use crate::products::Draft;
use crate::products::Picture;
use crate::products::Planner;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Extensions of pictures, whatever the case.
const EXTENSIONS: [&str; 3] = ["jpg", "jpeg", "png"];
/// So many products or files are named in one finding's message.
const NAMED: usize = 10;

/// Give all products of a category new pictures, by files named after their slugs
///
/// SLUG.jpg, .jpeg or .png for each product of the category and those below it. All pictures are checked first; all take
/// their places or none does, and the former ones move to the quarantine.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep images replace --category Ordinateurs --from nouvelles/ --dry-run
  sitekeep images replace --category Ordinateurs --from nouvelles/
  sitekeep undo                            the former pictures again")]
pub(in crate::commands) struct ReplaceArgs {
    /// Slug or name
    #[arg(long)]
    category: String,
    /// Folder of the new pictures
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Only check the pictures and show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Checks, replaces and reports.
///
/// # Errors
/// When the category or the folder is not there, or the rows cannot be written.
pub(super) fn run(args: &ReplaceArgs, context: &Context) -> Result<Status> {
    change("images replace", args.dry_run, &args.report, context, &mut |planner, _, check| {
        let pictures = pictures(&args.from)?;
        plan(&args.category, pictures, planner, check)
    })
}

/// The pictures of a folder by their names without extension; other files are not looked at.
fn pictures(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        Error::new(Kind::Usage, format!("read folder {}: {error}", folder.display()))
            .hint("name the folder of the new pictures")
    })?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.with_context(|| format!("read folder {}", folder.display()))?.path();
        let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default().to_ascii_lowercase();
        let Some(name) = path.file_stem().and_then(|it| it.to_str()) else { continue };
        if !EXTENSIONS.contains(&extension.as_str()) {
            continue;
        }
        if let Some(other) = found.insert(name.to_owned(), path.clone()) {
            let message = format!("{} and {} are both for `{name}`", other.display(), path.display());
            return Err(Error::new(Kind::Usage, message).hint("take one of them away").into());
        }
    }
    Ok(found)
}

fn plan(
    category: &str,
    mut pictures: BTreeMap<String, PathBuf>,
    planner: &mut Planner<'_>,
    check: &mut Check,
) -> Result<()> {
    let mut without = Vec::new();
    for slug in planner.slugs_in(category)? {
        let Some(source) = pictures.remove(&slug) else {
            without.push(slug);
            continue;
        };
        let draft = Draft { picture: Some(Picture::File { source, name: None }), ..Draft::default() };
        if let Err(problem) = planner.update(&slug, &draft) {
            let hint = error::hints(&problem).first().map(ToString::to_string);
            check.add(
                Finding::critical(&kinds::PRODUCT_REFUSED, &slug, error::one_line(&problem))
                    .remedy(hint.unwrap_or_else(|| "mend it and try again: nothing was changed".to_owned())),
            );
        }
    }
    let files: Vec<String> = pictures.into_values().map(|path| path.display().to_string()).collect();
    for (subject, names, what) in [
        ("products without a file", without, "keep their picture"),
        ("files without a product", files, "are of no product of this category"),
    ] {
        if let Some(first) = names.get(..names.len().min(NAMED)).filter(|first| !first.is_empty()) {
            let more = if names.len() > NAMED {
                format!(" and {} more", names.len() - NAMED)
            } else {
                String::new()
            };
            let message = format!("{} {what}: {}{more}", names.len(), first.join(", "));
            check.add(
                Finding::warning(&kinds::PRODUCT_PICTURE, subject, message)
                    .with("names", names.clone())
                    .remedy("name each file after the slug: sitekeep products list --category …"),
            );
        }
    }
    Ok(())
}
