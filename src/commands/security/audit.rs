//! `security audit`: every side of the site's security looked at, and graded.

use crate::checklist;
use crate::checklist::AuditPart;
use crate::checklist::Round;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::error::Error;
use crate::error::Kind;
use crate::output::Bar;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Look at settings, files, accounts, headers, ports and logins; grade them
///
/// Settings are read as text and never executed; only --with-django runs the project's own check, as the owner of manage.py.
/// No finding holds a secret.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The grade: 100 points, less 15 for each critical finding, 3 for each warning and
each unknown one; A from 90, B from 75, C from 60, D from 40. With a critical
finding it is no better than C, with an unknown one no better than B.

Examples:
  sitekeep security audit
  sitekeep security audit --only settings,accounts
  sitekeep security audit --with-django --format json")]
pub(in crate::commands) struct AuditArgs {
    /// Only these parts: settings, files, media, repository, visitors, tls, accounts, logins, ports, unit
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these parts out
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    skip: Vec<String>,
    /// Also run the project's own `manage.py check --deploy` and compare
    #[arg(long)]
    with_django: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Audits and reports.
///
/// # Errors
/// For wrong settings, a part that there is none of, or a report that cannot be printed.
pub(super) fn run(args: &AuditArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let (parts, skipped) = select(args)?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut record = Record::open(config, context);
    let bar = Bar::new(context.printer.quiet);
    let mut round = Round::new(config, record.state.as_mut(), context.now, &bar);
    let mut items = checklist::audit(&parts, &mut round);
    // Part of an audit has no grade: the next one would be compared with it.
    if skipped.is_empty() {
        items.insert(0, checklist::audit_grade(&items, &round));
    }
    drop(round);
    record.tell("security audit", skipped, items, config, &args.report, context)
}

fn select(args: &AuditArgs) -> Result<(Vec<AuditPart>, Vec<String>)> {
    let short = |part: &AuditPart| part.id.trim_start_matches("security.").to_owned();
    let all: Vec<AuditPart> =
        checklist::AUDIT.iter().copied().chain(args.with_django.then_some(checklist::WITH_DJANGO)).collect();
    let is_named = |part: &AuditPart, name: &String| *name == part.id || *name == short(part);
    for name in args.only.iter().chain(&args.skip) {
        if !all.iter().any(|part| is_named(part, name)) {
            let names: Vec<String> = all.iter().map(short).collect();
            let near = names.iter().min_by_key(|known| strsim::damerau_levenshtein(known, name));
            let near = near.filter(|known| strsim::damerau_levenshtein(known, name) <= 2);
            let hint = near.map_or_else(
                || format!("there are {}", names.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Error::new(Kind::Usage, format!("`{name}` is no part of the audit"))
                .hint(hint)
                .into());
        }
    }
    let (run, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|part| {
        (args.only.is_empty() || args.only.iter().any(|name| is_named(part, name)))
            && !args.skip.iter().any(|name| is_named(part, name))
    });
    if run.is_empty() {
        return Err(Error::new(Kind::Usage, "no part is left to run").hint("skip fewer parts").into());
    }
    Ok((run, left.into_iter().map(|part| part.id.to_owned()).collect()))
}
