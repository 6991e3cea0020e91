//! `database create`: the guide's tables, from nothing.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::config::Config;
use crate::db;
use crate::db::Seed;
use crate::demo;
use crate::output::Bar;
use crate::output::Format;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Make the site's database from nothing, with the guide's tables
///
/// A SQLite file is written aside, then renamed into place, with the owner of its folder; a PostgreSQL database must be
/// there and empty, and is filled in one transaction. A database that holds tables or cannot be read is never touched.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Afterwards, so that Django takes the database over:
  python manage.py migrate --fake-initial
  python manage.py createsuperuser

Examples:
  sitekeep database create --dry-run
  sitekeep database create --demo   a shop of 36 products, to look at")]
pub(in crate::commands) struct CreateArgs {
    /// An empty catalogue [default]
    #[arg(long, conflicts_with = "demo")]
    empty: bool,
    /// The demonstration's catalogue; its pictures go into the media folder, over none that is there
    #[arg(long)]
    demo: bool,
    /// Only say what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Makes the database and reports it.
///
/// # Errors
/// When there is a database already, another run works on the site, or the database or a picture cannot be written.
pub(super) fn run(args: &CreateArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, "database create", context)?;
    let begin = Instant::now();
    let seed = if args.demo { demo::catalogue(context.now) } else { Seed::default() };
    let check = make(args, &seed, config, context)?;
    let item =
        ItemReport::timed("database.create", "New database", "Base de données corrompue", begin, check);
    let status = record.tell("database create", Vec::new(), vec![item], config, &args.report, context)?;
    if !args.dry_run && context.printer.format == Format::Text {
        context.printer.note(
            "next, so that Django takes it over: python manage.py migrate --fake-initial; python manage.py createsuperuser",
        );
    }
    Ok(status)
}

fn make(args: &CreateArgs, seed: &Seed, config: &Config, context: &Context) -> Result<Check> {
    db::check_vacant(&config.database)?;
    let kind = &kinds::DATABASE_CREATED;
    let mut check = Check::default();
    let media = &config.site.media;
    // The pictures first: when the database is there, the shop is whole.
    if args.demo {
        let bar = Bar::new(context.printer.quiet);
        let missing = if args.dry_run { demo::missing(seed, media) } else { demo::draw(seed, media, &bar)? };
        let would = if args.dry_run { "would be drawn" } else { "drawn" };
        let message = format!("{} {would}", count(missing as u64, "picture"));
        check.add(Finding::ok(kind, media.display().to_string(), message).with("pictures", missing));
    }
    let catalogue = match (seed.products.len() as u64, seed.categories.len()) {
        (0, _) => "an empty catalogue".to_owned(),
        (products, categories) => format!("{} in {categories} categories", count(products, "product")),
    };
    let label = config.database.label();
    let message = if args.dry_run {
        format!("nothing is there; the guide's tables would be made, with {catalogue}")
    } else {
        db::create(&config.database, &config.site.app, seed, context.now)?;
        format!("the guide's tables are made, with {catalogue}")
    };
    check.add(
        Finding::ok(kind, label, message)
            .with("products", seed.products.len())
            .with("categories", seed.categories.len()),
    );
    Ok(check)
}
