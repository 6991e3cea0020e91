//! Every command that changes something, killed at its steps: each file and the database are as before or as
//! afterwards, the next run mends what it must, and the same command again does the rest.

use super::seen::Seen;
use super::strace;
use super::strace::Step;
use super::world::World;
use crate::canary::commands;
use crate::images::LATER;
use crate::restore::configure;
use crate::restore::run;
use crate::sandbox::Sandbox;
use std::path::PathBuf;
use std::process::Command;

/// One command in one world.
struct Case {
    line: &'static str,
    /// What makes the world ready for it, besides the [`shop`].
    ready: fn(&Sandbox),
    /// Whether it is all done or not at all once the next command has run; else each file for itself.
    is_whole: bool,
    /// Whether it changes what is looked at, and not only sitekeep's own records.
    is_seen: bool,
}

const fn whole(line: &'static str, ready: fn(&Sandbox)) -> Case {
    Case { line, ready, is_whole: true, is_seen: true }
}

const fn in_parts(line: &'static str, ready: fn(&Sandbox)) -> Case {
    Case { line, ready, is_whole: false, is_seen: true }
}

const fn unseen(line: &'static str, ready: fn(&Sandbox)) -> Case {
    Case { line, ready, is_whole: true, is_seen: false }
}

const RECORDS: &[Case] = &[
    whole("acknowledge DISK-001 --reason none --by Awa --until 2026-12-31", as_it_is),
    whole("acknowledge remove DISK-001", |sandbox| {
        prepare(sandbox, "acknowledge DISK-001 --reason none --by Awa --until 2026-12-31");
    }),
    unseen("checklist sign docs.procedures --by Awa", as_it_is),
    unseen("daily", as_it_is),
    unseen("notifications test", tell_somebody),
    unseen("notifications send", |sandbox| {
        tell_somebody(sandbox);
        run(sandbox, &["backup", "database"]);
    }),
];

const CATALOGUE: &[Case] = &[
    whole("categories add --name Sacs", as_it_is),
    whole("categories update ecrans --name Moniteurs", as_it_is),
    whole("categories delete sacs", |sandbox| prepare(sandbox, "categories add --name Sacs")),
    whole(
        "products add --name Neuf --brand Akwa --description Neuf --price 5 --category ordinateurs --image vue.jpg",
        as_it_is,
    ),
    whole("products update savane-14 --price 7 --name Savane", as_it_is),
    whole("products stock out savane-14 ecran-baobab", as_it_is),
    whole("products image savane-14 vue.jpg", as_it_is),
    whole("images replace --category ecrans --from pictures", as_it_is),
    whole("users deactivate awa", |sandbox| add_user(sandbox, true)),
    whole("users activate awa", |sandbox| add_user(sandbox, false)),
    whole("users create amina --email amina@shop.example --password-file password", a_password),
    whole("users password awa --password-file password", |sandbox| {
        add_user(sandbox, true);
        a_password(sandbox);
    }),
    whole("undo --confirm shop", |sandbox| {
        prepare(sandbox, "images replace --category ecrans --from pictures");
    }),
];

const PICTURES: &[Case] = &[
    in_parts("images optimize", |sandbox| {
        for name in ["a", "b", "c"] {
            sandbox
                .write_bytes(&format!("backend/media/products/{name}.jpg"), &crate::sandbox::jpeg(400, 300));
        }
    }),
    // It is the next century then, and no file is young.
    in_parts("images orphans --apply --max-delete 90%", |sandbox| {
        for name in ["a.jpg", "b c.png"] {
            old(sandbox, &format!("backend/media/products/{name}"));
        }
    }),
    in_parts("images permissions --apply", |sandbox| {
        sandbox.set_mode("backend/media/products/savane-14.jpg", 0o777);
    }),
    in_parts("images uploads", |sandbox| {
        configure(sandbox, "[images]\nupload_folders = [\"uploads\"]\n");
        old(sandbox, "uploads/tmpabcd1234.upload.jpg");
        old(sandbox, "uploads/tmpefgh1234.upload.jpg");
    }),
];

const DATABASE: &[Case] = &[
    unseen("database optimize", |sandbox| fill(sandbox, 400, 200)),
    in_parts("database clear-sessions", |sandbox| {
        configure(sandbox, "[database]\nsession_batch = 100\n");
        fill(sandbox, 250, 10);
    }),
    whole("database cache-table", as_it_is),
    whole("database create", |sandbox| std::fs::remove_file(sandbox.path("backend/db.sqlite3")).unwrap()),
];

