//! `images optimize`: pictures in fewer bytes, which look the same.

use super::media;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::config::Config;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::images::OptimizeOrder;
use crate::images::Optimized;
use crate::images::Recipe;
use crate::images::Share;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::progress::Progress;
use crate::quarantine::Change;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::units::ByteSize;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;
use std::time::Instant;

/// Folders that the table shows, those where most was saved first.
const SHOWN: usize = 12;

/// Make the pictures smaller without being seen to change; undo brings the originals back
///
/// JPEGs above the quality of [images] quality are encoded anew at it, once, where the result still looks like the
/// original; all other JPEGs, and PNGs, keep every pixel. How a photo is turned and its colour profile stay. Each result
/// is decoded and compared before it takes its place, and what is finished is remembered: a later run only looks at what
/// is new.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The originals are kept as long as [quarantine] says, so room is free only after
`sitekeep quarantine purge`; `sitekeep undo` brings them back.

Examples:
  sitekeep images optimize --dry-run
  sitekeep images optimize
  sitekeep images optimize --target similarity=80   smallest that scores 80")]
pub(in crate::commands) struct OptimizeArgs {
    /// Only try some pictures, and estimate what would be saved
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Search for the lowest quality of each JPEG that still looks so much like it (SSIMULACRA 2:
    /// 100 is the same, 90 cannot be told apart, 70 is still good); takes ten times as long
    #[arg(long, value_name = "similarity=SCORE", value_parser = target)]
    target: Option<f64>,
    #[command(flatten)]
    report: ReportArgs,
}

fn target(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no target: write similarity=80");
    let score: f64 =
        text.strip_prefix("similarity=").and_then(|score| score.parse().ok()).ok_or_else(wrong)?;
    if (30.0..100.0).contains(&score) { Ok(score) } else { Err("a score lies between 30 and 100".to_owned()) }
}

/// Runs the command.
///
/// # Errors
/// When the media folder or the state cannot be used, or the work is given up; every picture is the old or the new one.
pub(super) fn run(args: &OptimizeArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let media = media(config)?;
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "images", context)?;
    let interrupt = Interrupt::listen()?;
    let bar = Bar::that_hears(context.printer.quiet, interrupt.clone());
    let begin = Instant::now();
    let quarantine = Quarantine::new(&state_folder, &config.database);
    let run = record.run_id.clone();
    let order = OptimizeOrder {
        media: &media,
        settings: &config.images,
        recipe: Recipe::new(&config.images, args.target),
        quarantine: &quarantine,
        keep: &config.quarantine,
        run: &run,
        now: context.now,
        progress: &bar,
    };
    let Some(state) = record.state.as_mut() else {
        return Err(Error::new(
            ErrorKind::Failed,
            "the state cannot be opened, in which finished pictures are remembered",
        )
        .hint("set [state] directory to a folder that this user may write to")
        .into());
    };
    let mut told = Optimized::default();
    let done = if args.dry_run {
        order.try_out(state, &mut told).map(|()| None)
    } else {
        order.carry_out(state, &mut told)
    };
    let stopped = done.as_ref().err().map(error::exit_code).and_then(|code| code.checked_sub(128));
    let done = match stopped {
        Some(signal) => {
            Err(Error::new(ErrorKind::Interrupted(signal), "stopped on request; what is finished stays so")
                .into())
        }
        None => done,
    };
    let mut check = told.check(&media);
    match &done {
        Ok(Some(change)) => {
            let kept = kept(change, config);
            record.summary = format!("{}{}\n", summary(&told), kept.message);
            check.add(kept);
        }
        Ok(None) => {}
        Err(problem) => {
            let message = format!("not all pictures were looked at: {}", error::one_line(problem));
            let hint = error::hints(problem).first().map(ToString::to_string);
            check.add(
                Finding::critical(&kinds::IMAGES_SMALLER, media.display().to_string(), message)
                    .remedy(hint.unwrap_or_else(|| "run it again: what is finished stays so".to_owned())),
            );
        }
    }
    let items = vec![ItemReport::timed("images.optimize", "Pictures", "Optimiser les images", begin, check)];
    let status = record.tell("images optimize", Vec::new(), items, config, &args.report, context)?;
    if stopped.is_some() { done.map(|_| status) } else { Ok(status) }
}

/// The same as part of a round, which holds the lock.
///
/// # Errors
/// As [`run`].
pub(in crate::commands) fn of_round(
    config: &Config,
    record: &mut Record,
    progress: &dyn Progress,
    context: &Context,
) -> Result<Check> {
    let media = media(config)?;
    let quarantine = Quarantine::new(&context.state_folder(config)?, &config.database);
    let run = record.run_id.clone();
    let order = OptimizeOrder {
        media: &media,
        settings: &config.images,
        recipe: Recipe::new(&config.images, None),
        quarantine: &quarantine,
        keep: &config.quarantine,
        run: &run,
        now: context.now,
        progress,
    };
    let state = record
        .state
        .as_mut()
        .context("the state cannot be opened, in which finished pictures are remembered")?;
    let mut told = Optimized::default();
    let change = order.carry_out(state, &mut told)?;
    let mut check = told.check(&media);
    if let Some(change) = change {
        check.add(kept(&change, config));
    }
    Ok(check)
}

/// Where the originals are, and for how long.
fn kept(change: &Change, config: &Config) -> Finding {
    let until = change.keep_until.to_zoned(config.time_zone()).strftime("%Y-%m-%d");
    let size = ByteSize(change.bytes());
    let message = format!("originals kept until {until} ({size}); to bring them back: sitekeep undo");
    Finding::ok(&kinds::QUARANTINE, &change.run, message).with("bytes", size.0)
}

/// The folders in which something became smaller.
fn summary(told: &Optimized) -> String {
    let mut folders: Vec<(String, Share)> =
        told.by_folder().into_iter().filter(|(_, share)| share.smaller > 0).collect();
    folders.sort_by_key(|(_, share)| std::cmp::Reverse(share.before.saturating_sub(share.after)));
    let mut text = String::new();
    if folders.is_empty() {
        return text;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{:<36} {:>8} {:>8} {:>10} {:>10}",
        "folder", "pictures", "smaller", "before", "after"
    );
    for (folder, share) in folders.iter().take(SHOWN) {
        let length = folder.chars().count();
        let end: String = folder.chars().skip(length.saturating_sub(35)).collect();
        let name = if length > 36 { format!("…{end}") } else { folder.clone() };
        let (before, after) = (ByteSize(share.before), ByteSize(share.after));
        let _ =
            writeln!(text, "{name:<36} {:>8} {:>8} {before:>10} {after:>10}", share.pictures, share.smaller);
    }
    if let Some(rest) = folders.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        let _ = writeln!(text, "and {rest} more");
    }
    let sum = |part: fn(&Share) -> u64| folders.iter().map(|(_, share)| part(share)).sum::<u64>();
    let (before, after) = (ByteSize(sum(|it| it.before)), ByteSize(sum(|it| it.after)));
    let (pictures, smaller) = (sum(|it| it.pictures), sum(|it| it.smaller));
    let _ = writeln!(text, "{:<36} {pictures:>8} {smaller:>8} {before:>10} {after:>10}", "together");
    text
}
