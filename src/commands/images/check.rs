//! `images check`: the pictures that the database names, by the shop's rules.

use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::config::Config;
use crate::db;
use crate::db::Access;
use crate::db::ProductFilter;
use crate::db::Showcase;
use crate::error;
use crate::images;
use crate::images::Judged;
use crate::output::Format;
use crate::output::ItemReport;
use crate::output::csv_line;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Judge each product's pictures: format, size, resolution, shape
///
/// Worst first. The format is that of the content, whatever the name says. Nothing is changed.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The guide's rules, to be changed in [images]: JPEG or PNG, at most 2 MB, at
least 800 x 600, 4:3 or 16:9.

Examples:
  sitekeep images check
  sitekeep images check --format csv > pictures.csv   each with its figures")]
pub(in crate::commands) struct CheckArgs {
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the check and reports it.
///
/// # Errors
/// For wrong settings or a report that cannot be printed; a database that does not answer is a finding.
pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let begin = Instant::now();
    if context.printer.format == Format::Csv {
        let judged = judge(config)?;
        context.printer.deliver(&csv(&judged), args.report.output.as_deref())?;
        return Ok(images::check(&judged, &config.images).status());
    }
    let mut record = Record::open(config, context);
    let check = match judge(config) {
        Ok(judged) => images::check(&judged, &config.images),
        Err(problem) => {
            let finding = Finding::unknown(&kinds::IMAGE_RULES, "database", error::one_line(&problem));
            let hint = error::hints(&problem).first().map(ToString::to_string);
            let remedy = hint.unwrap_or_else(|| "sitekeep health database tells more".to_owned());
            finding.remedy(remedy).into()
        }
    };
    let items =
        vec![ItemReport::timed("images.check", "Pictures", "Taille et Format des Images", begin, check)];
    record.tell("images check", Vec::new(), items, config, &args.report, context)
}

fn judge(config: &Config) -> Result<Vec<Judged>> {
    let mut database = db::connect(&config.database, Access::Read)?;
    let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
    let products = db::products(database.as_mut(), &showcase, &ProductFilter::default())?.items;
    let references = db::image_references(database.as_mut(), &showcase)?;
    Ok(images::judge(&config.site, &config.images, &products, &references))
}

fn csv(judged: &[Judged]) -> String {
    let mut text =
        csv_line(&["owner", "picture", "status", "format", "bytes", "width", "height", "problems"]);
    let or_empty = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    for one in judged {
        text.push_str(&csv_line(&[
            one.owner.as_str(),
            &one.path,
            one.status.label(),
            one.format.as_deref().unwrap_or_default(),
            &or_empty(one.bytes),
            &or_empty(one.width.map(u64::from)),
            &or_empty(one.height.map(u64::from)),
            &one.problems.join(", "),
        ]));
    }
    text
}