const FILES: &[Case] = &[
    in_parts("docs archive", |sandbox| {
        configure(sandbox, "[docs]\nguides = [\"guides/*.md\"]\narchive = \"archive\"\n");
        sandbox.write("guides/a.md", "one");
        sandbox.write("guides/b.md", "two");
    }),
    whole("docs report --output made.md", as_it_is),
    whole("stats --html made.html", as_it_is),
    whole("products export --output made.csv", as_it_is),
    in_parts("logs clean", |sandbox| {
        sandbox.configure("clean = [\"old\"]\ncompress_days = 7\n[backup]\nfolder = \"backups\"\n");
        old(sandbox, "old/django.log.1");
        old(sandbox, "old/django.log.2");
        sandbox.write("old/django.log.3", "young");
        touch(sandbox, "old/django.log.3", "2026-11-10");
    }),
    in_parts("schedule install --systemd --root made", as_it_is),
    in_parts("schedule remove --root made", |sandbox| {
        prepare(sandbox, "schedule install --systemd --root made");
    }),
    in_parts("security fail2ban --write made", |sandbox| {
        sandbox.configure("access = [\"access.log\"]\n[backup]\nfolder = \"backups\"\n");
        sandbox.write("access.log", "");
    }),
    in_parts("generate man made", as_it_is),
    whole("init --output made.toml", as_it_is),
];

const ALL: [&[Case]; 5] = [RECORDS, CATALOGUE, PICTURES, DATABASE, FILES];

/// Commands that look, or write only what the user's shell is told to.
const LOOKS: &[&str] = &[
    "acknowledge list",
    "backup list",
    "backup verify",
    "categories list",
    "checklist due",
    "checklist history",
    "checklist show",
    "config show",
    "config validate",
    "database check",
    "database size",
    "dependencies check",
    "disk",
    "explain",
    "generate completions",
    "generate schema",
    "health",
    "images check",
    "images lookup",
    "logs errors",
    "logs logins",
    "logs slow",
    "logs summary",
    "notifications list",
    "performance review",
    "products list",
    "products show",
    "quarantine list",
    "schedule check",
    "schedule show",
    "security audit",
    "serve",
    "status",
    "troubleshoot database",
    "troubleshoot errors",
    "troubleshoot images",
    "troubleshoot site",
    "troubleshoot slowness",
    "users list",
    "dependencies test",
    "quarterly",
    "checklist run quarterly",
];

/// Commands that other files of tests/crash kill, those that are made of them, and those with tests of their own.
const ELSEWHERE: &[&str] = &[
    "backup database",
    "backup media",
    "backup full",
    "backup prune",
    "backup drill",
    "restore",
    "quarantine purge",
    "products import",
    "products delete",
    "weekly",
    "checklist run",
    "monthly",
    "checklist run daily",
    "checklist run weekly",
    "checklist run monthly",
    "dependencies update",
    "logs config",
    "notifications alert",
    "demo",
    "backup push",
    "backup pull",
    "database reindex",
];

fn as_it_is(_: &Sandbox) {}

/// An administrator, and one more who has the keys meanwhile.
fn add_user(sandbox: &Sandbox, is_active: bool) {
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    for (name, is_active) in [("awa", is_active), ("bola", true)] {
        let sql = "INSERT INTO auth_user (username, password, email, first_name, last_name, is_active, is_staff, is_superuser, date_joined)
             VALUES (?1, 'pbkdf2_sha256$1$a$b', '', '', '', ?2, 1, 1, '2026-01-01 00:00:00')";
        database.execute(sql, (name, is_active)).unwrap();
    }
}

fn a_password(sandbox: &Sandbox) {
    sandbox.write("password", "trois-baobabs-au-bord-du-lac\n");
    sandbox.set_mode("password", 0o600);
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

fn prepare(sandbox: &Sandbox, line: &str) {
    let outcome = run(sandbox, &words(line));
    assert!(matches!(outcome.code, 0 | 1), "{line}: {}{}", outcome.stdout, outcome.stderr);
}

fn touch(sandbox: &Sandbox, path: &str, day: &str) {
    let status = Command::new("touch").args(["-d", day]).arg(sandbox.path(path)).status().unwrap();
    assert!(status.success());
}

/// A file that nobody has touched for long.
fn old(sandbox: &Sandbox, path: &str) {
    sandbox.write(path, path);
    touch(sandbox, path, "2026-01-01");
}

/// Messages have somebody to go to, who does not answer.
fn tell_somebody(sandbox: &Sandbox) {
    let webhook = "[notifications]\non = \"always\"\ntimeout = \"1s\"\n[notifications.webhook]\nurl = \"http://127.0.0.1:9/\"\n";
    configure(sandbox, webhook);
}

/// Expired sessions with so many bytes each, and room that a VACUUM gives back.
fn fill(sandbox: &Sandbox, sessions: usize, bytes: usize) {
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {sessions})
             INSERT INTO django_session SELECT 's' || i, hex(randomblob({bytes})), '2026-01-01 00:00:00' FROM n;
             CREATE TABLE bulk AS SELECT session_data FROM django_session; DROP TABLE bulk;",
        ))
        .unwrap();
}

