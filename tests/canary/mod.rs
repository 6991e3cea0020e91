//! Secrets with a mark in the configuration, the `.env`, the environment and the database: no command hands one on.
//!
//! Looked at are stdout and stderr, every file that appears, its mode, and the arguments of every program that is
//! started, which all users of a machine can see.

mod lines;
mod world;

use crate::crash::strace;
use crate::crash::strace_is_there;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use lines::LINES;
pub use lines::commands;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Command;
use std::process::Stdio;
use world::World;
use world::holds_mark;

/// Runs each line and says what was handed on.
fn run_all(world: &World, more: &[&str], traced: bool) {
    let mut leaks = Vec::new();
    let mut ended_well = 0;
    for line in LINES {
        let command = world.command(line, more);
        let (code, told) = if traced { under_strace(&command, &mut leaks) } else { plainly(command) };
        if code == Some(64) && !told_is_data(&told) {
            leaks.push(format!("`{line}` is no command line: {}", String::from_utf8_lossy(&told)));
        }
        ended_well += usize::from(matches!(code, Some(0 | 1)));
        if holds_mark(&told) {
            leaks.push(format!("{line} {more:?} prints: {}", marked_lines(&told)));
        }
    }
    leaks.extend(world.leaks());
    assert!(leaks.is_empty(), "\n{}", leaks.join("\n"));
    assert!(ended_well > 10, "next to nothing worked: {ended_well}");
    eprintln!("canary: {} command lines, {ended_well} ended well", LINES.len());
}

/// Some commands answer with the exit code of a wrong command line where the site has not what the line names.
fn told_is_data(told: &[u8]) -> bool {
    !String::from_utf8_lossy(told).contains("For more information, try '--help'")
}

fn plainly(mut command: Command) -> (Option<i32>, Vec<u8>) {
    let output = command.output().unwrap();
    (output.status.code(), [output.stdout, output.stderr].concat())
}

/// Runs a command and looks at the arguments of whatever it starts.
fn under_strace(command: &Command, leaks: &mut Vec<String>) -> (Option<i32>, Vec<u8>) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let options = ["-s", "100000", "-e", "trace=execve,execveat", "-o", log.path().to_str().unwrap()];
    let (code, told) = plainly(strace::under(&options, command));
    let started = std::fs::read(log.path()).unwrap();
    if holds_mark(&started) {
        leaks.push(format!("{:?} starts: {}", command.get_args(), marked_lines(&started)));
    }
    assert!(started.windows(6).any(|part| part == b"execve"), "strace saw nothing");
    (code, told)
}

fn marked_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).into_owned();
    let marked = text.lines().filter(|line| line.contains(world::MARK));
    marked.take(3).map(|line| line.chars().take(500).collect()).collect::<Vec<String>>().join(" | ")
}

#[test]
fn h8_no_command_hands_a_secret_on() {
    let world = World::new("path = \"backend/db.sqlite3\"", "");
    world.fill_sqlite();
    run_all(&world, &["--verbose"], strace_is_there());
}

#[test]
fn h8_no_command_hands_a_secret_on_as_json() {
    let world = World::new("path = \"backend/db.sqlite3\"", "");
    world.fill_sqlite();
    run_all(&world, &["--format", "json"], false);
}

#[test]
fn h8_no_command_hands_a_secret_on_with_postgresql() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("canary", &guide_schema_on_postgres());
    let tables = format!("{}{}", world::TABLES_OF_PEOPLE, world::PEOPLE);
    postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&tables).unwrap();
    let url = url.replace("postgres@", "postgres:c4n4ry-url@");
    let world = World::new(&format!("url = \"{url}\""), "");
    run_all(&world, &["--verbose"], strace_is_there());
}

#[test]
fn h8_no_command_hands_a_secret_on_where_the_database_does_not_answer() {
    let world = World::new("url = \"postgresql://shop:c4n4ry-url@127.0.0.1:9/shop\"", "");
    run_all(&world, &["--verbose"], false);
}

