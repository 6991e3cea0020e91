//! requirements.txt, package.json and package-lock.json: whatever they hold, without advisories nothing is OK.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::Config;
use sitekeep::dependencies;
use sitekeep::dependencies::Look;
use sitekeep::progress::Silent;
use sitekeep::status::Status;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fuzz_target!(|data: &[u8]| {
    let [requirements, manifest, lock] = worlds::parts(data);
    let files = [("requirements.txt", requirements), ("package.json", manifest), ("package-lock.json", lock)];
    for (name, content) in files {
        if content.is_empty() {
            SCRATCH.remove(&format!("site/{name}"));
        } else {
            SCRATCH.write(&format!("site/{name}"), content);
        }
    }
    let mut config = Config::default();
    config.site.root = SCRATCH.path("site");
    let order = Look {
        settings: &config.dependencies,
        site: &config.site,
        database: &config.database,
        advisories: None,
        offline: true,
        state: None,
        now: worlds::now(),
        progress: &Silent,
    };
    let looked = dependencies::look(&order);
    assert!(
        looked.vulnerable.findings.iter().all(|finding| finding.status != Status::Ok),
        "nobody was asked: {:?}",
        looked.vulnerable.findings
    );
    for finding in looked.together().findings {
        assert!(!finding.message.contains('\u{1b}'), "{:?}", finding.message);
    }
});
