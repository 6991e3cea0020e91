//! PostgreSQL's own programs: finding those that fit the server, and telling them where it is.
//!
//! `pg_dump` refuses a server newer than itself, and `pg_restore` refuses an archive newer than itself; what an older
//! server does not know, a newer `pg_restore` complains about. So that it is the server's own major version where there
//! is one, else the nearest newer. Debian keeps each under /usr/lib/postgresql/N/bin; the one on PATH is a wrapper.
//!
//! The password goes by the environment: a command line is for all users of the machine to read.

use super::session::uses_tls;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::system::process;
use anyhow::Result;
use postgres::Config;
use postgres::config::Host;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Where distributions keep one folder per major version.
const PACKAGES: &[(&str, &str)] = &[("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// Variables of the caller that would change what the programs do.
const FOREIGN: &[&str] = &[
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGREQUIRESSL",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLCRL",
    "PGCHANNELBINDING",
    "PGTARGETSESSIONATTRS",
    "PGCLIENTENCODING",
    "PGDATESTYLE",
    "PGTZ",
    "PSQLRC",
    "PGCLUSTER",
    "PG_COLOR",
];

/// What libpq before version 16 has in place of "the system's authorities".
const SYSTEM_AUTHORITIES: &[&str] =
    &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// A folder of programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    folder: PathBuf,
    major: u32,
    /// As `pg_dump --version` answers.
    pub(super) version: String,
}

impl Programs {
    /// Those that fit a server of this major version.
    pub(super) fn for_server(settings: &DatabaseConfig, server: u32) -> Result<Self> {
        let found = installed(settings);
        let nearest = found.iter().filter(|programs| programs.major >= server).min_by_key(|it| it.major);
        nearest.cloned().ok_or_else(|| {
            let seen = if found.is_empty() {
                "none is installed".to_owned()
            } else {
                let all: Vec<String> =
                    found.iter().map(|it| format!("{} in {}", it.major, it.folder.display())).collect();
                format!("found version {}", all.join(", "))
            };
            Error::new(Kind::Failed, format!("no pg_dump fits the server, PostgreSQL {server}: {seen}"))
                .hint(format!(
                    "install postgresql-client-{server}, or name the folder of its programs in [database] programs"
                ))
                .into()
        })
    }

    /// The newest, which read the archives of all that came before.
    pub(super) fn newest(settings: &DatabaseConfig) -> Result<Self> {
        installed(settings).into_iter().max_by_key(|programs| programs.major).ok_or_else(|| {
            Error::new(Kind::Undetermined, "no pg_restore is installed")
                .hint("install postgresql-client, or name the folder of its programs in [database] programs")
                .into()
        })
    }

    /// Begins a command that works on files alone.
    pub(super) fn local(&self, program: &str) -> Command {
        process::command(self.folder.join(program))
    }

    /// Begins a command that connects to the database of `address`, and never asks for a password.
    pub(super) fn command(&self, program: &str, address: &Config, settings: &DatabaseConfig) -> Command {
        let mut command = self.local(program);
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        command.env("PGPASSFILE", "/dev/null").env("PGAPPNAME", "sitekeep");
        command.env("PGCONNECT_TIMEOUT", settings.timeout.as_secs().max(2).to_string());
        let in_address = address.get_password().map(|it| String::from_utf8_lossy(it).into_owned());
        let password = settings.password.as_ref().map(|secret| secret.reveal().to_owned());
        if let Some(password) = password.or(in_address) {
            command.env("PGPASSWORD", password);
        }
        if uses_tls(address) {
            command.env("PGSSLMODE", "verify-full");
            let system = || SYSTEM_AUTHORITIES.iter().map(PathBuf::from).find(|path| path.exists());
            if let Some(authorities) = settings.ca_file.clone().or_else(system) {
                command.env("PGSSLROOTCERT", authorities);
            }
        } else {
            command.env("PGSSLMODE", "disable");
        }
        command.args(arguments(address)).arg("--no-password");
        command
    }
}

/// Host, port, user and database; several hosts stay several.
fn arguments(address: &Config) -> Vec<OsString> {
    let hosts: Vec<OsString> = address
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => OsString::from(name),
            Host::Unix(folder) => folder.clone().into_os_string(),
        })
        .collect();
    let ports: Vec<String> = address.get_ports().iter().map(ToString::to_string).collect();
    let mut all = vec![option("--host=", &hosts.join(std::ffi::OsStr::new(",")))];
    if !ports.is_empty() {
        all.push(option("--port=", ports.join(",").as_ref()));
    }
    if let Some(user) = address.get_user() {
        all.push(option("--username=", user.as_ref()));
    }
    if let Some(name) = address.get_dbname().or(address.get_user()) {
        // A name that libpq would take for a whole connection string is written as one.
        let name = if name.contains('=') || name.starts_with("postgres") && name.contains("://") {
            format!("dbname='{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
        } else {
            name.to_owned()
        };
        all.push(option("--dbname=", name.as_ref()));
    }
    all
}

fn option(name: &str, value: &std::ffi::OsStr) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}

/// All versions found: in the folder that the settings name, else in the packages' folders and on PATH.
fn installed(settings: &DatabaseConfig) -> Vec<Programs> {
    let folders = match &settings.programs {
        Some(folder) => vec![folder.clone()],
        None => package_folders().into_iter().chain(process::search_path()).collect(),
    };
    folders.iter().filter_map(|folder| look_into(folder)).collect()
}

fn package_folders() -> Vec<PathBuf> {
    PACKAGES
        .iter()
        .filter_map(|(parent, prefix)| Some((std::fs::read_dir(parent).ok()?, prefix)))
        .flat_map(|(entries, prefix)| {
            entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(*prefix))
                .map(|entry| entry.path().join("bin"))
                .collect::<Vec<_>>()
        })
        .filter(|folder| folder.join("pg_dump").exists())
        .collect()
}

fn look_into(folder: &Path) -> Option<Programs> {
    let program = folder.join("pg_dump");
    if !program.is_file() {
        return None;
    }
    let output = process::command(program).arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(Programs { folder: folder.to_owned(), major: major(&version)?, version })
}

/// 15 of `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL) ")?.1;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("pg_dump (PostgreSQL) 19devel"), Some(19));
        assert_eq!(major("something else 15"), None);
    }

    #[test]
    fn a_name_is_never_taken_for_a_connection_string() {
        let told = |name: &str| {
            let mut address = Config::new();
            address.host("a").host_path("/run/x").port(1).user("u").dbname(name);
            arguments(&address).pop().expect("a name").to_string_lossy().into_owned()
        };
        assert_eq!(told("Été \"x\""), "--dbname=Été \"x\"");
        assert_eq!(told("a=b'c"), "--dbname=dbname='a=b\\'c'");
        assert_eq!(told("postgresql://x"), "--dbname=dbname='postgresql://x'");
    }
}
