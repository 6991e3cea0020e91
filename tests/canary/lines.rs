//! A line for every command there is; a new command without one fails the test.

use std::collections::BTreeSet;

/// Command lines in the order in which they are run: those that look, then those that change, the demonstration last.
pub const LINES: &[&str] = &[
    "config show",
    "config show --origin",
    "config validate",
    "generate completions bash",
    "generate schema",
    "generate man made/man",
    "explain DISK-001",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "checklist run daily",
    "checklist run weekly",
    "checklist run monthly",
    "checklist run quarterly",
    "status",
    "checklist show",
    "checklist due",
    "checklist history",
    "health",
    "disk",
    "backup database",
    "backup media",
    "backup full",
    "backup list",
    "backup verify --all",
    "backup drill",
    "backup prune --dry-run",
    "backup push",
    "backup pull latest --to made/pulled",
    "backup list --remote",
    "backup verify --remote",
    "database check",
    "database size",
    "images check",
    "images orphans",
    "images lookup products/savane-14.jpg",
    "images permissions",
    "images uploads --dry-run",
    "stats --html made/stats.html",
    "docs report --html made/changes.html",
    "products list",
    "products show savane-14",
    "products export",
    "categories list",
    "users list",
    "dependencies check",
    "dependencies test",
    "logs errors",
    "logs slow",
    "logs logins",
    "logs summary",
    "logs clean",
    "performance review",
    "security audit",
    "security fail2ban --write made/fail2ban",
    "troubleshoot site",
    "troubleshoot images",
    "troubleshoot database",
    "troubleshoot errors",
    "troubleshoot slowness",
    "notifications list",
    "notifications test",
    "notifications alert shop-backend.service",
    "notifications send",
    "schedule show",
    "schedule check",
    "acknowledge DISK-001 --reason none --by Awa --until 2026-12-31",
    "acknowledge list",
    "acknowledge remove DISK-001",
    "checklist sign docs.procedures --by Awa",
    "logs config",
    "schedule install --systemd --root made/root",
    "schedule remove --root made/root",
    "products add --name Neuf --price 5 --category ordinateurs --image vue.jpg",
    "products update savane-14 --price 7",
    "products stock out savane-14",
    "products image savane-14 vue.jpg",
    "products import changes.csv",
    "products delete ecran-baobab",
    "categories add --name Sacs",
    "categories update sacs --name Besaces",
    "categories delete sacs",
    "users create awa --password-file user-password",
    "users password awa --password-file user-password",
    "users deactivate awa",
    "users activate awa",
    "images replace --category ecrans --from pictures --dry-run",
    "images optimize",
    "images orphans --apply",
    "images permissions --apply",
    "database optimize",
    "database reindex",
    "database clear-sessions",
    "database cache-table",
    "dependencies update --patch --dry-run",
    "docs archive",
    "restore latest --confirm shop",
    "undo --confirm shop",
    "quarantine list",
    "quarantine purge --all --confirm shop",
    "database create --dry-run",
    "init made/site",
    "serve --listen nowhere:none",
    "demo made/demo",
];

/// Whether a line is one of this command: its words are those of the line, the options aside.
fn is_line_of(line: &str, command: &[String]) -> bool {
    let mut words = line.split(' ');
    command.iter().all(|name| words.next() == Some(name))
}

/// Every command that does something, as its words.
pub fn commands() -> Vec<Vec<String>> {
    fn collect(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
        let names: Vec<_> = command.get_subcommands().filter(|inner| inner.get_name() != "help").collect();
        for inner in &names {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            collect(inner, &path, found);
        }
        if !path.is_empty() && (names.is_empty() || !command.is_subcommand_required_set()) {
            found.push(path.to_vec());
        }
    }
    let mut found = Vec::new();
    collect(&sitekeep::commands::definition(), &[], &mut found);
    found
}

#[test]
fn every_command_has_a_line_with_the_canaries() {
    let commands = commands();
    assert!(commands.len() > 80, "the walk found too little: {commands:?}");
    let missing: BTreeSet<String> = commands
        .iter()
        .filter(|command| !LINES.iter().any(|line| is_line_of(line, command)))
        .map(|command| command.join(" "))
        .collect();
    assert!(missing.is_empty(), "add a line for each to tests/canary/lines.rs: {missing:?}");
}
