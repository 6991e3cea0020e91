//! A private PostgreSQL cluster for the tests that need one: unprivileged user, socket in its own folder, no port.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::Weak;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;

/// `initdb` and `postgres` refuse root; this is Debian's `nobody`.
pub const UNPRIVILEGED: u32 = 65534;

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

pub struct Cluster {
    folder: TempDir,
    server: Child,
}

/// The cluster that all tests of this process share, started by the first and stopped by the last.
///
/// `None`, and loudly, where no server is installed; in CI that is a failure.
pub fn cluster() -> Option<Arc<Cluster>> {
    let Some(programs) = programs() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "PostgreSQL is not installed, and in CI its tests are never skipped"
        );
        eprintln!("SKIPPED: PostgreSQL is not installed (apt-get install postgresql), its tests did not run");
        return None;
    };
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(cluster) = shared.upgrade() {
        return Some(cluster);
    }
    let cluster = Arc::new(start(&programs));
    *shared = Arc::downgrade(&cluster);
    Some(cluster)
}

fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders
        .into_iter()
        .rev()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C.UTF-8").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    if rustix::process::geteuid().is_root() {
        command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
    }
    command
}

fn start(programs: &Path) -> Cluster {
    // A socket's path may have 107 bytes: the folder is short.
    let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
    if rustix::process::geteuid().is_root() {
        chown(folder.path(), Some(UNPRIVILEGED), Some(UNPRIVILEGED)).unwrap();
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let data = folder.path().join("data");
    let output = unprivileged(&programs.join("initdb"))
        .args([
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
        ])
        .arg(&data)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let server = unprivileged(&programs.join("postgres"))
        .arg("-D")
        .arg(&data)
        .arg("-k")
        .arg(folder.path())
        .args(["-c", "listen_addresses=", "-c", "fsync=off"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let cluster = Cluster { folder, server };
    let deadline = Instant::now() + Duration::from_mins(1);
    while postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).is_err() {
        assert!(Instant::now() < deadline, "{}", cluster.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    cluster
}

impl Cluster {
    /// Address of a database through the socket, as `[database] url` takes it.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql://postgres@{folder}/{database}")
    }

    /// Creates an empty database and runs SQL in it.
    pub fn create(&self, database: &str, sql: &str) -> String {
        let mut client = postgres::Client::connect(&self.url("postgres"), postgres::NoTls).unwrap();
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {database}")).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {database}")).unwrap();
        let url = self.url(database);
        postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
        url
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.server);
        // Fast shutdown; a server that is gone already needs none.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        let _ = self.server.wait();
    }
}
