//! The commented configuration file: every key with what it means, set or as its default.

use super::Config;
use super::detect::Detected;
use std::fmt::Write as _;
use std::path::Path;
use toml::Table;
use toml::Value;

/// What each key means, in the order of the file. Keys without a default are shown with an example.
const KEYS: &[(&str, &str, &str)] = &[
    ("site.name", "", "Short name of the site: in reports, file names and the state folder"),
    ("site.url", "", "Address under which visitors reach the site"),
    ("site.root", "", "Folder of the Django project"),
    ("site.media", "", "Django's MEDIA_ROOT"),
    ("site.media_url", "", "Django's MEDIA_URL"),
    (
        "site.settings",
        "\"backend/niasotac_backend/settings.py\"",
        "Django's settings, read as text and never executed",
    ),
    (
        "site.env_file",
        "\"backend/.env\"",
        "The project's .env: DEBUG and the database's password are read from it",
    ),
    ("site.unit", "\"niasotac-backend\"", "Service of the backend [default: NAME-backend]"),
    ("site.app", "", "Label of the application that owns the tables (showcase_product ...)"),
    ("site.timezone", "", "Zone in which the site's people read times, and Django writes its log"),
    ("site.currency", "", "Currency written after prices"),
    (
        "site.whatsapp_number",
        "\"22997000000\"",
        "Number of the WhatsApp button [default: the one in the site's settings table]",
    ),
    ("database.path", "", "SQLite file; used when url is not set"),
    (
        "database.url",
        "\"postgresql://niasotac_user@localhost:5432/niasotac_db\"",
        "PostgreSQL server, without the password",
    ),
    (
        "database.password_file",
        "\"/etc/sitekeep/database-password\"",
        "File whose first line is the password (mode 0600)",
    ),
    ("database.password_variable", "", "Variable of the .env that holds the password"),
    ("database.ca_file", "\"/etc/ssl/private-ca.pem\"", "Authority of the server's certificate"),
    (
        "database.programs",
        "\"/usr/lib/postgresql/15/bin\"",
        "Folder of pg_dump, pg_restore and psql [default: searched]",
    ),
    ("database.timeout", "", "How long to wait for a connection or a locked database"),
    ("database.dead_space", "", "Share of dead space from which `database optimize` and `reindex` rebuild"),
    ("database.session_batch", "", "Expired sessions removed in one transaction"),
    ("health.processes", "", "Services and the programs that may carry them; at least one of each must run"),
    ("health.ports", "", "Ports that must listen: a number, or \"host:port\""),
    (
        "health.pages.style",
        "",
        "html: the server renders the pages; api: they are built from /api/; auto: find out",
    ),
    ("health.pages.home", "", "Path of the home page"),
    ("health.pages.listing", "", "Path of the list of products"),
    ("health.pages.product", "\"/products/{slug}\"", "Path of a product [default: by style]"),
    ("health.pages.search", "\"/products?search={query}\"", "Path of a search [default: by style]"),
    ("health.pages.products", "", "How many products' pages are visited each day"),
    ("health.pages.images", "", "How many pictures are fetched and decoded each day"),
    ("health.pages.slow_warning", "", "Response time from which to warn"),
    ("health.pages.slow_critical", "", ""),
    ("health.pages.timeout", "", "How long one request may take"),
    ("health.pages.budget", "", "How long all visits may take together"),
    ("health.resources.load_warning", "", "Load average of 5 minutes per processor"),
    ("health.resources.load_critical", "", ""),
    ("health.resources.memory_warning", "", "Share of memory still available"),
    ("health.resources.memory_critical", "", ""),
    ("health.resources.swap_warning", "", "Share of swap in use"),
    ("health.resources.swap_critical", "", ""),
    ("health.tls.warning_days", "", "Days that the certificate must still last"),
    ("health.tls.critical_days", "", ""),
    ("health.tls.ca_file", "\"/etc/ssl/private-ca.pem\"", "Authorities to trust besides the system's"),
    ("disk.free_warning", "", "Free share of a file system (guide: 20 %)"),
    ("disk.free_critical", "", ""),
    ("disk.inodes_warning", "", "Free share of inodes"),
    ("disk.inodes_critical", "", ""),
    ("disk.media_limit", "", "Size of the media folder (guide: 5 GB)"),
    ("disk.database_limit", "", "Size of the database (guide: 2 GB)"),
    ("disk.full_within_days", "", "Warn when a file system will be full so soon"),
    ("disk.paths", "", "More folders whose file systems are watched"),
    ("serve.listen", "", "Address and port of the catalogue server, or unix:/PATH"),
    ("serve.socket_mode", "", "Mode of the file of a unix: socket"),
    ("serve.metrics_listen", "\"127.0.0.1:9187\"", "Address of /metrics alone [default: none]"),
    ("serve.language", "", "Language of the pages: fr or en"),
    (
        "serve.currency_code",
        "\"XOF\"",
        "Currency for search engines, by ISO 4217 [default: told from the currency and the time zone]",
    ),
    ("serve.page_size", "", "Products on one page of the listing"),
    ("serve.database_connections", "", "Connections to the database"),
    ("serve.max_connections", "", "Connections of visitors at a time"),
    ("serve.max_body", "", "Largest body of a request"),
    ("serve.header_timeout", "", "How long a visitor may take to ask"),
    ("serve.request_timeout", "", "How long one request may take"),
    ("serve.drain_timeout", "", "How long running requests may go on after a stop"),
    ("serve.media_max_age", "", "How long browsers may keep a picture"),
    (
        "serve.variants_folder",
        "\"/var/cache/sitekeep\"",
        "Pictures made narrower (?w=320) [default: variants/ of the state]",
    ),
    ("serve.variants_size", "", "Bytes that it may hold; 0: no narrower pictures"),
    ("serve.answers_size", "", "Bytes of the API's answers kept until the database changes; 0: none"),
    ("serve.cors_origins", "", "Sites whose scripts may read the API (\"https://shop.example\"); \"*\": all"),
    ("serve.frontend", "\"frontend/dist\"", "Built single-page application, served instead of the pages"),
    ("serve.admin", "", "Serve /admin/: products and pictures, for Django's staff"),
    ("serve.admin_insecure", "", "Let passwords of the admin cross the network without TLS"),
    (
        "serve.access_log",
        "\"/var/log/niasotac/access.log\"",
        "Access log in the combined format; \"-\" is standard error",
    ),
    (
        "state.directory",
        "\"/var/lib/sitekeep/niasotac\"",
        "sitekeep's own record of runs [default: the user's state folder]",
    ),
    (
        "logs.django",
        "",
        "Django's logs; their rotated neighbours (.1, .2.gz, -20261122.gz) are read with them",
    ),
    ("logs.formats", "", "Format strings of LOGGING, where a log is written in none of the usual ones"),
    ("logs.access", "", "Access logs of gunicorn or nginx, combined or common format"),
    ("logs.request_time", "", "Unit of the time behind a request: auto, seconds, milliseconds, microseconds"),
    ("logs.slow_request", "", "Time from which a request is slow"),
    ("logs.system", "", "System log: auto, journal, file or off"),
    ("logs.syslog", "", "Files of the system log, where there is no journal"),
    ("logs.system_words", "", "Words that make a line of the system log the site's [default: its name]"),
    ("logs.since", "", "How far back every run looks"),
    ("logs.errors_critical", "", "Number of errors from which they are critical"),
    ("logs.not_found_warning", "", "Share of 404 answers from which to warn"),
    ("logs.server_error_warning", "", "Share of 5xx answers"),
    ("logs.server_error_critical", "", ""),
    ("logs.burst_window", "", "Length of the stretch in which a burst of 5xx answers is looked for"),
    ("logs.burst_errors", "", "5xx answers below which it is no burst"),
    ("logs.minimum_requests", "", "Requests below which a share says nothing"),
    ("logs.login_path", "", "Path whose POST is an admin login"),
    ("logs.login_warning", "", "Failed logins from one address within the window"),
    ("logs.login_critical", "", ""),
    ("logs.login_window", "", ""),
    ("logs.clean", "[\"/var/log/niasotac\"]", "Folders whose old logs are removed [default: /var/log/NAME]"),
    ("logs.clean_days", "", "Days after which `logs clean` removes a log, and compresses it (0: never)"),
    ("logs.compress_days", "", ""),
    ("security.open_ports", "", "Ports that others may reach"),
    ("security.access_token", "", "Longest life of a JWT access token, and of a refresh token"),
    ("security.refresh_token", "", ""),
    ("security.password_iterations", "", "Rounds of PBKDF2 below which a password is kept too cheaply"),
    ("security.guess_rounds", "", "Rounds spent on trying common passwords on administrators; 0 tries none"),
    (
        "security.python",
        "\"/srv/niasotac/venv/bin/python\"",
        "Python of the site, for --with-django [default: the virtual environment beside manage.py]",
    ),
    ("backup.folder", "\"~/backups/niasotac\"", "Folder of the backups [default: ~/backups/NAME]"),
    (
        "backup.fresh_copy_days",
        "",
        "Days for which an unchanged site (media, full) is linked to the last backup before it is copied anew",
    ),
    ("backup.database.last", "", "Backups of the database that are kept: the newest so many"),
    ("backup.database.daily", "", "and the newest of so many days, weeks, months, years"),
    ("backup.database.weekly", "", ""),
    ("backup.database.monthly", "", ""),
    ("backup.database.yearly", "", ""),
    ("backup.media.last", "", "Backups of the media that are kept"),
    ("backup.media.daily", "", ""),
    ("backup.media.weekly", "", ""),
    ("backup.media.monthly", "", ""),
    ("backup.media.yearly", "", ""),
    ("backup.full.last", "", "Full backups that are kept"),
    ("backup.full.daily", "", ""),
    ("backup.full.weekly", "", ""),
    ("backup.full.monthly", "", ""),
    ("backup.full.yearly", "", ""),
    (
        "remote.repository",
        "\"s3:https://s3.example.com/shop-copies\"",
        "Copies away from this machine, by restic: a folder, sftp:user@host:/path, rest:https://host/, s3:...",
    ),
    (
        "remote.password_file",
        "\"/etc/sitekeep/restic-password\"",
        "File whose first line opens the repository (mode 0600); keep it elsewhere too",
    ),
    (
        "remote.credentials_file",
        "\"/etc/sitekeep/restic-credentials\"",
        "Lines NAME=VALUE for the store, such as AWS_ACCESS_KEY_ID=... (mode 0600)",
    ),
    ("remote.append_only", "", "Nothing is removed there from this machine: `backup prune --remote` refuses"),
    ("remote.upload_limit", "", "Bytes per second for slow uplinks; 0 for no limit"),
    ("remote.download_limit", "", ""),
    ("remote.retries", "", "Tries after one that the network, or a lock, kept from being done"),
    ("remote.retry_wait", "", "Wait before the first of them, twice as long before each further one"),
    ("remote.timeout", "", "How long a look at the repository may take"),
    ("remote.warning_hours", "", "Age of the newest copy away from this machine"),
    ("remote.critical_hours", "", ""),
    ("remote.verify_sample", "", "Share of the repository that `backup verify --remote` reads"),
    (
        "restore.units",
        "[\"niasotac-backend\"]",
        "Units of systemd that are stopped during a restore [default: NAME-backend, where there is one]",
    ),
    (
        "restore.stop",
        "\"docker compose stop web\"",
        "Commands that stop and start the site, instead of units",
    ),
    ("restore.start", "\"docker compose start web\"", ""),
    ("restore.patience", "", "How long the site may take to answer after its start"),
    ("quarantine.keep_days", "", "Days for which what was replaced or removed is kept for `sitekeep undo`"),
    ("quarantine.max_size", "", "Bytes kept at most: the oldest go first, the newest change never"),
    ("images.orphan_age", "", "Files that were written or moved more recently are no orphans"),
    (
        "images.upload_folders",
        "[\"/tmp\"]",
        "Where Django keeps uploads while they come in (FILE_UPLOAD_TEMP_DIR) [default: the temporary folder]",
    ),
    ("images.orphan_freeze_days", "", "Days after a restore in which no orphan is moved"),
    ("images.max_delete", "", "Share of all files above which orphans are not moved"),
    (
        "images.keep",
        "",
        "Files and folders below the media folder that something else than the database uses",
    ),
    (
        "images.owner",
        "\"www-data\"",
        "User and group of the media files [default: those of the media folder]",
    ),
    ("images.group", "\"www-data\"", ""),
    (
        "images.quality",
        "",
        "JPEGs of a higher quality are encoded anew at this one (guide: 85), if they still look alike",
    ),
    (
        "images.similarity",
        "",
        "Score beside the original below which the pixels stay as they are (SSIMULACRA 2: 100 is the same)",
    ),
    ("images.png_effort", "", "How hard PNGs are packed, 0 to 6 (oxipng); their pixels never change"),
    ("images.max_pixels", "", "Pixels, and size of a file, above which a picture is left as it is"),
    ("images.max_file", "", ""),
    ("images.keep_times", "", "Whether a picture that was made smaller keeps the time of its last change"),
    ("images.formats", "", "Formats that the shop accepts, by content (guide: JPG, PNG)"),
    ("images.max_size", "", "Largest file of a picture (guide: 2 MB)"),
    ("images.min_width", "", "Smallest resolution (guide: 800x600)"),
    ("images.min_height", "", ""),
    ("images.ratios", "", "Shapes, also upright (guide: 4:3 or 16:9); [] accepts any"),
    ("images.ratio_tolerance", "", "How far a shape may be off"),
    ("checklist.items", "", "Items that are not as in the guide (docs/guide.md): added, changed, dropped"),
    ("checklist.daily_grace_hours", "", "How long an item may be due before it is overdue"),
    ("checklist.weekly_grace_days", "", ""),
    ("checklist.monthly_grace_days", "", ""),
    ("checklist.quarterly_grace_days", "", ""),
    (
        "docs.guides",
        "",
        "Guides whose older versions are kept, such as [\"GUIDE_MAINTENANCE.md\", \"docs/*.md\"]",
    ),
    ("docs.archive", "\"docs/archive\"", "Folder of their dated copies"),
    (
        "docs.reports",
        "\"docs/reports\"",
        "Folder into which `sitekeep monthly` writes what changed among the products",
    ),
    (
        "dependencies.python",
        "\"backend/venv/bin/python\"",
        "The project's Python [default: that of its virtual environment: .venv, venv, env]",
    ),
    ("dependencies.requirements", "", "Files of requirements; [] requirements.txt of the project"),
    (
        "dependencies.frontend",
        "\"frontend\"",
        "Folder of package.json [default: the project's, its frontend/, or the one beside it]",
    ),
    (
        "dependencies.advisories",
        "\"/var/lib/sitekeep/osv\"",
        "Advisories in the OSV format, where there is no network: a folder, a .zip or a .json",
    ),
    ("dependencies.advisories_days", "", "Days after which the newest of them is too old"),
    ("dependencies.end_of_life_days", "", "Days before the end of a version's support from which to warn"),
    ("dependencies.timeout", "", "How long one question to pip or npm may take"),
    ("dependencies.test_timeout", "", "How long one test, or installing an update, may take"),
    (
        "dependencies.backend_tests",
        "",
        "Commands tried after an update: in the backend's folder, `python` being the project's",
    ),
    ("dependencies.frontend_tests", "", "and in a copy of the frontend's"),
    (
        "status.database_warning_days",
        "",
        "Age of the newest backup of the database (guide: weekly); 0 where none is wanted, here and below",
    ),
    ("status.database_critical_days", "", ""),
    ("status.media_warning_days", "", "Age of the newest backup of the media (guide: weekly)"),
    ("status.media_critical_days", "", ""),
    ("status.full_warning_days", "", "Age of the newest full backup"),
    ("status.full_critical_days", "", ""),
    ("status.drill_warning_days", "", "Age of the last drill of each kind (guide: monthly)"),
    ("status.daily_warning_hours", "", "Age of the last daily run"),
    ("performance.days", "", "Days that `performance review` compares with as many before them"),
    ("performance.slower", "", "How much slower pages may have become"),
    ("performance.slow_statement", "", "Mean time from which a statement of the database is slow"),
    ("performance.scan_products", "", "Products from which a query that reads all of them is a fault"),
    ("performance.picture_budget", "", "What the pictures of one page may weigh together"),
    ("schedule.daily", "", "Hours of `sitekeep schedule install`, in the site's zone"),
    ("schedule.weekly", "", "A day of the week and an hour (guide: Sunday at 2:00)"),
    ("schedule.monthly", "", "A day of the month, 1 to 28, and an hour"),
    ("schedule.quarterly", "", "The same, in January, April, July and October"),
    ("schedule.delay", "", "Runs begin at random within so much time after their hour (systemd)"),
    ("schedule.user", "\"www-data\"", "Who runs them [default: the owner of the media folder]"),
    ("schedule.writable", "", "More folders that the runs may write to (systemd)"),
    ("schedule.mail", "\"admin@niasotac.com\"", "Whom cron sends what a run prints [default: the user]"),
    (
        "notifications.on",
        "",
        "Of which runs people are told: change (of what is not OK), problem, always; pings are sent for each",
    ),
    ("notifications.timeout", "", "How long one delivery may take"),
    ("notifications.give_up_days", "", "Days after which a message that cannot be delivered is given up"),
    ("notifications.ca_file", "\"/etc/ssl/private-ca.pem\"", "Authorities to trust besides the system's"),
    ("notifications.email.to", "", "Who gets mail; [] nobody"),
    ("notifications.email.from", "\"sitekeep@niasotac.com\"", "Sender [default: sitekeep at this machine]"),
    (
        "notifications.email.server",
        "",
        "Mail server, and how it is spoken to: tls, starttls, none (a local one)",
    ),
    ("notifications.email.port", "587", ""),
    ("notifications.email.encryption", "", ""),
    ("notifications.email.user", "\"sitekeep@niasotac.com\"", ""),
    (
        "notifications.email.password_file",
        "\"/etc/sitekeep/smtp-password\"",
        "File whose first line is the password (mode 0600)",
    ),
    (
        "notifications.webhook.url",
        "\"https://chat.example.com/hooks/KEY\"",
        "Address that gets each message as JSON; its `text` is what Slack and Mattermost show",
    ),
    (
        "notifications.webhook.token_file",
        "\"/etc/sitekeep/webhook-token\"",
        "File whose first line is sent as a bearer token (mode 0600)",
    ),
    (
        "notifications.ping.url",
        "\"https://hc-ping.com/KEY/{site}-{command}\"",
        "Dead man's switch: told of each run's start and exit code, misses those that never come",
    ),
];

