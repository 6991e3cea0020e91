//! Django's settings, judged from their text: what `check --deploy` says, and more.
//!
//! A setting that only Python itself can compute is UNKNOWN with the reason; those with one reason are told together.

mod deploy;
mod more;
mod rule;
mod values;

pub(super) use deploy::RULES as DEPLOY_RULES;
pub(super) use rule::Rule;
pub(super) use values::Values;

use crate::config::Config;
use crate::config::SiteConfig;
use crate::config::env_file;
use crate::config::python;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::SECURITY_SETTING;
use crate::units::count;
use anyhow::Result;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// Judges the settings of the site.
///
/// # Errors
/// When the `.env` cannot be read.
pub fn check(config: &Config) -> Result<Check> {
    let Some(path) = &config.site.settings else {
        return Ok(Finding::unknown(&SECURITY_SETTING, "settings.py", "no settings are configured")
            .remedy("set [site] settings to the project's settings.py")
            .into());
    };
    match read(&config.site, path) {
        Ok(values) => Ok(judge(&values, path, config)),
        Err(error) => Ok(Finding::unknown(&SECURITY_SETTING, path.display().to_string(), one_line(&error))
            .remedy("python manage.py check --deploy, where this file is what Django reads")
            .into()),
    }
}

/// Reads the settings with the variables of the `.env`.
pub(super) fn read(site: &SiteConfig, path: &Path) -> Result<Values> {
    let variables = site.env_file().map(|path| env_file::read(&path)).transpose()?.unwrap_or_default();
    Ok(Values::new(python::read(path, &variables)?, variables))
}

fn judge(values: &Values, path: &Path, config: &Config) -> Check {
    let mut check = Check::default();
    let mut unclear: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut looked_at = 0;
    for rule in deploy::RULES.iter().chain(more::RULES) {
        values.begin();
        match (rule.passes)(values, &config.security) {
            Some(true) => looked_at += 1,
            Some(false) => {
                looked_at += 1;
                check.add(weak(rule, values, path));
            }
            None => {
                let reason = values.reason(rule.setting);
                unclear.entry(reason).or_default().insert(rule.setting);
            }
        }
    }
    for (reason, settings) in unclear {
        let names = settings.iter().copied().collect::<Vec<_>>().join(", ");
        check.add(
            Finding::unknown(
                &SECURITY_SETTING,
                path.display().to_string(),
                format!("cannot be told from the text: {names} ({reason})"),
            )
            .with("settings", settings.into_iter().collect::<Vec<_>>())
            .remedy("sitekeep security audit --with-django lets Django itself say what it comes to"),
        );
    }
    if check.findings.is_empty() {
        let message = format!("{}, none of them weak", count(looked_at, "rule"));
        check.add(
            Finding::ok(&SECURITY_SETTING, path.display().to_string(), message).with("rules", looked_at),
        );
    }
    check
}

fn weak(rule: &Rule, values: &Values, path: &Path) -> Finding {
    let mut message = rule.message.to_owned();
    let defaulted = values.defaulted();
    if !defaulted.is_empty() {
        let names: Vec<&str> = defaulted.iter().map(String::as_str).collect();
        let _ = write!(message, "; so by the default of {}, which the .env does not set", names.join(", "));
    }
    let finding = Finding::new(&SECURITY_SETTING, rule.status, rule.setting, message)
        .with("file", path.display().to_string())
        .remedy(rule.remedy);
    let finding = match values.line(rule.setting) {
        Some(line) => finding.with("line", line),
        None => finding,
    };
    if rule.id.is_empty() { finding } else { finding.with("django", rule.id) }
}
