//! That DEBUG was put back to False (guide: Erreurs 500 fréquentes, "IMPORTANT : Remettre DEBUG = False").

use super::client::Client;
use crate::config::Config;
use crate::config::django_settings;
use crate::config::env_file;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;

/// An address that no site has.
const UNKNOWN_PATH: &str = "/sitekeep-looks-for-a-debug-page/";

/// What Django's technical error pages say at their end (`django/views/debug.py`).
const DEBUG_PAGE: &str = "DEBUG = True</code>";

/// Reads DEBUG from the configured files, and asks the site for a page that shows it.
///
/// # Errors
/// When a configured file cannot be read, or the site's address is none.
pub fn check(config: &Config) -> Result<Check> {
    let kind = &kinds::DEBUG;
    let site = &config.site;
    let settings = site
        .settings
        .as_deref()
        .map(|path| {
            std::fs::read_to_string(path).with_context(|| format!("read settings {}", path.display()))
        })
        .transpose()?;
    let variables = site.env_file.as_deref().map(env_file::read).transpose()?;
    let mut check = Check::default();
    let files: Vec<String> = [&site.env_file, &site.settings]
        .into_iter()
        .flatten()
        .map(|path| path.display().to_string())
        .collect();
    let remedy =
        "set DEBUG=False in .env (or settings.py) and restart the site: error pages show secrets to visitors";
    match django_settings::debug(settings.as_deref(), variables.as_ref()) {
        Some(true) => check.add(Finding::critical(kind, files.join(", "), "DEBUG is on").remedy(remedy)),
        Some(false) => check.add(Finding::ok(kind, files.join(", "), "DEBUG is off")),
        None => {}
    }
    let live = match Client::new(config)?.get(UNKNOWN_PATH) {
        Ok(answer) if answer.text().contains(DEBUG_PAGE) => Some(
            Finding::critical(kind, &site.url, "the site shows Django's debug page to visitors")
                .remedy(remedy),
        ),
        // Only an error page could have been a debug page: a catch-all route that answers 200 proves nothing.
        Ok(answer) if answer.status >= 400 => Some(Finding::ok(
            kind,
            &site.url,
            format!("an unknown address answers {} without a debug page", answer.status),
        )),
        Err(error) if check.findings.is_empty() => Some(Finding::unknown(
            kind,
            &site.url,
            format!("the site cannot be asked: {}", error::one_line(&error)),
        )),
        Ok(_) | Err(_) => None,
    };
    check.findings.extend(live);
    if check.findings.is_empty() {
        check.add(
            Finding::unknown(
                kind,
                &site.url,
                "neither the configured files nor the site tell whether DEBUG is on",
            )
            .remedy("set [site] settings to settings.py and [site] env_file to the .env"),
        );
    }
    Ok(check)
}