/// What visitors and those who watch the server see of it, and what it writes down.
#[test]
fn h8_the_server_shows_no_secret() {
    let world = World::new("path = \"backend/db.sqlite3\"", "[serve]\naccess_log = \"visits.log\"\n");
    world.fill_sqlite();
    let mut child = world
        .command("serve --listen 127.0.0.1:0", &["--verbose"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut greeting = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut greeting).unwrap();
    if greeting.is_empty() {
        let output = child.wait_with_output().unwrap();
        panic!("it does not serve: {}", String::from_utf8_lossy(&output.stderr));
    }
    let address = greeting.trim().rsplit("http://").next().unwrap().to_owned();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for path in [
        "/",
        "/products",
        "/api/products/",
        "/api/",
        "/admin/",
        "/metrics",
        "/readyz",
        "/.env",
        "/media/../.env",
    ] {
        let told =
            agent.get(format!("http://{address}{path}")).call().unwrap().body_mut().read_to_string().unwrap();
        assert!(!told.contains(world::MARK), "{path}: {told}");
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let told = [greeting.into_bytes(), output.stdout, output.stderr].concat();
    assert!(!holds_mark(&told), "{}", marked_lines(&told));
    assert_eq!(world.leaks(), Vec::<String>::new());
}

/// What is wrong is told with its key and its line, and never with the value.
#[test]
fn h8_a_broken_setting_is_told_without_its_secret() {
    let mut leaks = Vec::new();
    for broken in [
        "[database]\npassword = \"c4n4ry-a\"\n",
        "[database]\nurl = [\"postgresql://shop:c4n4ry-b@127.0.0.1/shop\"]\n",
        "[database]\nurl = \"postgresql://shop:c4n4ry-c@[127/shop\"\n",
        "[database]\nurl = \"postgresql://shop:c4n4ry-d@127.0.0.1:none/shop\"\n",
        "[database]\nurl = \"host=127.0.0.1 password=c4n4ry-e nothing\"\n",
        "[notifications.webhook]\nurl = \"c4n4ry-f\"\n",
        "[remote]\nrepository = \"rest:http://shop:c4n4ry-n@127.0.0.1:9/\"\n",
        "[remote]\nrepository = [\"s3:http://shop:c4n4ry-o@127.0.0.1:9/\"]\n",
        "[notifications.webhook]\nurl = 4\ntoken = \"c4n4ry-g\"\n",
        "[notifications.webhook]\nurl = [\"https://c4n4ry-h\"]\n",
        "[notifications.ping]\nurl = \"http://[c4n4ry-i\"\n",
        "[notifications.email]\npassword = [\"c4n4ry-j\"]\n",
        "[notifications.webhook]\nurl = \"https://shop.example/c4n4ry-k\n",
        "[notifications.webhook]\nurl = \"https://shop.example/c4n4ry-l\" c4n4ry-m\n",
    ] {
        let sandbox = crate::sandbox::Sandbox::site();
        sandbox.configure(broken);
        for words in [
            &["config", "validate"][..],
            &["config", "show"],
            &["health", "database"],
            &["backup", "database"],
            &["notifications", "test"],
        ] {
            for more in [&["--verbose"][..], &["--format", "json"]] {
                let outcome = sandbox.run(&[words, more].concat());
                let told = format!("{}{}", outcome.stdout, outcome.stderr);
                if told.contains(world::MARK) {
                    leaks.push(format!("{broken}{words:?}: {}", marked_lines(told.as_bytes())));
                }
            }
        }
    }
    for (name, value) in [
        ("SITEKEEP_DATABASE__URL", "postgresql://shop:c4n4ry-a@[127/shop"),
        ("SITEKEEP_DATABASE__URL", "[\"c4n4ry-b\"]"),
        ("SITEKEEP_DATABASE__PASSWORD", "[\"c4n4ry-c\"]"),
        ("SITEKEEP_NOTIFICATIONS__WEBHOOK__URL", "c4n4ry-d"),
        ("SITEKEEP_NOTIFICATIONS__WEBHOOK__TOKEN", "{c4n4ry-e"),
        ("SITEKEEP_NOTIFICATIONS__PING__URL", "http://[c4n4ry-f"),
        ("SITEKEEP_NOTIFICATIONS__EMAIL__PASSWORD", "{ a = \"c4n4ry-g\" }"),
    ] {
        let sandbox = crate::sandbox::Sandbox::site();
        for words in [["config", "validate"], ["config", "show"], ["notifications", "test"]] {
            let outcome = sandbox.run_with(&[(name, value)], &words);
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            if told.contains(world::MARK) {
                leaks.push(format!("{name}={value} {words:?}: {}", marked_lines(told.as_bytes())));
            }
        }
    }
    assert!(leaks.is_empty(), "\n{}", leaks.join("\n"));
}
