//! A site in which everything secret has a mark, and what may be found of it where.

use crate::sandbox::NOW;
use crate::sandbox::Sandbox;
use crate::sandbox::jpeg;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// What every secret begins with.
pub const MARK: &str = "c4n4ry";

/// The files that hold secrets by their nature, and the log, in which the site itself wrote one down.
const HOLDERS: [&str; 7] = [
    "backend/.env",
    "backend/shop/settings.py",
    "backend/db.sqlite3",
    "sitekeep.toml",
    "secrets/",
    "user-password",
    "logs/",
];

pub struct World {
    pub sandbox: Sandbox,
}

impl World {
    /// A site on this database; `more` settings. Nobody answers at its addresses.
    pub fn new(database: &str, more: &str) -> Self {
        let sandbox = Sandbox::site();
        sandbox.write(
            "backend/.env",
            "DEBUG=False\nSECRET_KEY=c4n4ry-key\nPGPASSWORD=c4n4ry-env\nEMAIL_HOST_PASSWORD=c4n4ry-mail\n\
             DATABASE_URL=postgres://shop:c4n4ry-env-url@127.0.0.1:1/shop\n",
        );
        sandbox.write(
            "backend/shop/settings.py",
            "from decouple import config\nSECRET_KEY = config('SECRET_KEY', default='django-insecure-c4n4ry')\n\
             DEBUG = False\nEMAIL_HOST_PASSWORD = 'c4n4ry-written'\n\
             DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'PASSWORD': 'c4n4ry-plain'}}\n",
        );
        sandbox.write("backend/shop/__init__.py", "");
        for (name, secret) in [
            ("database", "c4n4ry-database-file"),
            ("smtp", "c4n4ry-smtp-file"),
            ("token", "c4n4ry-token-file"),
            ("repository", "c4n4ry-repository-file"),
            ("store", "RESTIC_REST_USERNAME=shop\nRESTIC_REST_PASSWORD=c4n4ry-store-file"),
            ("credentials/database-password", "c4n4ry-credential"),
        ] {
            sandbox.write(&format!("secrets/{name}"), &format!("{secret}\n"));
            sandbox.set_mode(&format!("secrets/{name}"), 0o600);
        }
        sandbox.write("user-password", "c4n4ry-Zanzibar-77\n");
        sandbox.set_mode("user-password", 0o600);
        for name in ["vue.jpg", "pictures/ecran-baobab.jpg"] {
            sandbox.write_bytes(name, &jpeg(800, 600));
        }
        sandbox.write("changes.csv", "slug,price\nsavane-14,1\n");
        sandbox.write("backend/requirements.txt", "Django==5.2.8\n");
        sandbox.write("README.md", "A shop.\n");
        let line = "\"GET /products/ HTTP/1.1\" 200 512 \"-\" \"curl/8\"";
        sandbox.write("logs/access.log", &format!("10.0.0.1 - - [23/Nov/2026:07:00:00 +0000] {line}\n"));
        sandbox.write("logs/django.log", "ERROR 2026-11-23 08:00:00,123 log Internal Server Error: /a/\n");
        sandbox.set_mode("backend/.env", 0o600);
        sandbox.write(
            "sitekeep.toml",
            &format!(
                "[site]\nname = \"shop\"\nroot = \".\"\nenv_file = \"backend/.env\"\nurl = \"http://127.0.0.1:9\"\n\
                 settings = \"backend/shop/settings.py\"\n[state]\ndirectory = \"state\"\n\
                 [backup]\nfolder = \"backups\"\n\
                 [remote]\nrepository = \"rest:http://127.0.0.1:9/\"\npassword_file = \"secrets/repository\"\n\
                 credentials_file = \"secrets/store\"\nretries = 0\ntimeout = \"2s\"\n\
                 [restore]\npatience = \"0s\"\n\
                 [logs]\nsystem = \"off\"\ndjango = [\"logs/django.log\"]\naccess = [\"logs/access.log\"]\nclean = [\"logs/old\"]\n\
                 [database]\n{database}\npassword_file = \"secrets/database\"\ntimeout = \"500ms\"\n\
                 [notifications]\non = \"always\"\ntimeout = \"500ms\"\n\
                 [notifications.email]\nto = [\"awa@shop.example\"]\nfrom = \"sitekeep@shop.example\"\nserver = \"127.0.0.1\"\nport = 9\n\
                 encryption = \"none\"\nuser = \"sitekeep\"\npassword_file = \"secrets/smtp\"\n\
                 [notifications.webhook]\nurl = \"http://user:c4n4ry-webhook-user@127.0.0.1:9/c4n4ry-webhook-path?key=c4n4ry-webhook-key\"\n\
                 token_file = \"secrets/token\"\n\
                 [notifications.ping]\nurl = \"http://127.0.0.1:9/c4n4ry-ping/{{site}}\"\n{more}"
            ),
        );
        Self { sandbox }
    }

