//! `troubleshoot`: the guide's five problems, from what is seen to what mends it.

mod debug;

use super::Context;
use super::images;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use crate::checklist;
use crate::checklist::Item;
use crate::checklist::Round;
use crate::config::Config;
use crate::config::Loaded;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::process;
use crate::troubleshoot::Fix;
use crate::troubleshoot::Problem;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use debug::ErrorsArgs;
use std::fmt::Write as _;
use std::os::fd::AsFd;
use std::process::Stdio;
use std::time::Instant;

/// Find the cause of a problem, and mend it
///
/// Looks in the guide's order, says the causes with the evidence, and what mends each. With --fix that is done, and
/// looked at again: what is left is told.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum TroubleshootCommand {
    /// The site does not answer (guide: Site web inaccessible)
    Site(TroubleshootArgs),
    /// Pictures do not show (guide: Images ne s'affichent pas)
    Images(TroubleshootArgs),
    /// The database is damaged (guide: Base de données corrompue)
    Database(TroubleshootArgs),
    /// Many answers with the status 500 (guide: Erreurs 500 fréquentes)
    Errors(ErrorsArgs),
    /// The site is slow (guide: Performance dégradée)
    Slowness(TroubleshootArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep troubleshoot site
  sitekeep troubleshoot images --fix --confirm niasotac   restores, too
  sitekeep troubleshoot errors --debug 10m                for ten minutes")]
pub(super) struct TroubleshootArgs {
    /// Mend the causes that sitekeep can mend, one after the other
    #[arg(long)]
    fix: bool,
    /// Agree by the site's name to what replaces live data
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Only say what --fix would do
    #[arg(long, short = 'n', conflicts_with = "fix")]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks, mends where that was asked for, and reports.
///
/// # Errors
/// For wrong settings, or when what replaces live data is not agreed to; what cannot be mended is a finding.
pub(super) fn run(command: &TroubleshootCommand, context: &Context) -> Result<Status> {
    let (problem, args) = match command {
        TroubleshootCommand::Site(args) => (Problem::Site, args),
        TroubleshootCommand::Images(args) => (Problem::Images, args),
        TroubleshootCommand::Database(args) => (Problem::Database, args),
        TroubleshootCommand::Errors(args) => (Problem::Errors, &args.common),
        TroubleshootCommand::Slowness(args) => (Problem::Slowness, args),
    };
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    site::refuse_other(config, args.confirm.as_deref())?;
    if let TroubleshootCommand::Errors(args) = command
        && let Some(status) = debug::run(args, &loaded, context)?
    {
        return Ok(status);
    }
    let mut record = Record::open(config, context);
    let mut found = look(problem, &mut record, config, context);
    record.summary = summary(problem, &found, config);
    if args.fix {
        let wanted = fixes(problem, &found);
        let replaces =
            wanted.iter().any(|fix| matches!(fix, Fix::Command(words) if words.contains(&"{site}")));
        if replaces {
            site::confirm(config, args.confirm.as_deref(), "This restores a backup over live data", context)?;
        }
        let mended = wanted.iter().map(|fix| mend(*fix, &loaded, context)).collect::<Vec<_>>();
        if !mended.is_empty() {
            found = look(problem, &mut record, config, context);
            let begin = Instant::now();
            let mut check = Check::default();
            for finding in mended {
                check.add(finding);
            }
            found.insert(0, report("troubleshoot.fix", "What was done", problem, begin, check));
            // What is told of the causes is what is left of them.
            record.summary = summary(problem, &found, config);
        }
    }
    let name = format!("troubleshoot {}", problem.word());
    record.tell(&name, Vec::new(), found, config, &args.report, context)
}

/// Runs the items of a problem, in its order.
fn look(problem: Problem, record: &mut Record, config: &Config, context: &Context) -> Vec<ItemReport> {
    let bar = Bar::new(context.printer.quiet);
    let mut round = Round::new(config, record.state.as_mut(), context.now, &bar);
    let mut found = Vec::new();
    for id in problem.items() {
        if let Some(item) = checklist::items().find(|item| item.id == *id) {
            found.extend(checklist::run(&[item as &'static Item], &mut round).reports);
        } else {
            let begin = Instant::now();
            let check = images::look_at_permissions(config).unwrap_or_else(|error| {
                Finding::unknown(&kinds::IMAGES_PERMISSION, "media", one_line(&error)).into()
            });
            found.push(report(id, "Who may read the media", problem, begin, check));
        }
    }
    found
}

fn report(
    id: &'static str,
    title: &'static str,
    problem: Problem,
    begin: Instant,
    check: Check,
) -> ItemReport {
    ItemReport::timed(id, title, problem.heading(), begin, check)
}

/// What mends the causes, each once, in their order.
fn fixes(problem: Problem, found: &[ItemReport]) -> Vec<Fix> {
    let findings: Vec<&Finding> = found.iter().flat_map(|item| &item.findings).collect();
    let mut fixes = Vec::new();
    for fix in problem.causes(&findings).into_iter().filter_map(|(_, fix)| fix) {
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    fixes
}

/// The causes above the report, each with what mends it.
fn summary(problem: Problem, found: &[ItemReport], config: &Config) -> String {
    let findings: Vec<&Finding> = found.iter().flat_map(|item| &item.findings).collect();
    let causes = problem.causes(&findings);
    if causes.is_empty() {
        let unknown = found.iter().flat_map(|item| &item.findings).any(|it| it.status == Status::Unknown);
        let of = if unknown { " in what could be looked at" } else { "" };
        return format!("{}: no cause was found{of}\n", problem.heading());
    }
    let mut text = format!("{}:\n", problem.heading());
    for (finding, fix) in causes {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}: {} ({})", finding.subject, finding.message, finding.id);
        let mends = match (fix, &finding.remedy) {
            (Some(fix), _) => format!("--fix: {}", told(fix, config)),
            (None, Some(remedy)) => format!("yours to mend: {remedy}"),
            (None, None) => format!("yours to mend: sitekeep explain {}", finding.id),
        };
        let _ = writeln!(text, "    {mends}");
    }
    text
}

fn told(fix: Fix, config: &Config) -> String {
    match fix {
        Fix::Restart => match config.restore.service(&config.site.unit()) {
            Some(service) => format!("restart {service}"),
            None => "restart the site (no unit and no command is known: set [restore])".to_owned(),
        },
        Fix::Command(words) => format!("sitekeep {}", words.join(" ").replace("{site}", &config.site.name)),
    }
}

/// Does what mends a cause, and says how that went.
fn mend(fix: Fix, loaded: &Loaded, context: &Context) -> Finding {
    let kind = &kinds::TROUBLESHOOT_FIX;
    let config = &loaded.config;
    let subject = told(fix, config);
    context.printer.note(&subject);
    let done = match fix {
        Fix::Restart => restart(config).map(|()| Status::Ok),
        Fix::Command(words) => sitekeep(words, loaded, context),
    };
    match done {
        Ok(Status::Ok) => Finding::ok(kind, subject, "done"),
        Ok(status) => Finding::warning(kind, subject, format!("done, and it ended with {status}"))
            .remedy("what it said stands on stderr"),
        Err(problem) => {
            Finding::critical(kind, subject, one_line(&problem)).remedy("do it by hand, and look again")
        }
    }
}

fn restart(config: &Config) -> Result<()> {
    let service = config.restore.service(&config.site.unit()).ok_or_else(|| {
        Error::new(ErrorKind::Failed, "no unit and no command is known that starts the site")
            .hint("set [restore] units, or stop and start")
    })?;
    service.restart()
}

/// Runs another command of this program with these settings; what it says goes to stderr.
fn sitekeep(words: &[&str], loaded: &Loaded, context: &Context) -> Result<Status> {
    let program = std::env::current_exe().context("find this program")?;
    let mut command = process::command(program);
    if let Some(file) = &loaded.file {
        command.arg("--config").arg(file);
    }
    command.args(["--lock-wait", "1m"]);
    command.args(words.iter().map(|word| word.replace("{site}", &loaded.config.site.name)));
    command.envs(&context.environment.variables).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    let stderr = std::io::stderr().as_fd().try_clone_to_owned().context("pass stderr on")?;
    command.stdout(Stdio::from(stderr));
    let ended = process::spawn(&mut command)?.wait().context("wait for the command")?;
    match ended.code() {
        Some(0) => Ok(Status::Ok),
        Some(1) => Ok(Status::Warning),
        Some(code) => anyhow::bail!("it ended with exit code {code}"),
        None => anyhow::bail!("it was killed"),
    }
}
