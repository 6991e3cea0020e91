//! Access logs: never more answers than lines, shares that add up, and text that is no log gives no verdict.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::LogsConfig;
use sitekeep::logs;
use sitekeep::logs::Memory;
use sitekeep::progress::Silent;
use sitekeep::status::Status;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fuzz_target!(|data: &[u8]| {
    let log = SCRATCH.write("access.log", data);
    let config = LogsConfig { access: vec![log], ..LogsConfig::default() };
    let zone = jiff::tz::TimeZone::get("Africa/Porto-Novo").expect("a zone");
    let report = logs::triage_access(&config, &zone, &mut Memory::Absent, worlds::now(), &Silent)
        .expect("a log can be read");
    let lines = data.split(|byte| *byte == b'\n').count() as u64;
    for log in &report.logs {
        assert!(log.requests <= lines, "{} requests of {lines} lines", log.requests);
        assert!(log.not_found + log.server_errors <= log.requests);
        assert!(log.slow.slow <= log.slow.timed && log.slow.timed <= lines);
        assert!(log.not_found_paths.len() <= 20 && log.server_error_paths.len() <= 20);
        assert!(log.not_found_paths.iter().map(|path| path.count).sum::<u64>() <= log.not_found);
    }
    assert!(report.failed_logins <= lines);
    let check = report.check(&config);
    // A visit of sitekeep's own shows that the log is written to, whatever nobody else asked.
    let is_visited = data.windows(9).any(|part| part == b"sitekeep/");
    if !is_visited && report.logs.iter().all(|log| log.requests == 0) && report.failed_logins == 0 {
        assert_ne!(check.status(), Status::Ok, "what tells nothing is no good news: {:?}", check.findings);
    }
    for finding in &check.findings {
        assert!(!finding.message.contains(['\u{1b}', '\n']), "{:?}", finding.message);
    }
});