    /// What a SQLite database has of secrets: the hash of a password, and what a session holds.
    pub fn fill_sqlite(&self) {
        let database = rusqlite::Connection::open(self.sandbox.path("backend/db.sqlite3")).unwrap();
        database.execute_batch(PEOPLE).unwrap();
    }

    /// The binary with secrets in its environment too.
    pub fn command(&self, line: &str, more: &[&str]) -> Command {
        let words: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        let mut command = self.sandbox.command(&words);
        command
            .env("PGPASSWORD", "c4n4ry-pgpassword")
            .env("CREDENTIALS_DIRECTORY", self.sandbox.path("secrets/credentials"))
            .env("SITEKEEP_NOTIFICATIONS__EMAIL__PASSWORD", "c4n4ry-variable")
            .env("SITEKEEP_NOW", NOW);
        command
    }

    /// Files that hold a secret and should not, or may be read by others than their owner.
    pub fn leaks(&self) -> Vec<String> {
        let root = self.sandbox.path("");
        let around = root.parent().unwrap();
        assert!(around.join("temporary").is_dir(), "{}", around.display());
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(around) {
            let entry = entry.unwrap();
            let path = entry.path();
            let relative = path.strip_prefix(&root).unwrap_or(path);
            let name = relative.display().to_string();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let is_private = name.starts_with("backups") || name.starts_with("state");
            if is_private && mode & 0o077 != 0 {
                found.push(format!("{name} has mode {mode:o}"));
            }
            if !entry.file_type().is_file() || HOLDERS.iter().any(|holder| name.starts_with(holder)) {
                continue;
            }
            if holds_mark(&std::fs::read(path).unwrap()) && !is_kept(path, &root) {
                found.push(format!("{name} (mode {mode:o}) holds a secret"));
            }
        }
        found
    }
}

/// An administrator with the hash of a password, and a session; the tables are there.
pub const PEOPLE: &str = "
    INSERT INTO auth_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email, date_joined)
        VALUES ('patron', 'pbkdf2_sha256$1000000$c4n4ry-salt$c4n4ry-hash', true, true, true, '', '', 'p@shop.example', '2026-01-01 00:00:00');
    INSERT INTO django_session (session_key, session_data, expire_date)
        VALUES ('c4n4ry-session', 'c4n4ry-session-data', '2026-01-01 00:00:00');";

/// Django's tables of them, as far as they are looked at.
pub const TABLES_OF_PEOPLE: &str = "
    CREATE TABLE auth_user (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, password varchar(128) NOT NULL,
        last_login timestamptz, is_superuser boolean NOT NULL, username varchar(150) NOT NULL UNIQUE,
        first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL,
        is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamptz NOT NULL);
    CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL,
        expire_date timestamptz NOT NULL);";

pub fn holds_mark(bytes: &[u8]) -> bool {
    bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes())
}

/// What a restore replaced lies in a folder that only its owner may enter.
fn is_kept(path: &Path, root: &Path) -> bool {
    let folder: Option<PathBuf> = path
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .find(|folder| {
            folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".sitekeep-"))
        })
        .map(Path::to_owned);
    let is_private =
        |folder: PathBuf| std::fs::metadata(folder).unwrap().permissions().mode() & 0o777 == 0o700;
    folder.is_some_and(is_private)
}
