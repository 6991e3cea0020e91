//! Copies away from this machine: pushed by restic, brought back whole, and nothing of it said that should not be.

mod bare;
mod failing;
mod folder;
mod servers;
mod settings;
mod sftp;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// The password of every repository here, which must never be seen.
const PASSWORD: &str = "canary-password-71c0";

/// Whether restic is installed; loudly where it is not, and in CI a failure.
pub fn restic_is_there() -> bool {
    let there = Command::new("restic").arg("version").output().is_ok_and(|output| output.status.success());
    assert!(
        there || std::env::var_os("CI").is_none(),
        "restic is missing, and in CI its tests are never skipped"
    );
    if !there {
        eprintln!("SKIPPED: restic is not installed, tests of copies away from this machine did not run");
    }
    there
}

/// A site with settings of its own and 8 MB of media that do not compress.
pub fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write("backend/shop/settings.py", "DEBUG = False\n");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(1_000_000)
    .flatten()
    .collect();
    sandbox.write_bytes("backend/media/products/grande photo [1].jpg", &noise);
    sandbox.write("password", &format!("{PASSWORD}\n"));
    sandbox.set_mode("password", 0o600);
    configure(&sandbox, "repository = \"copies\"\n");
    sandbox
}

/// Settings of a site whose copies go to where `remote` says.
pub fn configure(sandbox: &Sandbox, remote: &str) {
    sandbox.configure(&format!(
        "[backup]\nfolder = \"backups\"\n[remote]\npassword_file = \"password\"\nretries = 2\nretry_wait = \"0s\"\n{remote}"
    ));
}

pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    at(sandbox, crate::sandbox::NOW, arguments)
}

/// Runs at a time of its own; the password is in nothing that is said.
pub fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    let variables = [
        ("SITEKEEP_SITE__URL", "http://127.0.0.1:9"),
        ("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py"),
        ("SITEKEEP_NOW", now),
    ];
    let outcome = sandbox.run_with(&variables, arguments);
    assert!(!outcome.stdout.contains(PASSWORD) && !outcome.stderr.contains(PASSWORD), "the password is told");
    outcome
}

/// restic itself, as an administrator without sitekeep has it.
pub fn restic(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = Command::new("restic")
        .args(arguments)
        .env("RESTIC_REPOSITORY", sandbox.path("copies"))
        .env("RESTIC_PASSWORD_FILE", sandbox.path("password"))
        .env("RESTIC_CACHE_DIR", sandbox.path("plain cache"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Bytes that the last push added, and that it holds.
pub fn pushed(report: &serde_json::Value) -> (u64, u64) {
    let found = crate::sandbox::findings(report, "BACKUP-013", "ok");
    let data = &found.last().expect("a push")["data"];
    (data["added_bytes"].as_u64().unwrap(), data["bytes"].as_u64().unwrap())
}

/// Puts a program in the place of restic; `$REAL` is the real one.
pub fn stand_in(sandbox: &Sandbox, script: &str) -> String {
    let real = which("restic");
    sandbox.write(
        "bin/restic",
        &format!(
            "#!/bin/sh\nREAL='{}'\ncd '{}'\n{script}",
            real.display(),
            sandbox.path("").display().to_string().replace('\'', "'\\''")
        ),
    );
    sandbox.set_mode("bin/restic", 0o755);
    format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap())
}

fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.unwrap_or_else(|| Path::new("/nowhere").join(program))
}

/// The files below a folder with what they hold, by their path in it.
pub fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
                files.push((
                    path.strip_prefix(folder).unwrap().to_owned(),
                    mode,
                    std::fs::read(&path).unwrap(),
                ));
            }
        }
    }
    files.sort();
    files
}
