//! Which database the project uses: `.env`, then settings.py, then the file that is there.

use super::Detected;
use super::Project;
use super::django_settings;
use crate::config::password;

pub(super) fn detect(project: &Project, found: &mut Detected) {
    if from_variables(project, found) || from_settings(project, found) {
        return;
    }
    let path = project.backend.join("db.sqlite3");
    if path.is_file() {
        found.path("database.path", &path, "found");
    } else {
        found.notes.push("no database found: set [database] path (SQLite) or url (PostgreSQL)".to_owned());
    }
}

/// `DATABASE_URL`, or the separate variables that projects use with python-decouple.
fn from_variables(project: &Project, found: &mut Detected) -> bool {
    let variable = |names: &[&'static str]| {
        names.iter().find_map(|name| {
            project.variables.get(*name).filter(|value| !value.is_empty()).map(|value| (*name, value.clone()))
        })
    };
    if let Some((_, text)) = variable(&["DATABASE_URL"]) {
        if let Some(rest) = text.strip_prefix("sqlite:///") {
            // dj-database-url: three slashes and a relative path, four and an absolute one.
            found.path("database.path", &project.backend.join(rest), "DATABASE_URL of .env");
            return true;
        }
        let server = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        // The password stays where it is: in .env, from where it is read when it is needed.
        if let Some(Ok((bare, _))) = server.map(|rest| password::strip(&format!("postgresql://{rest}"))) {
            found.add("database.url", bare, "DATABASE_URL of .env; the password is read from there");
            return true;
        }
        found.notes.push("DATABASE_URL of .env names a kind of database that is not known, or one whose password cannot be told from the rest".to_owned());
    }
    let engine = variable(&["DB_ENGINE", "DATABASE_ENGINE"]).map(|(_, value)| value).unwrap_or_default();
    let Some((key, name)) = variable(&["PGDATABASE", "DB_NAME", "POSTGRES_DB", "DATABASE_NAME"]) else {
        return false;
    };
    if engine.contains("sqlite") || name.contains("sqlite") {
        found.path("database.path", &project.backend.join(name), format!("{key} of .env"));
        return true;
    }
    let value = |names: &[&'static str], default: &str| {
        variable(names).map_or_else(|| default.to_owned(), |(_, value)| value)
    };
    let user = value(&["PGUSER", "DB_USER", "POSTGRES_USER", "DATABASE_USER"], "");
    let host = value(&["PGHOST", "DB_HOST", "POSTGRES_HOST", "DATABASE_HOST"], "localhost");
    let port = value(&["PGPORT", "DB_PORT", "POSTGRES_PORT", "DATABASE_PORT"], "5432");
    add_server(found, &user, &host, &port, &name, &format!("{key} of .env"));
    if let Some((password, _)) =
        variable(&["PGPASSWORD", "DB_PASSWORD", "POSTGRES_PASSWORD", "DATABASE_PASSWORD"])
    {
        found.add("database.password_variable", password, "set in .env, read from there");
    }
    true
}

/// The literal values of `DATABASES` in settings.py.
fn from_settings(project: &Project, found: &mut Detected) -> bool {
    let Some(text) = project.assignments.get("DATABASES") else { return false };
    let value = |key: &str| -> Option<String> {
        let (_, rest) =
            text.split_once(&format!("'{key}'")).or_else(|| text.split_once(&format!("\"{key}\"")))?;
        let expression = rest.trim_start().strip_prefix(':')?.lines().next()?.trim().trim_end_matches(',');
        match django_settings::resolve(expression, &project.variables) {
            Some(resolved) => Some(resolved.value),
            None => django_settings::strings(expression).pop(),
        }
    };
    let engine = value("ENGINE").unwrap_or_default();
    let Some(name) = value("NAME") else { return false };
    if engine.contains("sqlite") {
        found.path("database.path", &project.backend.join(name), "DATABASES of settings.py");
        return true;
    }
    if engine.contains("postgresql") || engine.contains("postgis") {
        let or = |key: &str, default: &str| {
            value(key).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        add_server(
            found,
            &or("USER", ""),
            &or("HOST", "localhost"),
            &or("PORT", "5432"),
            &name,
            "DATABASES of settings.py",
        );
        return true;
    }
    false
}

fn add_server(found: &mut Detected, user: &str, host: &str, port: &str, name: &str, reason: &str) {
    let encode = |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
    };
    let user = if user.is_empty() { String::new() } else { format!("{}@", encode(user)) };
    let host = if host.starts_with('/') { encode(host) } else { host.to_owned() };
    found.add("database.url", format!("postgresql://{user}{host}:{port}/{}", encode(name)), reason);
}
