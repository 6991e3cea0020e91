//! settings.py and `.env`: a last plain assignment is what holds or is unclear, and the two readers never contradict
//! one another on DEBUG.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::config::django_settings;
use sitekeep::config::django_settings::Debug;
use sitekeep::config::env_file;
use sitekeep::config::python;
use sitekeep::config::python::Value;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

fuzz_target!(|data: &[u8]| {
    let [env, text] = worlds::parts(data);
    let (Ok(env), Ok(text)) = (std::str::from_utf8(env), std::str::from_utf8(text)) else { return };
    let variables = env_file::parse(env);
    assert!(variables.keys().all(|name| !name.contains('\n')), "{variables:?}");
    let path = SCRATCH.write("settings.py", text.as_bytes());
    let debug = django_settings::debug_of_settings(&path, text, &variables);
    for (name, expression) in django_settings::assignments(text) {
        assert!(!name.is_empty());
        let _ = django_settings::resolve(&expression, &variables);
        let _ = django_settings::strings(&expression);
    }
    let Ok(module) = python::read(&path, &variables) else { return };
    assert_eq!(module, python::read(&path, &variables).expect("the same text"));
    if let Some(setting) = module.get("DEBUG") {
        match (setting.value.truth(), debug) {
            (Some(true), Debug::Off) => panic!("DEBUG is on, and told to be off"),
            (Some(false), Debug::On) => panic!("DEBUG is off, and told to be on"),
            _ => {}
        }
    }
    let path = SCRATCH.write("settings.py", format!("{text}\n\nDEBUG = False\n").as_bytes());
    if let Ok(module) = python::read(&path, &variables) {
        let value = module.get("DEBUG").map(|setting| setting.value);
        assert!(
            matches!(value, Some(Value::Boolean(false) | Value::Unclear(_))),
            "the last assignment holds: {value:?}"
        );
    }
});
