//! The system's log: only lines that name the site count, and nothing that moves a terminal's cursor is handed on.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::LogsConfig;
use sitekeep::config::SystemLog;
use sitekeep::logs;
use sitekeep::logs::Memory;
use sitekeep::progress::Silent;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fuzz_target!(|data: &[u8]| {
    let log = SCRATCH.write("syslog", data);
    let config = LogsConfig { system: SystemLog::File, syslog: vec![log], ..LogsConfig::default() };
    let zone = jiff::tz::TimeZone::get("Africa/Porto-Novo").expect("a zone");
    let report = logs::triage_system(&config, "shop", &zone, &mut Memory::Absent, worlds::now(), &Silent)
        .expect("a log can be read");
    let naming = data
        .split(|byte| *byte == b'\n')
        .filter(|line| line.to_ascii_lowercase().windows(4).any(|word| word == b"shop"))
        .count() as u64;
    assert!(report.lines <= naming, "{} lines of {naming} that name the site", report.lines);
    assert!(report.errors <= report.lines);
    assert!(report.groups.len() <= 20 && report.groups.iter().map(|group| group.count).sum::<u64>() <= report.errors);
    for finding in report.check().findings {
        assert!(!finding.message.contains(['\u{1b}', '\n']), "{:?}", finding.message);
    }
});
