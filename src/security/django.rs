//! Django's own judgement, `manage.py check --deploy`, beside that of the text.
//!
//! This runs the project's code, as the owner of its manage.py and never as root for somebody else: only where the
//! operator asks for it.

use super::settings;
use crate::config::Config;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::SECURITY_DJANGO;
use crate::system::job::Job;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

/// How long Django may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs Django's check and compares it with the reading of the settings.
///
/// # Errors
/// When the site's folder or its Python cannot be used.
pub fn check(config: &Config) -> Result<Check> {
    let subject = "manage.py check --deploy";
    let (theirs, ended) = ask(config)?;
    if let Some(problem) = ended {
        return Ok(Finding::unknown(&SECURITY_DJANGO, subject, format!("does not run: {problem}"))
            .remedy(
                "run it as the site's user, with the site's environment; [security] python names its Python",
            )
            .into());
    }
    let ours = config.site.settings.as_deref().map(|path| settings::read(&config.site, path));
    let values = match ours {
        Some(Ok(values)) => values,
        Some(Err(error)) => return Ok(alone(&theirs, &one_line(&error))),
        None => return Ok(alone(&theirs, "no [site] settings are configured")),
    };
    let mut differ = Vec::new();
    let mut agreed = 0;
    for rule in settings::DEPLOY_RULES {
        values.begin();
        match (rule.passes)(&values, &config.security) {
            Some(passes) if passes == theirs.contains(rule.id) => differ.push((rule, passes)),
            Some(_) => agreed += 1,
            // The text does not tell, and Django does.
            None if theirs.contains(rule.id) => differ.push((rule, true)),
            None => {}
        }
    }
    let known: BTreeSet<&str> = settings::DEPLOY_RULES.iter().map(|rule| rule.id).collect();
    let mut check = Check::default();
    for (rule, passes) in differ {
        let message = if passes {
            format!("Django itself finds {} weak, the text of the settings does not", rule.setting)
        } else {
            format!("the text of the settings finds {} weak, Django itself does not", rule.setting)
        };
        check.add(
            Finding::warning(&SECURITY_DJANGO, rule.id, message)
                .with("setting", rule.setting)
                .remedy("see what the service's environment sets, and whether [site] settings is the file that manage.py names"),
        );
    }
    for id in theirs.iter().filter(|id| !known.contains(id.as_str())) {
        check.add(
            Finding::warning(
                &SECURITY_DJANGO,
                id,
                "Django itself finds this, and the text of the settings has no rule for it",
            )
            .remedy("python manage.py check --deploy --tag security"),
        );
    }
    if check.findings.is_empty() {
        let message = format!(
            "agrees with the text of the settings on {agreed} checks, {} of them not met",
            theirs.len()
        );
        check.add(
            Finding::ok(&SECURITY_DJANGO, subject, message)
                .with("not_met", theirs.into_iter().collect::<Vec<_>>()),
        );
    }
    Ok(check)
}

/// What Django says where there is nothing to compare it with.
fn alone(theirs: &BTreeSet<String>, why: &str) -> Check {
    let subject = "manage.py check --deploy";
    let not_met = theirs.iter().cloned().collect::<Vec<_>>();
    if theirs.is_empty() {
        return Finding::ok(&SECURITY_DJANGO, subject, "all of Django's checks are met").into();
    }
    Finding::warning(
        &SECURITY_DJANGO,
        subject,
        format!("not met: {} (not compared: {why})", not_met.join(", ")),
    )
    .with("not_met", not_met)
    .remedy("python manage.py check --deploy --tag security tells each with its hint")
    .into()
}

/// Identifiers that Django tells, or why it does not run.
fn ask(config: &Config) -> Result<(BTreeSet<String>, Option<String>)> {
    let root = std::path::absolute(&config.site.root).context("find the site's folder")?;
    let manage = root.join("manage.py");
    let owner = std::fs::metadata(&manage).with_context(|| format!("look at {}", manage.display()))?;
    let mut command = process::command(python(config, &root));
    command
        .args(["manage.py", "check", "--deploy", "--tag", "security", "--no-color"])
        .current_dir(&root)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdout(Stdio::null());
    if rustix::process::geteuid().is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let (status, words) = Job::start(&mut command)?.end(PATIENCE)?;
    let pattern = Regex::new(r"\((security\.[A-Z][0-9]{3})\)")?;
    let theirs: BTreeSet<String> = pattern.captures_iter(&words).map(|found| found[1].to_owned()).collect();
    // An error of the check ends with 1 too; without any identifier it is one of the project.
    if status.success() || !theirs.is_empty() {
        return Ok((theirs, None));
    }
    // Of an exception only the class: its message may hold a secret.
    let last = words.rsplit("; ").next().unwrap_or_default();
    let class = last.split(':').next().unwrap_or_default();
    let is_class =
        !class.is_empty() && class.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_'));
    Ok((theirs, Some(if is_class { class.to_owned() } else { "Python ended with an error".to_owned() })))
}

/// The configured Python, else that of a virtual environment beside manage.py, else the machine's.
fn python(config: &Config, root: &Path) -> PathBuf {
    if let Some(python) = &config.security.python {
        return python.clone();
    }
    let folders = [Some(root), root.parent()].into_iter().flatten();
    let usual =
        folders.flat_map(|folder| ["venv", ".venv", "env"].map(|name| folder.join(name).join("bin/python")));
    usual.into_iter().find(|path| path.is_file()).unwrap_or_else(|| "python3".into())
}
