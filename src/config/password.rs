//! Where passwords come from: never a flag, never the configuration file, and never shown.

use super::Config;
use super::Environment;
use super::Origin;
use super::Secret;
use super::env_file;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use regex::Regex;
use std::path::Path;

/// Name of the credential that a systemd unit may load (`LoadCredential=database-password:…`).
const CREDENTIAL: &str = "database-password";

/// Puts the password of a PostgreSQL server into the settings, from the first source that has one:
/// `SITEKEEP_DATABASE__PASSWORD`, the URL, `$CREDENTIALS_DIRECTORY`, `password_file`, `PGPASSWORD`, the site's `.env`.
///
/// The URL loses its password, so that it can be shown.
///
/// # Errors
/// When a file that was named cannot be read, or the URL cannot be rid of its password.
pub(super) fn find(config: &mut Config, environment: &Environment) -> Result<Option<Origin>> {
    let Some(url) = &config.database.url else { return Ok(None) };
    let (bare, in_url) = strip(url)?;
    config.database.url = Some(bare);
    if config.database.password.is_some() {
        return Ok(None);
    }
    let credential =
        environment.get("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder).join(CREDENTIAL));
    let mut found = None;
    if let Some(password) = in_url {
        found = Some((password, "[database] url".to_owned()));
    } else if let Some(path) = credential.filter(|path| path.exists()) {
        found = Some((first_line(&path)?, path.display().to_string()));
    } else if let Some(path) = &config.database.password_file {
        found = Some((first_line(path)?, path.display().to_string()));
    } else if let Some(password) = environment.get("PGPASSWORD") {
        found = Some((password.to_owned(), "environment PGPASSWORD".to_owned()));
    } else if let Some(path) = config.site.env_file() {
        match env_file::read(&path) {
            Ok(variables) => {
                let password = variables
                    .get(&config.database.password_variable)
                    .cloned()
                    .or_else(|| strip(variables.get("DATABASE_URL")?).ok()?.1);
                found = password.map(|password| (password, path.display().to_string()));
            }
            // The server may want no password at all: told only when it does.
            Err(error) => config.database.password_problem = Some(crate::error::one_line(&error)),
        }
    }
    Ok(found.map(|(password, source)| {
        config.database.password = Some(Secret::new(password));
        Origin::Source(source)
    }))
}

/// Parts an address or a list of `key=value` pairs into itself without the password, and the password.
///
/// # Errors
/// When the text is no address, or the password cannot be told from the rest; the message does not repeat the text.
pub(super) fn strip(text: &str) -> Result<(String, Option<String>)> {
    // What the client itself takes for the password decides; what it cannot read may hold one all the same.
    if text.parse::<postgres::Config>().is_err() {
        return Err(Error::new(Kind::Config, "database.url: it is no address of a PostgreSQL server")
            .hint("write postgresql://USER@HOST:5432/NAME; signs such as / @ : # ? % in a part as %2F %40 %3A %23 %3F %25")
            .into());
    }
    let Some(password) = password_of(text) else { return Ok((text.to_owned(), None)) };
    let mut bare = text.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        let (user, rest) = rest.split_once('@').unwrap_or(("", rest));
        let user = user.split(':').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        bare = format!("{scheme}://{user}{at}{rest}");
    }
    for pattern in [r"([?&])password=[^&]*&?", r"(^|\s)password\s*=\s*(?:'(?:[^'\\]|\\.)*'|\S+)"] {
        bare = Regex::new(pattern)?.replace_all(&bare, "$1").trim_end_matches(['?', '&']).trim().to_owned();
    }
    if password_of(&bare).is_some() || bare.contains(&password) {
        return Err(Error::new(
            Kind::Config,
            "database.url: the password cannot be told from the rest of the address",
        )
        .hint(
            "write the address without it, and put it alone into a file that [database] password_file names",
        )
        .into());
    }
    Ok((bare, Some(password)))
}

fn password_of(text: &str) -> Option<String> {
    let parsed: postgres::Config = text.parse().ok()?;
    parsed.get_password().map(|password| String::from_utf8_lossy(password).into_owned())
}

