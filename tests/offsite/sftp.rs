//! SFTP for real: a private sshd, keys of its own, and a client that knows it or does not.

use super::configure;
use super::restic_is_there;
use super::servers::Server;
use super::site;
use super::which;
use crate::sandbox::NOW;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// Where root's sshd runs unprivileged: it wants an account that is not locked, and Debian's `nobody` may be.
const ACCOUNT: (&str, u32) = ("daemon", 1);

/// A machine that takes copies by SFTP.
struct Store {
    _server: Server,
    folder: TempDir,
    port: u16,
    user: String,
}

fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Makes a key without a passphrase and returns its public half.
fn key(path: &Path) -> String {
    output(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "shop", "-f"]).arg(path));
    std::fs::read_to_string(path.with_extension("pub")).unwrap()
}

/// `None`, and loudly, where no sshd is installed; in CI that is a failure.
fn store() -> Option<Store> {
    let usual = [which("sshd"), PathBuf::from("/usr/sbin/sshd")];
    let sshd = usual.into_iter().find(|path| path.is_file());
    assert!(
        sshd.is_some() || std::env::var_os("CI").is_none(),
        "sshd is missing, and in CI its test is never skipped"
    );
    let Some(sshd) = sshd else {
        eprintln!(
            "SKIPPED: sshd is not installed (apt-get install openssh-server), the test of SFTP did not run"
        );
        return None;
    };
    let is_root = rustix::process::geteuid().is_root();
    let folder = tempfile::Builder::new().prefix("sshd").tempdir_in("/tmp").unwrap();
    let at = folder.path();
    key(&at.join("host"));
    std::fs::write(at.join("authorized"), "").unwrap();
    std::fs::create_dir(at.join("copies")).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = at.display();
    let settings = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\nPidFile none\nStrictModes no\nUsePAM no\n\
         AuthorizedKeysFile {place}/authorized\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n"
    );
    std::fs::write(at.join("config"), settings).unwrap();
    let mut command = Command::new(sshd);
    command.args(["-D", "-e", "-f"]).arg(at.join("config"));
    if is_root {
        for name in ["", "host", "authorized", "copies"] {
            chown(at.join(name), Some(ACCOUNT.1), Some(ACCOUNT.1)).unwrap();
        }
        command.uid(ACCOUNT.1).gid(ACCOUNT.1);
    }
    let log = std::fs::File::create(at.join("log")).unwrap();
    let mut server = Server(command.stdin(Stdio::null()).stderr(log).spawn().unwrap());
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let told = std::fs::read_to_string(at.join("log")).unwrap();
        assert!(server.0.try_wait().unwrap().is_none() && Instant::now() < deadline, "{told}");
        std::thread::yield_now();
    }
    let user = if is_root { ACCOUNT.0.to_owned() } else { output(Command::new("id").arg("-un")) };
    Some(Store { _server: server, folder, port, user })
}

impl Store {
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

/// ssh itself, with the keys of the sandbox: it takes a home folder from the machine's list of users only.
fn client(sandbox: &Sandbox) -> String {
    let (key, known) = (sandbox.path("client"), sandbox.path("known"));
    let settings = format!(
        "IdentitiesOnly yes\nIdentityFile \"{}\"\nUserKnownHostsFile \"{}\"\nGlobalKnownHostsFile none\n",
        key.display(),
        known.display()
    );
    sandbox.write("ssh_config", &settings);
    let script = format!("#!/bin/sh\nexec '{}' -F ssh_config \"$@\"\n", which("ssh").display());
    sandbox.write("bin/ssh", &script);
    sandbox.set_mode("bin/ssh", 0o755);
    format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_copy_goes_by_sftp_and_who_is_not_known_or_not_let_in_is_told_so() {
    if !restic_is_there() {
        return;
    }
    let Some(store) = store() else { return };
    let sandbox = site();
    let path = client(&sandbox);
    let run = |arguments: &[&str]| -> Outcome {
        let variables = [
            ("PATH", path.as_str()),
            ("SITEKEEP_SITE__URL", "http://127.0.0.1:9"),
            ("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py"),
            ("SITEKEEP_NOW", NOW),
        ];
        sandbox.run_with(&variables, arguments)
    };
    let place = store.folder.path().join("copies/shop");
    let address = format!("sftp://{}@127.0.0.1:{}/{}", store.user, store.port, place.display());
    configure(&sandbox, &format!("repository = \"{address}\"\n"));
    let known = |key: &str| sandbox.write("known", &format!("[127.0.0.1]:{} {key}", store.port));
    let public = key(&sandbox.path("client"));
    sandbox.write("known", "");
    let stranger = "does not prove who it is";
    run(&["backup", "push", "--init"]).exits(2).says(stranger).says("compare the fingerprint");
    known(&key(&sandbox.path("other")));
    run(&["backup", "list", "--remote"]).exits(2).complains(stranger).complains("has changed");
    known(&std::fs::read_to_string(store.folder.path().join("host.pub")).unwrap());
    run(&["backup", "push", "--init"]).exits(2).says("refuses").says("authorized_keys");
    store.write("authorized", &public);
    run(&["backup", "list", "--remote"]).exits(2).complains("no repository is at sftp://");
    run(&["backup", "push", "--init"]).exits(0);
    run(&["backup", "list", "--remote"]).exits(0).says("7 files");
    run(&["backup", "verify", "--remote", "--full"]).exits(0).says("all read");
    run(&["backup", "pull"]).exits(0).says("each as its manifest says");
    drop(store);
    run(&["backup", "list", "--remote"]).exits(3).complains("cannot be reached").complains("refused");
}
