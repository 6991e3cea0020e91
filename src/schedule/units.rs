//! Units of systemd: a service and a timer for each period, one for when a run breaks, and the catalogue server's.
//!
//! Each run sees the machine read-only but for the folders that the settings name.

use super::File;
use super::Period;
use super::Plan;
use super::cron::LOCK_WAIT;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// What every unit does without.
const CONFINED: &str = "\
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
PrivateMounts=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
";
/// Root reads and mends what belongs to others; all else it could do is taken from it.
const ROOTS: &str = "CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER\n";
const NONE: &str = "CapabilityBoundingSet=\n";
/// Programs that the runs start (npm) compile at run time and would be killed by this.
const NO_CODE: &str = "MemoryDenyWriteExecute=yes\n";

/// Every unit of a plan.
pub(super) fn files(plan: &Plan) -> Vec<File> {
    let mut files = Vec::new();
    for period in Period::ALL {
        let name = format!("sitekeep-{}", period.word());
        files.push(File { name: format!("{name}.service"), text: service(plan, period) });
        files.push(File { name: format!("{name}.timer"), text: timer(plan, period) });
    }
    files.push(File { name: "sitekeep-alert@.service".to_owned(), text: alert(plan) });
    if plan.serve {
        files.push(File { name: "sitekeep-serve.service".to_owned(), text: serve(plan) });
        files.push(File { name: "sitekeep-serve.socket".to_owned(), text: socket(plan) });
    }
    files
}

fn service(plan: &Plan, period: Period) -> String {
    let wait = if plan.changes(period) { format!(" --lock-wait {LOCK_WAIT}") } else { String::new() };
    let mut text = format!(
        "[Unit]\n\
         Description=sitekeep: the {word} checklist of {site}\n\
         Documentation=man:sitekeep-{word}(1)\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         OnFailure=sitekeep-alert@%n.service\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={program} {word} --quiet{wait} --config {settings}\n\
         # 1: done, and something needs attention. What is worse makes the unit fail.\n\
         SuccessExitStatus=1\n\
         TimeoutStartSec={limit}\n\
         Nice=15\n\
         IOSchedulingClass=idle\n",
        word = period.word(),
        site = literal(&plan.site),
        program = quoted_command(&plan.program),
        settings = quoted_command(&plan.settings),
        limit = if plan.changes(period) { "12h" } else { "1h" },
    );
    user(&mut text, plan);
    // The journal of the system is one of the logs that are read.
    text.push_str("SupplementaryGroups=systemd-journal\n");
    state(&mut text, plan);
    credentials(&mut text, plan);
    writable(&mut text, &plan.writable);
    match period {
        // What broken uploads left lies in the folder for temporary files: this run must see the real one.
        Period::Weekly => writable(&mut text, &plan.uploads),
        _ => private_temporary_files(&mut text, plan),
    }
    text.push_str(CONFINED);
    if !period.changes() {
        text.push_str(NO_CODE);
    }
    text.push_str(if plan.user == "root" { ROOTS } else { NONE });
    text
}

fn timer(plan: &Plan, period: Period) -> String {
    format!(
        "[Unit]\n\
         Description=sitekeep: the {word} checklist of {site}\n\
         Documentation=man:sitekeep-{word}(1)\n\
         \n\
         [Timer]\n\
         OnCalendar={hour}\n\
         # One that was missed, because the machine was off, is made up for.\n\
         Persistent=true\n\
         RandomizedDelaySec={delay}\n\
         AccuracySec=1min\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        word = period.word(),
        site = literal(&plan.site),
        hour = period.on_calendar(&plan.hours, &plan.zone),
        delay = plan.hours.delay.as_secs(),
    )
}

fn alert(plan: &Plan) -> String {
    let mut text = format!(
        "[Unit]\n\
         Description=sitekeep: tell people that %i of {site} broke\n\
         Documentation=man:sitekeep-notifications-alert(1)\n\
         Wants=network-online.target\n\
         After=network-online.target\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={program} notifications alert %i --config {settings}\n\
         SuccessExitStatus=1\n\
         TimeoutStartSec=5min\n",
        site = literal(&plan.site),
        program = quoted_command(&plan.program),
        settings = quoted_command(&plan.settings),
    );
    user(&mut text, plan);
    state(&mut text, plan);
    // A file that is gone may be why the run never began: the alert then goes out by the ways that need none.
    for (name, path) in &plan.credentials {
        let path = quoted(&format!("{name}:{}", path.display()));
        let _ = write!(text, "LoadCredential={path}\nSetCredential={name}:\\n\n");
    }
    writable(&mut text, &plan.state);
    private_temporary_files(&mut text, plan);
    text.push_str(CONFINED);
    text.push_str(NO_CODE);
    text.push_str(if plan.user == "root" { ROOTS } else { NONE });
    text
}

