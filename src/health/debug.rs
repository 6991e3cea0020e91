//! That DEBUG was put back to False (guide: Erreurs 500 fréquentes, "IMPORTANT : Remettre DEBUG = False").

use super::client::Client;
use crate::config::Config;
use crate::config::django_settings::Debug;
use crate::config::django_settings::debug_of_settings;
use crate::config::django_settings::debug_of_variables;
use crate::config::env_file;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;

/// Addresses that no site has; a frontend's catch-all route answers the first, and leaves the API's alone.
const UNKNOWN_PATHS: [&str; 2] =
    ["/sitekeep-looks-for-a-debug-page/", "/api/sitekeep-looks-for-a-debug-page/"];

/// What Django's technical error pages say at their end (`django/views/debug.py`).
const DEBUG_PAGE: &str = "DEBUG = True</code>";

const REMEDY: &str =
    "set DEBUG=False in .env (or settings.py) and restart the site: error pages show secrets to visitors";

/// Reads DEBUG from the project's files, and asks the site for a page that shows it.
///
/// # Errors
/// When a file cannot be read, or the site's address is none.
pub fn check(config: &Config) -> Result<Check> {
    let kind = &kinds::DEBUG;
    let site = &config.site;
    let mut check = Check::default();
    let env_file = site.env_file();
    let variables = env_file.as_deref().map(env_file::read).transpose()?;
    let settings = site
        .settings
        .as_deref()
        .map(|path| {
            std::fs::read_to_string(path).with_context(|| format!("read settings {}", path.display()))
        })
        .transpose()?;
    let empty = BTreeMap::new();
    let known = variables.as_ref().unwrap_or(&empty);
    // With settings.py the variable counts as settings.py reads it; without, as it stands.
    let told = match (&settings, &site.settings, &env_file) {
        (Some(text), Some(path), _) => {
            Some((debug_of_settings(path, text, known), path.display().to_string()))
        }
        (None, _, Some(path)) => Some((debug_of_variables(known), path.display().to_string())),
        _ => None,
    };
    let mut unclear = false;
    if let Some((debug, subject)) = told {
        match debug {
            Debug::On => check.add(Finding::critical(kind, subject, "DEBUG is on").remedy(REMEDY)),
            Debug::Off => check.add(Finding::ok(kind, subject, "DEBUG is off")),
            Debug::Unclear => {
                unclear = true;
                check.add(
                    Finding::unknown(kind, subject, "only Python itself can tell whether DEBUG is on here")
                        .remedy("python manage.py shell -c 'from django.conf import settings; print(settings.DEBUG)'"),
                );
            }
            Debug::Absent => {}
        }
    }
    // The .env of a settings.py that does not read it may still be meant: a DEBUG that is on there is told.
    if settings.is_some() && debug_of_variables(known) == Debug::On && check.status() == Status::Ok {
        let subject = env_file.map(|path| path.display().to_string()).unwrap_or_default();
        check.add(
            Finding::warning(kind, subject, "DEBUG is on here, but settings.py does not take it from here")
                .remedy(REMEDY),
        );
    }
    check.findings.extend(live(config, !check.findings.is_empty() && !unclear)?);
    if check.findings.is_empty() {
        check.add(
            Finding::unknown(
                kind,
                &site.url,
                "neither the project's files nor the site tell whether DEBUG is on",
            )
            .remedy("set [site] settings to settings.py and [site] env_file to the .env"),
        );
    }
    Ok(check)
}

/// What the site itself shows for an address that it does not have.
fn live(config: &Config, told: bool) -> Result<Option<Finding>> {
    let kind = &kinds::DEBUG;
    let url = &config.site.url;
    Ok(match look(&Client::new(config)?) {
        Ok(Some(true)) => Some(
            Finding::critical(kind, url, "the site shows Django's debug page to visitors").remedy(REMEDY),
        ),
        Ok(Some(false)) => {
            Some(Finding::ok(kind, url, "an unknown address answers 404 without a debug page"))
        }
        Err(error) if !told => {
            let message = format!("the site cannot be asked: {}", error::one_line(&error));
            Some(
                Finding::unknown(kind, url, message)
                    .remedy("start the site, or set [site] settings and env_file"),
            )
        }
        Ok(None) | Err(_) => None,
    })
}

/// Whether the site shows debug pages to visitors; `None` where its answers do not tell.
///
/// # Errors
/// When it does not answer.
pub fn seen(config: &Config) -> Result<Option<bool>> {
    look(&Client::new(config)?)
}

fn look(client: &Client) -> Result<Option<bool>> {
    let mut seen = None;
    for path in UNKNOWN_PATHS {
        let answer = client.get(path)?;
        if answer.text().contains(DEBUG_PAGE) {
            return Ok(Some(true));
        }
        // Only the application's own 404 could have been a debug page: a catch-all route that answers 200, or a web
        // server before it, proves nothing.
        if answer.status == 404 && !answer.text().contains("<center>nginx") {
            seen = Some(false);
        }
    }
    Ok(seen)
}
