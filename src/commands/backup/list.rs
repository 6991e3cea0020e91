//! The backups that there are.

use super::remote::sizes;
use crate::backup;
use crate::backup::Artefact;
use crate::backup::Standing;
use crate::backup::remote::Snapshot;
use crate::commands::Context;
use crate::config::Config;
use crate::output::Format;
use crate::output::csv_line;
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
/// When the folder or the state cannot be read, or the format is one for monitoring systems.
pub(super) fn run(config: &Config, folder: &Path, context: &Context) -> Result<Status> {
    context.printer.list_format()?;
    let artefacts = backup::list(folder, &config.time_zone())?;
    let state = context.state(config)?;
    let (verified, drilled) = (state.verified_artefacts()?, state.drilled_artefacts()?);
    let text = match context.printer.format {
        Format::Text => text(&artefacts, &verified, &drilled, folder, context.now),
        Format::Csv => csv(&artefacts, &verified, &drilled),
        _ => json(&artefacts, &verified, &drilled, folder)?,
    };
    context.printer.out(&text)?;
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

fn text(artefacts: &[Artefact], verified: &Times, drilled: &Times, folder: &Path, now: Timestamp) -> String {
    let mut text = String::new();
    for artefact in artefacts {
        let verified = verified.get(&artefact.name).map_or_else(
            || "never verified".to_owned(),
            |at| format!("verified {} ago", Age(time::age(now, *at))),
        );
        let drilled = drilled
            .get(&artefact.name)
            .map_or_else(String::new, |at| format!(", drilled {} ago", Age(time::age(now, *at))));
        let line = format!(
            "{:<44} {:>8} {:>8} old  {verified}{drilled}  {}",
            artefact.name,
            ByteSize(artefact.size).to_string(),
            Age(time::age(now, artefact.created_at)).to_string(),
            standing(artefact),
        );
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
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
