//! Where the database's password comes from: never a flag, never the configuration file.

use super::Config;
use super::Environment;
use super::Origin;
use super::Secret;
use super::env_file;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use std::path::Path;
use url::Url;

/// Name of the credential that a systemd unit may load (`LoadCredential=database-password:…`).
const CREDENTIAL: &str = "database-password";

/// Puts the password of a PostgreSQL server into the settings, from the first source that has one:
/// `SITEKEEP_DATABASE__PASSWORD`, the URL, `$CREDENTIALS_DIRECTORY`, `password_file`, `PGPASSWORD`, the site's `.env`.
///
/// # Errors
/// When a file that was named cannot be read.
pub(super) fn find(config: &mut Config, environment: &Environment) -> Result<Option<Origin>> {
    let Some(url) = &config.database.url else { return Ok(None) };
    let in_url = Url::parse(url).ok().and_then(|mut url| {
        let password = url.password()?.to_owned();
        // A URL with a host can lose its password.
        url.set_password(None).ok()?;
        Some((url.to_string(), percent_decoded(&password)))
    });
    if let Some((url, password)) = in_url {
        config.database.url = Some(url);
        if config.database.password.is_none() {
            config.database.password = Some(Secret::new(password));
            return Ok(Some(Origin::Source("[database] url".to_owned())));
        }
    }
    if config.database.password.is_some() {
        return Ok(None);
    }
    let credential =
        environment.get("CREDENTIALS_DIRECTORY").map(|folder| Path::new(folder).join(CREDENTIAL));
    let mut found = None;
    if let Some(path) = credential.filter(|path| path.exists()) {
        found = Some((first_line(&path)?, path.display().to_string()));
    } else if let Some(path) = &config.database.password_file {
        found = Some((first_line(path)?, path.display().to_string()));
    } else if let Some(password) = environment.get("PGPASSWORD") {
        found = Some((password.to_owned(), "environment PGPASSWORD".to_owned()));
    } else if let Some(path) = config.site.env_file.as_deref().filter(|path| path.exists()) {
        let variables = env_file::read(path).map_err(|error| unreadable(path, &error))?;
        let password = variables.get(&config.database.password_variable).cloned().or_else(|| {
            let url = Url::parse(variables.get("DATABASE_URL")?).ok()?;
            url.password().map(percent_decoded)
        });
        found = password.map(|password| (password, path.display().to_string()));
    }
    Ok(found.map(|(password, source)| {
        config.database.password = Some(Secret::new(password));
        Origin::Source(source)
    }))
}

fn first_line(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error.into()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn unreadable(path: &Path, error: &anyhow::Error) -> anyhow::Error {
    Error::new(
        Kind::Config,
        format!("read the database's password from {}: {}", path.display(), error.root_cause()),
    )
    .hint("let the user that runs sitekeep read it, and nobody else (mode 0600)")
    .into()
}

fn percent_decoded(text: &str) -> String {
    let query = format!("p={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(_, value)| value.into_owned())
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
}
