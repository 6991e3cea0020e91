//! Processes of the site (guide: `ps aux | grep gunicorn`, which always finds its own grep).

use crate::config::ProcessRule;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::process::Processes;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Looks for each service among the running processes.
pub fn check(rules: &[ProcessRule], processes: &Processes, unit: &str) -> Check {
    let mut check = Check::default();
    // Two rules may have one name: their processes are then counted together, each once.
    let mut by_name: BTreeMap<&str, BTreeSet<i32>> = BTreeMap::new();
    for rule in rules {
        let pids: Vec<i32> = processes
            .running
            .iter()
            .filter(|process| rule.any.iter().any(|pattern| begins_with_words(&process.command, pattern)))
            .filter(|process| {
                rule.contains.as_ref().is_none_or(|part| process.command.contains(part.as_str()))
            })
            .map(|process| process.pid)
            .collect();
        by_name.entry(&rule.name).or_default().extend(&pids);
        let looked_for = rule.any.join(", ");
        check.add(match pids.first() {
            Some(first) => Finding::ok(
                &kinds::PROCESS,
                &rule.name,
                if pids.len() == 1 {
                    format!("runs (process {first})")
                } else {
                    format!("runs ({} processes)", pids.len())
                },
            )
            .with("pids", pids),
            None if rule.required && !processes.complete => Finding::unknown(
                &kinds::PROCESS,
                &rule.name,
                format!("other users' processes are hidden from this user (looked for: {looked_for})"),
            )
            .remedy("run as root, or let this user see /proc: mount option gid= beside hidepid="),
            None if rule.required => Finding::critical(
                &kinds::PROCESS,
                &rule.name,
                format!("no process runs (looked for: {looked_for})"),
            )
            .remedy(format!("systemctl restart {unit}, then read its log: journalctl -u {unit} -n 50")),
            None => Finding::ok(
                &kinds::PROCESS,
                &rule.name,
                format!("not running, and not required ({looked_for})"),
            ),
        });
    }
    for (name, pids) in by_name {
        #[expect(clippy::cast_precision_loss, reason = "a count of processes")]
        check.measure(Metric::new("processes", name, pids.len() as f64, Unit::Count));
    }
    if rules.is_empty() {
        check.add(Finding::unknown(&kinds::PROCESS, "processes", "none is configured").remedy(
            "add [[health.processes]], or leave the check out: \
                     [checklist] items = [{ id = \"health.processes\", drop = true }]",
        ));
    }
    check
}

/// Whether the command line begins with the pattern, up to the end of a word: `gunicorn` begins
/// `gunicorn: master [shop]` but not `gunicornish`.
fn begins_with_words(command: &str, pattern: &str) -> bool {
    command.strip_prefix(pattern).is_some_and(|rest| {
        rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_' && next != '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use crate::system::process::Running;

    fn running(commands: &[&str]) -> Processes {
        let running = commands
            .iter()
            .zip(10..)
            .map(|(command, pid)| Running { pid, command: (*command).to_owned() })
            .collect();
        Processes { running, complete: true }
    }

    fn rule(any: &[&str], required: bool) -> ProcessRule {
        ProcessRule {
            name: "backend".into(),
            any: any.iter().map(|text| (*text).to_owned()).collect(),
            contains: None,
            required,
        }
    }

    #[test]
    fn any_of_the_programs_will_do() {
        let found = check(
            &[rule(&["gunicorn", "manage.py runserver"], true)],
            &running(&["gunicorn: master [x]"]),
            "u",
        );
        assert_eq!(found.status(), Status::Ok);
    }

    #[test]
    fn a_grep_or_an_editor_is_not_the_service() {
        let others =
            running(&["grep gunicorn", "vim gunicorn.conf.py", "gunicornish", "tail -f gunicorn.log"]);
        let found = check(&[rule(&["gunicorn"], true)], &others, "shop-backend");
        assert_eq!(found.status(), Status::Critical);
        assert!(
            found.findings[0].remedy.as_deref().is_some_and(|text| text.contains("restart shop-backend"))
        );
    }

    #[test]
    fn rules_of_one_name_are_measured_together() {
        let rules = [rule(&["gunicorn"], true), rule(&["gunicorn: master", "celery"], true)];
        let found = check(&rules, &running(&["gunicorn: master [x]", "celery worker"]), "u");
        let measured: Vec<_> =
            found.metrics.iter().map(|metric| (metric.subject.as_str(), metric.value)).collect();
        assert_eq!(measured, [("backend", 2.0)]);
    }

    #[test]
    fn what_is_not_required_may_be_absent() {
        assert_eq!(check(&[rule(&["vite"], false)], &running(&[]), "u").status(), Status::Ok);
        assert_eq!(check(&[], &running(&[]), "u").status(), Status::Unknown);
    }

    #[test]
    fn a_word_in_the_command_line_tells_two_sites_apart() {
        let rule = ProcessRule { contains: Some("shop.wsgi".into()), ..rule(&["gunicorn"], true) };
        let others = running(&["gunicorn other.wsgi"]);
        assert_eq!(check(std::slice::from_ref(&rule), &others, "u").status(), Status::Critical);
        assert_eq!(check(&[rule], &running(&["gunicorn shop.wsgi"]), "u").status(), Status::Ok);
    }

    #[test]
    fn hidden_processes_are_unknown() {
        let hidden = Processes { running: vec![], complete: false };
        assert_eq!(check(&[rule(&["gunicorn"], true)], &hidden, "u").status(), Status::Unknown);
    }
}
