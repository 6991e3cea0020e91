//! What every command that writes products does: look, plan, show or carry out, tell.

use super::tell;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::config::Config;
use crate::db;
use crate::db::Access;
use crate::images;
use crate::products;
use crate::products::Catalogue;
use crate::products::Order;
use crate::products::Planner;
use crate::products::Setting;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use std::time::Instant;

/// Plans by `plan`, carries out unless `dry_run`, and reports. What `plan` adds to the check is told with the rest.
///
/// # Errors
/// When the plan cannot be made, or not be carried out: nothing is changed then.
pub(in crate::commands) fn change(
    command: &str,
    dry_run: bool,
    report: &ReportArgs,
    context: &Context,
    plan: &mut dyn FnMut(&mut Planner<'_>, &Config, &mut Check) -> Result<()>,
) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, command, context)?;
    let begin = Instant::now();
    let zone = config.time_zone();
    let rule = |path: &std::path::Path| images::accept(&config.images, path);
    let catalogue = Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
    let mut planner = Planner::new(
        &catalogue,
        Setting { media: &config.site.media, now: context.now, zone: &zone, rule: &rule },
    );
    let mut check = Check::default();
    plan(&mut planner, config, &mut check)?;
    let plan = planner.finish();
    let is_refused = check.status() == Status::Critical;
    if !dry_run && !is_refused {
        let quarantine = Quarantine::new(&context.state_folder(config)?, &config.database);
        let order = Order {
            config,
            quarantine: &quarantine,
            run: &record.run_id,
            command: tell::command(command, &plan),
            now: context.now,
        };
        let stay = products::carry_out(order, &catalogue.layout, &plan)?;
        tell::tell(&plan, false, &mut check);
        tell::staying(&stay, &mut check);
    } else {
        tell::tell(&plan, true, &mut check);
    }
    if !dry_run && !is_refused && !plan.is_empty() {
        let message =
            format!("kept for {} days; to take it back: sitekeep undo", config.quarantine.keep_days);
        check.add(Finding::ok(&kinds::QUARANTINE, &record.run_id, message));
    }
    record.summary = tell::summary(&plan, dry_run || is_refused);
    let items = vec![tell::item(begin, check)];
    record.tell(command, Vec::new(), items, config, report, context)
}