/// A shop with what the commands work on.
fn shop() -> Sandbox {
    let sandbox = crate::restore::site("");
    for name in ["vue.jpg", "pictures/ecran-baobab.jpg"] {
        sandbox.write_bytes(name, &crate::sandbox::jpeg(800, 600));
    }
    sandbox
}

#[track_caller]
fn look(world: &World, case: &Case, step: &Step, code: i32, old: &Seen, new: &Seen) {
    let when = format!("{}: {step:?}", case.line);
    Seen::of(world).is_between(old, new, &when);
    if case.line.starts_with("init") || case.line.starts_with("database create") {
        world.run(&words(case.line));
    }
    // The next command that takes the lock, whatever it is for.
    let next = world.run(&["quarantine", "purge"]);
    assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
    let after = Seen::of(world);
    after.is_between(old, new, &when);
    assert!(!case.is_whole || after == *old || after == *new, "{when}: half of it: {after:?}");
    assert_eq!(strays(world), Vec::<PathBuf>::new(), "{when}");
    world.sound_artefacts(&when);
    if after != *new {
        let again = world.run(&words(case.line));
        assert!(again.code <= code.max(1), "{when}: again: {}{}", again.stdout, again.stderr);
        let last = Seen::of(world);
        assert_eq!(last.first_difference(new), None, "{when}: again");
    }
    let mut all = walkdir::WalkDir::new(world.sandbox.path("")).into_iter().flatten();
    assert!(
        !all.any(|entry| entry.path().to_string_lossy().ends_with(".sitekeep-partial")),
        "{when}: half a log"
    );
}

/// What nobody removes any more. One file that was being written aside may stay beside its place: whose it is, nobody
/// can tell, as another run may be writing there now.
pub fn strays(world: &World) -> Vec<PathBuf> {
    let mut left = world.leftovers();
    // Of a backup that was begun: the next backup removes it, which tests/crash/backup.rs looks at.
    left.retain(|path| !path.starts_with(world.sandbox.path("backups")));
    let aside = left.iter().position(|path| path.is_file());
    aside.map(|position| left.remove(position));
    left
}

fn survive(cases: &[Case]) {
    cases.iter().for_each(survives);
}

fn survives(case: &Case) {
    let sandbox = shop();
    (case.ready)(&sandbox);
    let mut world = World::new(sandbox);
    if case.line.starts_with("images orphans") {
        world.now = LATER;
    }
    let arguments = words(case.line);
    let old = Seen::of(&world);
    let outcome = world.run(&arguments);
    assert!(matches!(outcome.code, 0..=2), "{}: {}{}", case.line, outcome.stdout, outcome.stderr);
    let new = Seen::of(&world);
    assert!(!case.is_seen || old != new, "{} changed nothing: {}", case.line, outcome.stdout);
    let Some(mut moments) = world.moments(&arguments) else { return };
    strace::thin_out(&mut moments, 4);
    world.kill_at(&moments, case.line, usize::MAX, &arguments, |world, step| {
        look(world, case, step, outcome.code, &old, &new);
    });
}

#[test]
fn what_is_put_on_record_is_there_or_not() {
    survive(RECORDS);
}

#[test]
fn rows_and_their_pictures_are_all_changed_or_none() {
    survive(CATALOGUE);
}

#[test]
fn each_picture_is_the_old_one_or_the_new() {
    survive(PICTURES);
}

#[test]
fn the_database_is_as_it_was_or_mended() {
    survive(DATABASE);
}

#[test]
fn each_file_is_the_old_one_or_the_new() {
    survive(FILES);
}

/// `scripts/crash WORDS…` puts its words here.
#[test]
fn a_command_line_of_the_callers_own_survives() {
    let Ok(line) = std::env::var("SITEKEEP_CRASH") else { return };
    let known = ALL.iter().flat_map(|cases| cases.iter()).find(|case| case.line == line);
    let own = Case { line: line.leak(), ready: as_it_is, is_whole: false, is_seen: false };
    survives(known.unwrap_or(&own));
}

#[test]
fn every_command_that_changes_something_is_killed_somewhere() {
    let lines: Vec<&str> = ALL.iter().flat_map(|cases| cases.iter().map(|case| case.line)).collect();
    for command in commands() {
        let name = command.join(" ");
        let is_killed = lines.iter().any(|line| *line == name || line.starts_with(&format!("{name} ")));
        let is_known = LOOKS.contains(&name.as_str()) || ELSEWHERE.contains(&name.as_str());
        assert!(is_killed || is_known, "tests/crash/every.rs: nobody kills `{name}`");
        assert!(!(is_killed && LOOKS.contains(&name.as_str())), "`{name}` is said to look only");
    }
}
