//! What every command's help is held to.

use crate::checklist::AUDIT;
use clap::Command;

fn every(command: &Command, path: &str, look: &mut dyn FnMut(&Command, &str)) {
    let path = format!("{path} {}", command.get_name());
    look(command, &path);
    for one in command.get_subcommands() {
        every(one, &path, look);
    }
}

#[test]
fn examples_fit_a_terminal_of_80_columns() {
    let mut wide = Vec::new();
    every(&super::definition(), "", &mut |command, path| {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        wide.extend(
            help.lines().filter(|line| line.chars().count() > 80).map(|line| format!("{path}: {line}")),
        );
    });
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn every_argument_says_what_it_is() {
    let mut silent = Vec::new();
    every(&super::definition(), "", &mut |command, path| {
        let arguments = command.get_arguments().filter(|it| !it.is_hide_set() && it.get_help().is_none());
        silent.extend(arguments.map(|it| format!("{path}: {}", it.get_id())));
    });
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn options_for_copies_away_stand_apart_from_the_others() {
    every(&super::definition(), "", &mut |command, path| {
        if path.ends_with(" restore") {
            let heading = |id: &str| {
                let found = command.get_arguments().find(|it| it.get_id() == id);
                found.and_then(clap::Arg::get_help_heading).map(str::to_owned)
            };
            assert_eq!(heading("repository").as_deref(), Some("Copies away from this machine"));
            assert_eq!((heading("only"), heading("output")), (None, None));
        }
    });
}

#[test]
fn the_parts_of_the_audit_are_all_named() {
    every(&super::definition(), "", &mut |command, path| {
        let parts = command.get_arguments().find(|it| it.get_id() == "only");
        if let Some(help) = parts.and_then(clap::Arg::get_help).filter(|_| path.ends_with(" audit")) {
            let known: Vec<_> = AUDIT.iter().map(|part| part.id.trim_start_matches("security.")).collect();
            assert_eq!(help.to_string(), format!("Only these parts: {}", known.join(", ")));
        }
    });
}
