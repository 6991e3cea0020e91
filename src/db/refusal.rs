//! PostgreSQL's errors in words, with the way out and the exit code that each deserves.

use crate::error::Error;
use crate::error::Kind;
use std::io::ErrorKind;

/// The server's answer as an error of ours.
pub(super) fn told(error: &tokio_postgres::Error) -> anyhow::Error {
    anyhow::anyhow!("PostgreSQL: {}", detail(error))
}

/// The words of the whole chain: the outermost alone is only "db error".
pub(super) fn detail(error: &tokio_postgres::Error) -> String {
    if let Some(answer) = error.as_db_error() {
        return answer.message().to_owned();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let part = cause.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        source = cause.source();
    }
    text
}

/// A server that does not listen and a database that is not there are known to be broken; all else leaves it open.
pub(super) fn refuse(error: &tokio_postgres::Error, password_problem: Option<&str>) -> anyhow::Error {
    let code = error.code().map_or("", tokio_postgres::error::SqlState::code);
    let (kind, hint) = match code {
        "28P01" | "28000" => (
            Kind::Undetermined,
            "the user or password is wrong: give the password in SITEKEEP_DATABASE__PASSWORD, [database] password_file or the site's .env",
        ),
        "3D000" => (Kind::Failed, "the database is not there: check its name in [database] url"),
        "53300" => {
            (Kind::Undetermined, "the server has no connection left: close some, or raise max_connections")
        }
        _ => (
            if nothing_listens(error) { Kind::Failed } else { Kind::Undetermined },
            "check that the server runs and that [database] url names its host and port",
        ),
    };
    let problem =
        password_problem.map_or(String::new(), |problem| format!("; the password was not read: {problem}"));
    Error::new(kind, format!("connect to PostgreSQL: {}{problem}", detail(error))).hint(hint).into()
}

fn nothing_listens(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<std::io::Error>() {
            // The second is a socket in a folder, which a server that runs would have made.
            return matches!(cause.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound);
        }
        source = cause.source();
    }
    false
}

/// A statement that failed.
pub(super) fn fail(error: &tokio_postgres::Error) -> anyhow::Error {
    let code = error.code().map_or("", tokio_postgres::error::SqlState::code);
    match code {
        "42501" => Error::new(Kind::Undetermined, format!("PostgreSQL: {}", detail(error)))
                    .hint("let the role of [database] url read the tables: GRANT SELECT ON ALL TABLES IN SCHEMA public TO role")
                    .into(),
                "57014" | "55P03" => Error::new(Kind::Undetermined, format!("PostgreSQL: {}", detail(error)))
            .hint("the database is busy or locked: look at pg_stat_activity, or raise [database] timeout")
            .into(),
        _ => anyhow::anyhow!("PostgreSQL: {}", detail(error)),
    }
}
