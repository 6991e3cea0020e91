//! Advisories in the OSV format: one that could not be read is told, and never leaves a package OK.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::Config;
use sitekeep::dependencies;
use sitekeep::dependencies::Look;
use sitekeep::progress::Silent;
use sitekeep::status::Status;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(|| {
    let scratch = Scratch::new();
    scratch.write("site/requirements.txt", b"Django==4.2.1\npillow==10.0.0\n");
    scratch
});

fuzz_target!(|data: &[u8]| {
    let is_archive = data.starts_with(b"PK");
    let name = if is_archive { "all.zip" } else { "one.json" };
    let path = SCRATCH.write(name, data);
    let mut config = Config::default();
    config.site.root = SCRATCH.path("site");
    let order = Look {
        settings: &config.dependencies,
        site: &config.site,
        database: &config.database,
        advisories: Some(&path),
        offline: true,
        state: None,
        now: worlds::now(),
        progress: &Silent,
    };
    let looked = dependencies::look(&order);
    let is_ok = looked.vulnerable.findings.iter().all(|finding| finding.status == Status::Ok);
    if !is_archive && serde_json::from_slice::<serde_json::Value>(data).is_err() {
        assert!(!is_ok, "it is no JSON, and all is well: {:?}", looked.vulnerable.findings);
    }
    assert!(!looked.vulnerable.findings.is_empty());
    for severity in looked.vulnerable.findings {
        assert!(severity.subject.len() < 4_000 && severity.message.len() < 100_000);
    }
});
