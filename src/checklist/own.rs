//! The lists of a site: the guide's items as its settings change them, and its own.

use super::Item;
use super::Period;
use super::item::Work;
use super::items;
use crate::config::Config;
use crate::config::ItemConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::bounded;
use crate::system::bounded::End;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;

/// Lines of a command's output that are kept.
const KEPT_LINES: usize = 20;

/// Heading of the items that the guide does not have.
const LINE: &str = "Éléments ajoutés";

/// A site's own items, in the guide's order, those that it adds last in their period.
///
/// # Errors
/// A configuration error for an item that cannot be.
pub fn of_site(config: &Config) -> Result<Vec<&'static Item>> {
    let (has_remote, config) = (config.remote.is_configured(), &config.checklist);
    let mut own: Vec<&'static Item> = Vec::new();
    for item in items().filter(|item| has_remote || !item.is_remote()) {
        match config.items.iter().find(|change| change.id == item.id) {
            None => own.push(item),
            Some(change) if change.drop => {}
            Some(change) => own.push(keep(changed(item, change)?)),
        }
    }
    for change in config.items.iter().filter(|change| !items().any(|item| item.id == change.id)) {
        own.push(keep(added(change)?));
    }
    // The sort is stable: within its period each stays where it stood.
    own.sort_by_key(|item| Period::ALL.iter().position(|period| *period == item.period));
    Ok(own)
}

/// Items live as long as the process, which reads its settings once.
fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn changed(item: &Item, change: &ItemConfig) -> Result<Item> {
    if !change.command.is_empty() {
        return Err(wrong(
            change,
            "is an item of the guide: its command cannot be changed",
            "drop it, and add one under another id",
        ));
    }
    Ok(Item {
        period: period(change)?.unwrap_or(item.period),
        title: change.title.as_ref().map_or(item.title, |title| keep(title.clone())),
        ..*item
    })
}

fn added(change: &ItemConfig) -> Result<Item> {
    if change.drop {
        let hint = "`sitekeep checklist show` has the identifiers";
        return Err(wrong(change, "is to be dropped, and is no item of the guide", hint));
    }
    let Some(period) = period(change)? else {
        return Err(wrong(
            change,
            "has no period",
            "period = \"weekly\"; an item of the guide has another id",
        ));
    };
    let change = keep(change.clone());
    Ok(Item {
        id: &change.id,
        title: change.title.as_deref().unwrap_or(&change.id),
        line: LINE,
        period,
        changes: false,
        work: if change.command.is_empty() { Work::Sign } else { Work::Command(change) },
    })
}

fn period(change: &ItemConfig) -> Result<Option<Period>> {
    let Some(word) = &change.period else { return Ok(None) };
    match Period::named(word) {
        Some(period) => Ok(Some(period)),
        None => Err(wrong(
            change,
            &format!("has no period that there is: `{word}`"),
            "daily, weekly, monthly or quarterly",
        )),
    }
}

fn wrong(change: &ItemConfig, what: &str, hint: &str) -> anyhow::Error {
    Error::new(Kind::Config, format!("checklist.items: `{}` {what}", change.id)).hint(hint).into()
}

/// Runs a command of the site's own; its exit code is its status, its first line what it found.
pub(super) fn check(own: &ItemConfig) -> Result<Check> {
    let (program, arguments) = own.command.split_first().context("find a program in the command")?;
    let ran = bounded::run(process::command(program).args(arguments), own.timeout)?;
    let (status, how) = match ran.end {
        End::Code(0) => (Status::Ok, None),
        End::Code(1) => (Status::Warning, None),
        End::Code(2) => (Status::Critical, None),
        End::Code(3) => (Status::Unknown, None),
        End::Code(code) => {
            (Status::Unknown, Some(format!("ended with exit code {code}, which says nothing")))
        }
        End::Signal(signal) => (Status::Unknown, Some(format!("was killed by signal {signal}"))),
        End::OutOfTime => (Status::Unknown, Some(format!("did not end within {} s", own.timeout.as_secs()))),
    };
    let mut lines = ran.words.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or(if status == Status::Ok { "ended well" } else { "said nothing" });
    let message = match how {
        None => first.to_owned(),
        Some(how) => format!("{how}: {first}"),
    };
    let rest: Vec<&str> = lines.take(KEPT_LINES).collect();
    let mut finding = Finding::new(&kinds::CHECKLIST_COMMAND, status, &own.id, message)
        .with("command", own.command.clone());
    if !rest.is_empty() {
        finding = finding.with("output", rest.join("\n"));
    }
    if status != Status::Ok {
        finding = finding.remedy(format!("run it by hand: {}", own.command.join(" ")));
    }
    Ok(finding.into())
}
