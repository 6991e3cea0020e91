//! The backups that there are.

use super::remote::sizes;
use crate::backup;
use crate::backup::Artefact;
use crate::backup::Standing;
use crate::backup::remote::Snapshot;
use crate::commands::Context;
use crate::config::Config;
use crate::error::one_line;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Status;
use crate::system::time;
use crate::units::Age;
use crate::units::ByteSize;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// When something was done with each backup.
type Times = BTreeMap<String, Timestamp>;

/// The copies away from this machine, in the format that is asked for.
///
/// # Errors
/// When they cannot be written as JSON.
pub(super) fn remote(snapshots: &[Snapshot], label: &str, context: &Context) -> Result<String> {
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    match context.printer.format {
        Format::Json => {
            let rows: Vec<_> = snapshots
                .iter()
                .map(|snapshot| {
                    serde_json::json!({
                        "name": snapshot.short(), "id": snapshot.id, "kind": "full", "site": snapshot.hostname,
                        "created_at": snapshot.time.to_string(), "bytes": snapshot.bytes(), "files": snapshot.files(),
                    })
                })
                .collect();
            let document = serde_json::json!({
                "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "repository": label, "copies": rows,
            });
            Ok(serde_json::to_string_pretty(&document)? + "\n")
        }
        Format::Csv => {
            let mut text = csv_line(&["name", "kind", "created_at", "bytes", "files"]);
            for snapshot in snapshots {
                let (bytes, files) = (number(snapshot.bytes()), number(snapshot.files()));
                text.push_str(&csv_line(&[
                    snapshot.short(),
                    "full",
                    &snapshot.time.to_string(),
                    &bytes,
                    &files,
                ]));
            }
            Ok(text)
        }
        _ => {
            let mut text = String::new();
            for snapshot in snapshots {
                let (bytes, files) = sizes(snapshot);
                let age = Age(time::age(context.now, snapshot.time)).to_string();
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{:<9} {bytes:>8} {age:>8} old  {files}", snapshot.short());
            }
            if snapshots.is_empty() {
                let _ = writeln!(text, "no copy is in {label}; make one: sitekeep backup push");
            }
            Ok(text)
        }
    }
}

/// Lists the backups, oldest first.
///
/// # Errors
/// When the folder cannot be read, or the format is one for monitoring systems.
pub(super) fn run(config: &Config, folder: &Path, context: &Context) -> Result<Status> {
    context.printer.list_format()?;
    let artefacts = backup::list(folder, &config.time_zone())?;
    // A full disk may keep the record from being opened: the backups are needed then most of all.
    let known =
        context.state(config).and_then(|state| Ok((state.verified_artefacts()?, state.drilled_artefacts()?)));
    let (verified, drilled) = known.as_ref().map_or_else(|_| Default::default(), Clone::clone);
    let text = match context.printer.format {
        Format::Text if known.is_err() => text(&artefacts, None, folder, context.now),
        Format::Text => text(&artefacts, Some((&verified, &drilled)), folder, context.now),
        Format::Csv => csv(&artefacts, &verified, &drilled),
        _ => json(&artefacts, &verified, &drilled, folder)?,
    };
    context.printer.out(&text)?;
    if let Err(problem) = known {
        let told = format!("when they were verified and drilled is not known: {}", one_line(&problem));
        context.printer.warning(&told);
        return Ok(Status::Warning);
    }
    Ok(Status::Ok)
}

fn standing(artefact: &Artefact) -> String {
    match &artefact.standing {
        Standing::Ours if artefact.is_before_restore() => "made before a restore".to_owned(),
        Standing::Ours => String::new(),
        Standing::Foreign => "not made by sitekeep".to_owned(),
        Standing::Doubtful(why) => format!("doubtful: {why}"),
    }
}

/// `known` is when each was verified and drilled, where the record could be read.
fn text(artefacts: &[Artefact], known: Option<(&Times, &Times)>, folder: &Path, now: Timestamp) -> String {
    let mut text = String::new();
    let ago = |at: &Timestamp| Age(time::age(now, *at));
    for artefact in artefacts {
        let tried = known.map_or_else(String::new, |(verified, drilled)| {
            let verified = verified
                .get(&artefact.name)
                .map_or_else(|| "never verified".to_owned(), |at| format!("verified {} ago", ago(at)));
            let drilled = drilled
                .get(&artefact.name)
                .map_or_else(String::new, |at| format!(", drilled {} ago", ago(at)));
            verified + &drilled
        });
        let line = format!(
            "{:<44} {:>8} {:>8} old  {tried}  {}",
            artefact.name,
            ByteSize(artefact.size).to_string(),
            Age(time::age(now, artefact.created_at)).to_string(),
            standing(artefact),
        );
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", wrap(line.trim_end(), Printer::width(), 46));
    }
    if artefacts.is_empty() {
        let _ = writeln!(text, "no backup is in {}; make one: sitekeep backup full", folder.display());
    }
    text
}

fn csv(artefacts: &[Artefact], verified: &Times, drilled: &Times) -> String {
    let mut text =
        csv_line(&["name", "kind", "created_at", "bytes", "verified_at", "drilled_at", "standing"]);
    for artefact in artefacts {
        text.push_str(&csv_line(&[
            artefact.name.clone(),
            artefact.kind.word().to_owned(),
            artefact.created_at.to_string(),
            artefact.size.to_string(),
            verified.get(&artefact.name).map_or(String::new(), ToString::to_string),
            drilled.get(&artefact.name).map_or(String::new(), ToString::to_string),
            standing(artefact),
        ]));
    }
    text
}

fn json(artefacts: &[Artefact], verified: &Times, drilled: &Times, folder: &Path) -> Result<String> {
    let rows: Vec<_> = artefacts
        .iter()
        .map(|artefact| {
            serde_json::json!({
                "name": artefact.name, "kind": artefact.kind.word(), "created_at": artefact.created_at.to_string(),
                "bytes": artefact.size, "verified_at": verified.get(&artefact.name).map(ToString::to_string),
                "drilled_at": drilled.get(&artefact.name).map(ToString::to_string),
                "ours": artefact.is_ours(), "standing": standing(artefact),
            })
        })
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "folder": folder, "backups": rows,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
