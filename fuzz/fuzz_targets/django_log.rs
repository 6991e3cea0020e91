//! Django's log in any format: never more errors than lines, examples that are bounded, and a rotation that was packed
//! reads as one that was not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::LogsConfig;
use sitekeep::logs;
use sitekeep::logs::ErrorReport;
use sitekeep::logs::Memory;
use sitekeep::progress::Silent;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fn report(config: &LogsConfig) -> Option<ErrorReport> {
    let zone = jiff::tz::TimeZone::get("Africa/Porto-Novo").expect("a zone");
    logs::triage_django(config, &zone, &mut Memory::Absent, worlds::now(), &Silent).ok()
}

fuzz_target!(|data: &[u8]| {
    let [format, text] = worlds::parts(data);
    let log = SCRATCH.write("django.log", b"");
    SCRATCH.write("django.log.1", text);
    let mut config = LogsConfig { django: vec![log], ..LogsConfig::default() };
    config.formats.extend(std::str::from_utf8(format).ok().filter(|it| !it.is_empty()).map(str::to_owned));
    let Some(plain) = report(&config) else { return };
    let lines = text.split(|byte| *byte == b'\n' || *byte == b'\r').count() as u64;
    assert!(plain.errors + plain.warnings <= lines, "{} errors of {lines} lines", plain.errors);
    assert!(plain.groups.iter().map(|group| group.count).sum::<u64>() <= lines);
    for group in &plain.groups {
        assert!(group.message.len() + group.example.len() < 100_000 && group.title().len() < 4_000);
    }
    if text.is_empty() {
        let check = plain.check(&config);
        assert!(check.findings.iter().all(|finding| finding.counted().to_string() != "CRITICAL"));
    }
    if !text.starts_with(&[0x1f, 0x8b]) {
        SCRATCH.remove("django.log.1");
        SCRATCH.write("django.log.1.gz", &worlds::gzip(text));
        let packed = report(&config).expect("the same formats");
        assert_eq!((packed.errors, packed.warnings), (plain.errors, plain.warnings));
        assert_eq!(packed.groups.len(), plain.groups.len());
        SCRATCH.remove("django.log.1.gz");
    }
    SCRATCH.remove("django.log.1");
});