/// Puts the keys of the notifications into the settings, where the environment gave none: from
/// `$CREDENTIALS_DIRECTORY`, else from the file that is named. One that cannot be read is told when it is needed.
pub(super) fn find_keys(config: &mut Config, environment: &Environment) -> Vec<(&'static str, Origin)> {
    let (email, webhook) = (&mut config.notifications.email, &mut config.notifications.webhook);
    let mut origins = Vec::new();
    for (key, credential, file, secret, problem) in [
        (
            "notifications.email.password",
            "smtp-password",
            &email.password_file,
            &mut email.password,
            &mut email.password_problem,
        ),
        (
            "notifications.webhook.token",
            "webhook-token",
            &webhook.token_file,
            &mut webhook.token,
            &mut webhook.token_problem,
        ),
    ] {
        let credential =
            environment.get("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder).join(credential));
        let credential = credential.filter(|path| path.exists());
        let Some(path) = credential.as_ref().or(file.as_ref()).filter(|_| secret.is_none()) else { continue };
        match first_line(path) {
            // systemd hands an empty one to an alert where the file is gone.
            Ok(found) if found.is_empty() => *problem = Some(format!("{} is empty", path.display())),
            Ok(found) => {
                *secret = Some(Secret::new(found));
                origins.push((key, Origin::Source(path.display().to_string())));
            }
            Err(error) => *problem = Some(crate::error::one_line(&error)),
        }
    }
    origins
}

/// Puts the credentials of a systemd unit in the place of the files that restic is given: it reads them itself.
pub(super) fn find_files(config: &mut Config, environment: &Environment) -> Vec<(&'static str, Origin)> {
    let remote = &mut config.remote;
    let mut origins = Vec::new();
    for (key, credential, file) in [
        ("remote.password_file", "restic-password", &mut remote.password_file),
        ("remote.credentials_file", "restic-credentials", &mut remote.credentials_file),
    ] {
        let path = environment.get("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder).join(credential));
        let Some(path) = path.filter(|path| path.exists()) else { continue };
        origins.push((key, Origin::Source(path.display().to_string())));
        *file = Some(path);
    }
    origins
}

fn first_line(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::new(Kind::Config, format!("read a password from {}: {error}", path.display()))
            .hint("let the user that runs sitekeep read it, and nobody else (mode 0600)")
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fs::write_atomic;

    fn found(config: &Config, variables: &[(&str, &str)]) -> Option<String> {
        let environment = Environment {
            variables: variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..Environment::default()
        };
        let mut config = config.clone();
        find(&mut config, &environment).expect("readable");
        assert!(!format!("{config:?}").contains("p@ss"), "a password is shown");
        config.database.password.map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn the_nearest_source_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            write_atomic(&path, text.as_bytes(), 0o600).expect("write");
            path
        };
        let mut config = Config::default();
        assert_eq!(found(&config, &[("PGPASSWORD", "unused")]), None);
        config.database.url = Some("postgresql://shop@db/shop".into());
        config.site.env_file = Some(file(".env", "PGPASSWORD=p@ss-env\n"));
        assert_eq!(found(&config, &[]).as_deref(), Some("p@ss-env"));
        assert_eq!(found(&config, &[("PGPASSWORD", "p@ss-pg")]).as_deref(), Some("p@ss-pg"));
        config.database.password_file = Some(file("password", "p@ss-file\n"));
        assert_eq!(found(&config, &[("PGPASSWORD", "p@ss-pg")]).as_deref(), Some("p@ss-file"));
        file(CREDENTIAL, "p@ss-credential");
        let credentials = folder.path().display().to_string();
        assert_eq!(
            found(&config, &[("CREDENTIALS_DIRECTORY", &credentials)]).as_deref(),
            Some("p@ss-credential")
        );
        config.database.url = Some("postgresql://shop:p%40ss-url@db/shop".into());
        assert_eq!(found(&config, &[]).as_deref(), Some("p@ss-url"));
    }

    #[test]
    fn every_spelling_of_an_address_loses_its_password() {
        for (text, bare) in [
            ("postgresql://u:canary@h:5432/d", "postgresql://u@h:5432/d"),
            ("postgresql://u:canary@h1:5432,h2:5432/d", "postgresql://u@h1:5432,h2:5432/d"),
            ("postgresql://u:canary@/d?host=/run/postgresql", "postgresql://u@/d?host=/run/postgresql"),
            ("postgresql://u@h/d?password=canary&connect_timeout=3", "postgresql://u@h/d?connect_timeout=3"),
            ("postgresql://u@h/d?password=canary", "postgresql://u@h/d"),
            ("host=h user=u password=canary dbname=d", "host=h user=u dbname=d"),
            ("host=h user=u password = 'canary \\' x' dbname=d", "host=h user=u dbname=d"),
        ] {
            let (stripped, password) = strip(text).expect(text);
            assert_eq!(stripped.split_whitespace().collect::<Vec<_>>().join(" "), bare);
            assert!(password.is_some_and(|password| password.starts_with("canary")), "{text}");
        }
        assert_eq!(strip("postgresql://u@h/d").expect("plain"), ("postgresql://u@h/d".to_owned(), None));
    }

    #[test]
    fn an_env_file_that_cannot_be_read_is_told_only_by_the_server_that_wants_a_password() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(".env");
        write_atomic(&path, b"PGPASSWORD=\xff\n", 0o600).expect("write");
        let mut config = Config::default();
        config.database.url = Some("postgresql:///shop".into());
        config.site.env_file = Some(path);
        assert_eq!(find(&mut config, &Environment::default()).expect("no error"), None);
        assert!(config.database.password_problem.is_some());
    }
}