fn serve(plan: &Plan) -> String {
    let mut text = format!(
        "[Unit]\n\
         Description=sitekeep: the catalogue of {site}\n\
         Documentation=man:sitekeep-serve(1)\n\
         Requires=sitekeep-serve.socket\n\
         After=network.target sitekeep-serve.socket\n\
         OnFailure=sitekeep-alert@%n.service\n\
         \n\
         [Service]\n\
         Type=notify\n\
         ExecStart={program} serve --config {settings}\n\
         # 1: stopped while somebody was still being answered.\n\
         SuccessExitStatus=1\n\
         Restart=on-failure\n\
         RestartSec=2\n\
         # One that hangs is ended and started anew.\n\
         WatchdogSec=30\n",
        site = literal(&plan.site),
        program = quoted_command(&plan.program),
        settings = quoted_command(&plan.settings),
    );
    user(&mut text, plan);
    // Narrower pictures are kept there.
    state(&mut text, plan);
    credentials(&mut text, plan);
    // A reader of SQLite in WAL mode writes to the -shm beside the database.
    writable(&mut text, &plan.writable);
    writable(&mut text, &plan.access_log);
    private_temporary_files(&mut text, plan);
    text.push_str("ProtectProc=invisible\nProcSubset=pid\n");
    text.push_str(CONFINED);
    text.push_str(NO_CODE);
    text.push_str(NONE);
    text
}

fn socket(plan: &Plan) -> String {
    format!(
        "[Unit]\n\
         Description=sitekeep: the address of the catalogue of {site}\n\
         Documentation=man:sitekeep-serve(1)\n\
         \n\
         [Socket]\n\
         ListenStream={listen}\n\
         NoDelay=true\n\
         \n\
         [Install]\n\
         WantedBy=sockets.target\n",
        site = literal(&plan.site),
        listen = literal(&plan.listen.replace("localhost:", "127.0.0.1:")),
    )
}

fn user(text: &mut String, plan: &Plan) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "User={}", plan.user);
}

fn state(text: &mut String, plan: &Plan) {
    if let Some(folder) = plan.state_directory() {
        let folder = quoted(&folder.display().to_string());
        let _ = write!(text, "StateDirectory={folder}\nStateDirectoryMode=0700\n");
    }
}

fn credentials(text: &mut String, plan: &Plan) {
    for (name, path) in &plan.credentials {
        let _ = writeln!(text, "LoadCredential={}", quoted(&format!("{name}:{}", path.display())));
    }
}

/// Folders that may be written to; one that is not there does not keep the run from telling so.
fn writable<'a>(text: &mut String, folders: impl IntoIterator<Item = &'a PathBuf>) {
    for folder in folders {
        let _ = writeln!(text, "ReadWritePaths={}", quoted(&format!("-{}", folder.display())));
    }
}

/// A site that lies among the temporary files, to be tried out, would be out of sight.
fn private_temporary_files(text: &mut String, plan: &Plan) {
    let needed = plan.writable.iter().chain(&plan.state).chain([&plan.program, &plan.settings]);
    let is_temporary = |path: &PathBuf| path.starts_with("/tmp") || path.starts_with("/var/tmp");
    if !needed.into_iter().any(is_temporary) {
        text.push_str("PrivateTmp=yes\n");
    }
}

/// Text in which systemd reads no specifier.
fn literal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('%', "%%")
}

/// One word of a list of words.
fn quoted(text: &str) -> String {
    let text = text.replace('%', "%%");
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if text.chars().all(plain) {
        return text;
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One word of a command line, in which `$` begins a variable.
fn quoted_command(path: &Path) -> String {
    quoted(&path.display().to_string().replace('$', "$$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_would_read_otherwise_is_quoted() {
        assert_eq!(quoted("-/srv/shop"), "-/srv/shop");
        assert_eq!(quoted("-/srv/site d'été"), "\"-/srv/site d'été\"");
        assert_eq!(quoted_command(Path::new("/a b/50% \"$x\"")), "\"/a b/50%% \\\"$$x\\\"\"");
        assert_eq!(literal("a\nExecStart=%h"), "a ExecStart=%%h");
    }

    #[test]
    fn only_the_weekly_run_sees_the_uploads_and_all_others_have_temporary_files_of_their_own() {
        let plan = Plan::packaged();
        for period in Period::ALL {
            let text = service(&plan, period);
            assert_eq!(text.contains("ReadWritePaths=-/tmp"), period == Period::Weekly, "{text}");
            assert_eq!(text.contains("PrivateTmp=yes"), period != Period::Weekly, "{text}");
        }
    }

    #[test]
    fn a_site_among_the_temporary_files_stays_in_sight() {
        let plan = Plan { settings: "/tmp/demo/sitekeep.toml".into(), ..Plan::packaged() };
        assert!(!service(&plan, Period::Daily).contains("PrivateTmp"));
    }

    #[test]
    fn a_state_that_is_named_is_used_and_secrets_are_handed_over() {
        let plan = Plan {
            state: Some("/mnt/shop state".into()),
            credentials: vec![("smtp-password", "/etc/sitekeep/smtp".into())],
            ..Plan::packaged()
        };
        let text = service(&plan, Period::Daily);
        assert!(!text.contains("StateDirectory"), "{text}");
        assert!(text.contains("LoadCredential=smtp-password:/etc/sitekeep/smtp\n"), "{text}");
        assert!(alert(&plan).contains("ReadWritePaths=\"-/mnt/shop state\"\n"));
        assert!(alert(&plan).contains("SetCredential=smtp-password:\\n\n"), "{}", alert(&plan));
        // systemd makes that folder and gives it to the user, whoever has opened it before.
        let plan = Plan { state: Some("/var/lib/sitekeep/shop".into()), ..plan };
        assert!(service(&plan, Period::Daily).contains("StateDirectory=sitekeep/shop\n"));
    }
}
