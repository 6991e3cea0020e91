//! Administrators: names that everybody tries first, accounts that nobody uses, and passwords that everybody knows.

use super::guesses::Hash;
use super::guesses::passwords;
use crate::config::Config;
use crate::db::Administrator;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::SECURITY_ACCOUNT;
use crate::status::kinds::SECURITY_PASSWORD;
use crate::units::count;
use jiff::SignedDuration;
use jiff::Timestamp;

/// Names that attackers begin with.
const USUAL: &[&str] =
    &["admin", "administrator", "administrateur", "root", "superuser", "test", "demo", "user", "django"];

/// Days after which an account that was not used is told.
const UNUSED_DAYS: i64 = 180;

/// Judges the administrators of the site; `None` says that the database has no table of users.
pub fn check(config: &Config, administrators: Option<&[Administrator]>, now: Timestamp) -> Check {
    let Some(administrators) = administrators else {
        return Finding::unknown(&SECURITY_ACCOUNT, "administrators", "the database has no table of users")
            .remedy("if the site has users elsewhere, look at them there")
            .into();
    };
    let mut check = Check::default();
    let mut budget = config.security.guess_rounds;
    for account in administrators {
        let subject = name(account);
        names(account, &subject, now, &mut check);
        password(account, &subject, config, &mut budget, &mut check);
    }
    if administrators.is_empty() {
        check.add(Finding::ok(&SECURITY_ACCOUNT, "administrators", "there is none"));
    } else if check.findings.is_empty() {
        let message = format!(
            "{} with a name, use and password of its own",
            count(administrators.len() as u64, "account")
        );
        check.add(Finding::ok(&SECURITY_ACCOUNT, "administrators", message));
    }
    check
}

fn name(account: &Administrator) -> String {
    account.name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn names(account: &Administrator, subject: &str, now: Timestamp, check: &mut Check) {
    let role = if account.is_superuser { "superuser" } else { "staff account" };
    if USUAL.contains(&account.name.to_lowercase().as_str()) {
        check.add(
            Finding::warning(
                &SECURITY_ACCOUNT,
                subject,
                format!("a {role} with a name that everybody tries first"),
            )
            .remedy("make another account with a name of its own, and take this one's rights"),
        );
    }
    let limit = SignedDuration::from_hours(24 * UNUSED_DAYS);
    let unused = |since: Timestamp| now.duration_since(since) > limit;
    match (account.last_login, account.joined) {
        (Some(last), _) if unused(last) => check.add(
            Finding::warning(
                &SECURITY_ACCOUNT,
                subject,
                format!("a {role} that nobody used since {}", last.strftime("%Y-%m-%d")),
            )
            .remedy("take its rights, or is_active, in the admin"),
        ),
        // A new one has not had its time.
        (None, joined)
            if joined.is_none_or(|joined| now.duration_since(joined) > SignedDuration::from_hours(24)) =>
        {
            check.add(
                Finding::warning(
                    &SECURITY_ACCOUNT,
                    subject,
                    format!("a {role} that nobody ever logged in with"),
                )
                .remedy("take its rights, or is_active, in the admin"),
            );
        }
        _ => {}
    }
}

fn password(account: &Administrator, subject: &str, config: &Config, budget: &mut u64, check: &mut Check) {
    let limits = &config.security;
    let hash = Hash::read(&account.password);
    let rounds = match &hash {
        Hash::Unusable | Hash::Strong(_) => return,
        Hash::Weak(algorithm) => {
            check.add(
                Finding::critical(
                    &SECURITY_PASSWORD,
                    subject,
                    format!("the password is kept as {algorithm}, which is guessed in no time"),
                )
                .remedy(format!(
                    "python manage.py changepassword '{subject}', with Django's default PASSWORD_HASHERS"
                )),
            );
            return;
        }
        Hash::Unknown => {
            check.add(
                Finding::unknown(
                    &SECURITY_PASSWORD,
                    subject,
                    "the password is kept in a way that is not known here",
                )
                .remedy(format!("python manage.py changepassword '{subject}'")),
            );
            return;
        }
        Hash::Pbkdf2 { rounds, algorithm, .. } => {
            if *rounds < limits.password_iterations || *algorithm == "pbkdf2_sha1" {
                check.add(
                    Finding::warning(
                        &SECURITY_PASSWORD,
                        subject,
                        format!(
                            "the password is kept by {algorithm} with {rounds} rounds, too few today ({})",
                            limits.password_iterations
                        ),
                    )
                    .remedy("upgrade Django; the next login keeps it anew"),
                );
            }
            u64::from((*rounds).max(1))
        }
    };
    let guesses = passwords(&account.name, &config.site.name);
    let affordable = usize::try_from(*budget / rounds).unwrap_or(usize::MAX).min(guesses.len());
    let mut tried = 0;
    for guess in &guesses[..affordable] {
        *budget -= rounds;
        let Some(opens) = hash.opens(guess) else { break };
        tried += 1;
        if opens {
            check.add(
                Finding::critical(&SECURITY_PASSWORD, subject, "the password is one of the first that anybody tries")
                    .remedy(format!("python manage.py changepassword '{subject}', today; then see who used it: sitekeep logs logins")),
            );
            return;
        }
    }
    if tried < guesses.len() && limits.guess_rounds > 0 {
        check.add(
            Finding::unknown(
                &SECURITY_PASSWORD,
                subject,
                format!("only {tried} of {} common passwords were tried", guesses.len()),
            )
            .remedy("allow more with [security] guess_rounds"),
        );
    }
}
