//! `explain`: what a finding means, why it matters and what to do about it.

use super::Context;
use super::language::LanguageArgs;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::explain::Explanation;
use crate::explain::Step;
use crate::explain::explanations;
use crate::language::Language;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Kind;
use crate::status::Status;
use crate::status::kinds;
use anstyle::Style;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// Explain a finding: why it matters, what was looked at, what to do
///
/// In English or French; without an identifier, every sort of finding is listed.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep explain DISK-001
  sitekeep explain DISK-001 --lang fr
  sitekeep explain backup             the family BACKUP
  sitekeep explain                    all of them")]
pub(super) struct ExplainArgs {
    /// Identifier of a finding (DISK-001), or of a family (DISK)
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    language: LanguageArgs,
}

/// Prints one explanation, or the list of them.
///
/// # Errors
/// A usage error for an identifier that there is not, with the nearest that there is.
pub(super) fn run(args: &ExplainArgs, context: &Context) -> Result<Status> {
    let language = args.language.language(&context.environment);
    let asked = args.id.as_deref();
    let one = asked.and_then(kinds::find);
    let chosen = match (asked, one) {
        (None, _) => kinds::ALL.to_vec(),
        (Some(_), Some(kind)) => vec![kind],
        (Some(name), None) => family(name)?,
    };
    let found = explanations(&chosen, language)?;
    let text = match (context.printer.format, one) {
        (Format::Json, _) => json(&found, language)?,
        (Format::Csv, _) => csv(&found),
        (Format::Text, Some(_)) => found.iter().map(|one| whole(one, language)).collect(),
        (Format::Text, None) => list(&found),
        _ => {
            return Err(Error::new(ErrorKind::Usage, "an explanation has no format for monitoring systems")
                .hint("use --format text, json or csv")
                .into());
        }
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

/// The kinds of a family.
///
/// # Errors
/// A usage error that names the nearest identifier.
fn family(name: &str) -> Result<Vec<&'static Kind>> {
    let name = name.to_ascii_uppercase();
    let of = |kind: &&Kind| kind.id.strip_prefix(&name).is_some_and(|rest| rest.starts_with('-'));
    let members: Vec<_> = kinds::ALL.iter().copied().filter(of).collect();
    if members.is_empty() { Err(unknown(&name).into()) } else { Ok(members) }
}

/// Says that an identifier is none, and which is nearest.
pub(super) fn unknown(name: &str) -> Error {
    let typed = name.to_ascii_uppercase();
    let families = kinds::ALL.iter().filter_map(|kind| kind.id.split('-').next());
    let near = kinds::ALL
        .iter()
        .map(|kind| kind.id)
        .chain(families)
        .map(|id| (strsim::damerau_levenshtein(&typed, id), id))
        .filter(|(distance, id)| *distance <= 1 + id.len() / 3)
        .min();
    let hint = match near {
        Some((_, id)) => format!("did you mean `{id}`?"),
        None => "`sitekeep explain` lists them all".to_owned(),
    };
    Error::new(ErrorKind::Usage, format!("`{name}` is no sort of finding")).hint(hint)
}

fn width() -> usize {
    match Printer::width() {
        0 => 80,
        width => width.min(100),
    }
}

fn list(found: &[Explanation]) -> String {
    let mut text = String::new();
    for one in found {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", wrap(&format!("{:<16}  {}", one.kind.id, one.title), width(), 18));
    }
    text
}

fn whole(one: &Explanation, language: Language) -> String {
    let [why, looked_at, remedy, guide] = language.pick(
        ["Why it matters", "What was looked at", "What to do", "In the guide"],
        ["Pourquoi", "Ce qui a été regardé", "Que faire", "Dans le guide"],
    );
    let bold = Style::new().bold();
    let width = width();
    let mut text = format!("{bold}{}{bold:#}  {}\n", one.kind.id, one.title);
    let mut part = |head: &str, body: &str| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{bold}{head}{bold:#}\n{body}");
    };
    let paragraph = |body: &str| wrap(&format!("  {body}"), width, 2) + "\n";
    part(why, &paragraph(&one.why));
    part(looked_at, &paragraph(&one.looked_at));
    part(remedy, &steps(&one.remedy, width));
    part(guide, &paragraph(one.kind.guide));
    text
}

/// Prose wrapped; commands below one another with what they do beside them, or above where there is no room.
fn steps(remedy: &[Step], width: usize) -> String {
    let noted = || remedy.iter().filter(|step| !step.text.is_empty());
    let commands = || noted().filter_map(|step| Some((step.command.as_deref()?, &step.text)));
    let longest = commands().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    let beside = commands().all(|(_, note)| 6 + longest + 4 + note.chars().count() <= width);
    let mut text = String::new();
    for step in remedy {
        // Writing to a string cannot fail.
        let _ = match (&step.command, step.text.as_str()) {
            (None, prose) => writeln!(text, "{}", wrap(&format!("  {prose}"), width, 2)),
            (Some(command), "") => writeln!(text, "      {command}"),
            (Some(command), note) if beside => writeln!(text, "      {command:<longest$}  # {note}"),
            (Some(command), note) => {
                writeln!(text, "{}\n      {command}", wrap(&format!("      # {note}"), width, 6))
            }
        };
    }
    text
}

fn csv(found: &[Explanation]) -> String {
    let mut text = csv_line(&["id", "title", "guide"]);
    for one in found {
        text.push_str(&csv_line(&[one.kind.id, &one.title, one.kind.guide]));
    }
    text
}

fn json(found: &[Explanation], language: Language) -> Result<String> {
    let rows: Vec<_> = found
        .iter()
        .map(|one| {
            serde_json::json!({
                "id": one.kind.id, "title": one.title, "why": one.why, "looked_at": one.looked_at,
                "remedy": one.remedy, "guide": one.kind.guide,
            })
        })
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "language": language.code(),
        "explanations": rows,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::definition;
    use super::super::words;
    use super::*;

    #[test]
    fn every_command_of_a_text_is_one_that_there_is() {
        let mut tried = 0;
        for language in [Language::English, Language::French] {
            for one in explanations(kinds::ALL, language).expect("texts") {
                let prose = [one.why.as_str(), &one.looked_at];
                let steps = one.remedy.iter().map(|step| step.text.as_str());
                // Between backticks too.
                let quoted =
                    prose.into_iter().chain(steps).flat_map(|text| text.split('`').skip(1).step_by(2));
                let commands = one.remedy.iter().filter_map(|step| step.command.as_deref());
                for command in commands.chain(quoted).filter(|command| command.starts_with("sitekeep ")) {
                    tried += 1;
                    if let Err(error) = definition().try_get_matches_from(words::split(command)) {
                        panic!("{}: `{command}`: {error}", one.kind.id);
                    }
                }
            }
        }
        assert!(tried > 100, "only {tried} commands were found");
    }
}