/// Every key there is, in the order of the file.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, ..)| *key)
}

/// One key, as manuals tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub section: &'static str,
    pub name: &'static str,
    /// The default, or an example where there is none.
    pub value: String,
    pub is_example: bool,
    /// Empty where it is that of the key before.
    pub meaning: &'static str,
}

/// Every key with its default or an example, in the order of the file.
pub fn entries() -> Vec<Entry> {
    let defaults = Table::try_from(Config::default()).unwrap_or_default();
    KEYS.iter()
        .map(|(key, example, meaning)| {
            let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
            let default = lookup(&defaults, key).map(Value::to_string);
            let is_example = default.is_none();
            Entry {
                section,
                name,
                value: default.unwrap_or_else(|| (*example).to_owned()),
                is_example,
                meaning,
            }
        })
        .collect()
}

/// Writes the file: what was found is set, all else stands as a comment with its default.
///
/// Paths below `base` are written relative to it.
pub fn render(found: &Detected, base: Option<&Path>) -> String {
    let defaults = Table::try_from(Config::default()).unwrap_or_default();
    let mut text = String::from(
        "# sitekeep.toml: what sitekeep knows of this site. Lines that begin with # show the defaults.\n\
         # Relative paths start at this file's folder. No password belongs here.\n",
    );
    let mut section = "";
    for (key, example, meaning) in KEYS {
        let (part, name) = key.rsplit_once('.').unwrap_or(("", key));
        if part != section {
            section = part;
            // Writing to a string cannot fail.
            let _ = write!(text, "\n[{section}]\n");
        }
        if !meaning.is_empty() {
            let _ = writeln!(text, "# {meaning}");
        }
        let _ = match found.get(key) {
            Some(fact) => writeln!(
                text,
                "{name} = {}  # {}",
                relative(&fact.value, base),
                fact.reason.replace('\n', " ")
            ),
            None => match lookup(&defaults, key) {
                Some(value) => writeln!(text, "# {name} = {value}"),
                None => writeln!(text, "# {name} = {example}"),
            },
        };
    }
    text
}

fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => lookup(table.get(section)?.as_table()?, rest),
    }
}

fn relative(value: &Value, base: Option<&Path>) -> Value {
    match (value, base) {
        (Value::String(text), Some(base)) => match Path::new(text).strip_prefix(base) {
            Ok(rest) if rest.as_os_str().is_empty() => Value::String(".".to_owned()),
            Ok(rest) => Value::String(rest.display().to_string()),
            Err(_) => value.clone(),
        },
        (Value::Array(items), _) => Value::Array(items.iter().map(|item| relative(item, base)).collect()),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_of(table: &Table, prefix: &str, keys: &mut Vec<String>) {
        for (key, value) in table {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                Value::Table(inner) => keys_of(inner, &name, keys),
                _ => keys.push(name),
            }
        }
    }

    #[test]
    fn every_setting_stands_in_the_sample_with_its_default() {
        let text = render(&Detected::default(), None);
        let mut keys = Vec::new();
        keys_of(&Table::try_from(Config::default()).expect("defaults"), "", &mut keys);
        for key in keys {
            assert!(KEYS.iter().any(|(known, ..)| *known == key), "{key} is missing in the sample");
        }
        // As it stands it sets nothing.
        let written = toml::from_str::<Config>(&text).expect("the sample");
        assert_eq!(
            Table::try_from(written).expect("settings"),
            Table::try_from(Config::default()).expect("defaults")
        );
        // With every comment taken away it still is a configuration, and with the defaults put in it is the default one.
        toml::from_str::<Config>(&text).expect("the commented sample");
        let is_default = |line: &str| {
            line.split_once(" = ")
                .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        let set: Vec<&str> = text
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|rest| is_default(rest)).unwrap_or(line))
            .collect();
        let set = set.join("\n");
        let config = toml::from_str::<Config>(&set).expect("the sample with its defaults set");
        assert_eq!(config.disk, Config::default().disk);
        assert_eq!(config.logs, Config::default().logs);
        let security = crate::config::SecurityConfig { python: None, ..config.security };
        assert_eq!(security, Config::default().security);
        assert_eq!(config.backup.database, Config::default().backup.database);
        assert_eq!(config.backup.full, Config::default().backup.full);
        assert_eq!(config.quarantine, Config::default().quarantine);
        // Owner and group have no default, but an example.
        let images = crate::config::ImagesConfig { owner: None, group: None, ..config.images };
        assert_eq!(images, Config::default().images);
        assert_eq!(config.restore.patience, Config::default().restore.patience);
        assert_eq!(config.health.processes, Config::default().health.processes);
        assert_eq!(config.health.resources, Config::default().health.resources);
    }
}
