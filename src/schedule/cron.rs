//! The same schedule for cron (`/etc/cron.d`): no variable of the environment is counted on.

use super::File;
use super::Period;
use super::Plan;
use std::fmt::Write as _;

/// How long a run waits for another one.
pub(super) const LOCK_WAIT: &str = "2h";

pub(super) fn file(plan: &Plan) -> File {
    let mut text = format!(
        "# Checklists of {}, for hosts without systemd. Hours are those of this machine's zone.\n\
         # A run that is not OK prints what is not, which cron mails. Runs wait for one another by sitekeep's own lock.\n\
         SHELL=/bin/sh\n\
         PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n",
        one_line(&plan.site)
    );
    if let Some(mail) = &plan.hours.mail {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "MAILTO={mail}");
    }
    text.push('\n');
    for period in Period::ALL {
        let wait = if plan.changes(period) { format!(" --lock-wait {LOCK_WAIT}") } else { String::new() };
        let _ = writeln!(
            text,
            "{} {} nice -n 15 {} {} --quiet{wait} --config {}",
            period.cron(&plan.hours),
            plan.user,
            quoted(&plan.program.display().to_string()),
            period.word(),
            quoted(&plan.settings.display().to_string()),
        );
    }
    File { name: "sitekeep".to_owned(), text }
}

/// A word of a shell's command line; cron makes a line break of a bare `%`.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_part_is_quoted() {
        assert_eq!(quoted("/etc/sitekeep/sitekeep.toml"), "/etc/sitekeep/sitekeep.toml");
        assert_eq!(quoted("/srv/site d'été/a.toml"), "'/srv/site d'\\''été/a.toml'");
    }

    #[test]
    fn the_lines_say_when_who_and_what() {
        let text = file(&Plan { user: "shop".into(), ..Plan::packaged() }).text;
        assert!(
            text.contains(
                "0 2 * * 0 shop nice -n 15 /usr/bin/sitekeep weekly --quiet --lock-wait 2h --config /etc/sitekeep/sitekeep.toml\n"
            ),
            "{text}"
        );
    }
}
