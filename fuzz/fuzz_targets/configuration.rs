//! sitekeep.toml and SITEKEEP_ variables: what is loaded is written and loaded again as the same, and no secret is
//! among what is shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config;
use sitekeep::config::Environment;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

/// Keys with their values as a file has them.
fn document(entries: &[(String, toml::Value, config::Origin)]) -> toml::Table {
    let mut document = toml::Table::new();
    for (key, value, _) in entries.iter().filter(|(_, value, _)| value.as_str() != Some("***")) {
        let mut place = &mut document;
        let mut names = key.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                place.insert(name.to_owned(), value.clone());
                break;
            }
            let inner = place.entry(name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            let toml::Value::Table(inner) = inner else { return document };
            place = inner;
        }
    }
    document
}

fuzz_target!(|data: &[u8]| {
    let [text, variable] = worlds::parts(data);
    let mut environment = Environment { directory: "/nowhere".into(), ..Environment::default() };
    if let Some((name, value)) = std::str::from_utf8(variable).ok().and_then(|it| it.split_once('=')) {
        environment.variables.insert(format!("SITEKEEP_{name}"), value.to_owned());
    }
    let path = SCRATCH.write("sitekeep.toml", text);
    let Ok(loaded) = config::load(Some(&path), &environment) else { return };
    let entries = loaded.entries().expect("settings can be written");
    if entries.iter().any(|(key, ..)| key.split('.').any(str::is_empty) || key.contains(['"', ' '])) {
        return;
    }
    let document = document(&entries).to_string();
    let path = SCRATCH.write("sitekeep.toml", document.as_bytes());
    let again = config::load(Some(&path), &Environment { directory: "/nowhere".into(), ..Environment::default() })
        .expect("what was written can be loaded");
    assert_eq!(again.config.site, loaded.config.site);
    assert_eq!(again.config.backup, loaded.config.backup);
    assert_eq!(again.config.health, loaded.config.health);
    assert_eq!(again.config.schedule, loaded.config.schedule);
    assert_eq!(again.config.images, loaded.config.images);
});
