//! `database cache-table`.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::db::upkeep;
use crate::output::ItemReport;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Make Django's cache table, as `manage.py createcachetable` does
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
In settings.py (guide: Performance dégradée):
  CACHES = {'default': {
      'BACKEND': 'django.core.cache.backends.db.DatabaseCache',
      'LOCATION': 'cache_table',
  }}

Example: sitekeep database cache-table")]
pub(in crate::commands) struct CacheTableArgs {
    /// LOCATION of the cache in settings.py
    #[arg(default_value = "cache_table", value_name = "NAME")]
    name: String,
    /// Only say whether it would be made
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Makes the table and reports it.
///
/// # Errors
/// When another table has the name, or the database cannot be written to.
pub(super) fn run(args: &CacheTableArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, "database cache-table", context)?;
    let begin = Instant::now();
    let message =
        match (upkeep::create_cache_table(&config.database, &args.name, args.dry_run)?, args.dry_run) {
            (true, true) => "would be made",
            (true, false) => "is made",
            (false, _) => "is there already",
        };
    let check = Finding::ok(&kinds::DATABASE_CACHE, &args.name, message).into();
    let items =
        vec![ItemReport::timed("database.cache", "Cache table", "Performance dégradée", begin, check)];
    record.tell("database cache-table", Vec::new(), items, config, &args.report, context)
}
