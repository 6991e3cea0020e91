//! What Django's own check does not ask: hosts, CORS, tokens, secrets that stand in the file, logs that cannot be written.

use super::rule::Rule;
use super::rule::all;
use super::rule::any;
use super::rule::not;
use super::values::Values;
use crate::config::python::Value;
use crate::status::Status::Critical;
use crate::status::Status::Warning;
use std::path::Path;
use std::time::Duration;

/// Whether other sites' scripts may ask; only where the middleware that would let them is there.
fn cors_for_all(values: &Values) -> Option<bool> {
    let open = any(&[values.truth("CORS_ALLOW_ALL_ORIGINS"), values.truth("CORS_ORIGIN_ALLOW_ALL")]);
    all(&[values.items("MIDDLEWARE", |name| name.ends_with(".CorsMiddleware")), open])
}

/// Whether a text is none, or comes from the `.env`.
fn is_kept_apart(values: &Values, text: Option<&str>) -> bool {
    text.is_none_or(|text| text.is_empty() || values.is_from_env(text))
}

fn lives_at_most(values: &Values, key: &str, limit: Duration) -> Option<bool> {
    match values.get("SIMPLE_JWT") {
        Value::Unclear(_) => None,
        jwt => match jwt.get(key) {
            // Its own defaults are five minutes and a day.
            None => Some(true),
            Some(Value::Span(seconds)) => Some(*seconds <= limit.as_secs_f64()),
            Some(_) => None,
        },
    }
}

/// Files that the handlers of LOGGING write to lie in folders that are there.
fn log_folders_exist(values: &Values) -> Option<bool> {
    let logging = values.get("LOGGING");
    if logging.reason().is_some() {
        return None;
    }
    let Some(Value::Dictionary(handlers)) = logging.get("handlers") else {
        return Some(logging.get("handlers").is_none());
    };
    let folders: Vec<Option<bool>> = handlers
        .iter()
        .filter_map(|(_, handler)| match handler {
            Value::Unclear(_) => Some(None),
            handler => handler.get("filename").map(|name| match name {
                Value::Text(name) => Some(is_in_a_folder(Path::new(name))),
                Value::Path(name) => Some(is_in_a_folder(name)),
                _ => None,
            }),
        })
        .collect();
    all(&folders)
}

/// A relative one lies where the service was started, which cannot be told here.
fn is_in_a_folder(file: &Path) -> bool {
    file.is_relative() || file.parent().is_some_and(Path::is_dir)
}

fn database_passwords_are_kept_apart(values: &Values) -> Option<bool> {
    let databases = match values.get("DATABASES") {
        Value::None => return Some(true),
        Value::Dictionary(databases) => databases,
        _ => return None,
    };
    let each: Vec<Option<bool>> = databases
        .iter()
        .map(|(_, database)| match (database, database.get("PASSWORD")) {
            (Value::Unclear(_), _) | (_, Some(Value::Unclear(_))) => None,
            (_, password) => Some(is_kept_apart(values, password.and_then(Value::text))),
        })
        .collect();
    all(&each)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "",
        setting: "ALLOWED_HOSTS",
        status: Warning,
        passes: |values, _| not(values.lists("ALLOWED_HOSTS", "*")),
        message: "has `*`: links in mails and caches may be made to lead elsewhere",
        remedy: "name the site's hosts instead of `*`",
    },
    Rule {
        id: "",
        setting: "CORS_ALLOW_ALL_ORIGINS",
        status: Warning,
        passes: |values, _| any(&[not(cors_for_all(values)), values.truth("CORS_ALLOW_CREDENTIALS")]),
        message: "is on: scripts of every site may read the API's answers",
        remedy: "name the frontend's address in CORS_ALLOWED_ORIGINS instead",
    },
    Rule {
        id: "",
        setting: "CORS_ALLOW_CREDENTIALS",
        status: Critical,
        passes: |values, _| not(all(&[cors_for_all(values), values.truth("CORS_ALLOW_CREDENTIALS")])),
        message: "is on for all origins: scripts of every site act in the name of who is logged in",
        remedy: "name the frontend's address in CORS_ALLOWED_ORIGINS, and take CORS_ALLOW_ALL_ORIGINS out",
    },
    Rule {
        id: "",
        setting: "CSRF_TRUSTED_ORIGINS",
        status: Warning,
        passes: |values, _| {
            not(values.items("CSRF_TRUSTED_ORIGINS", |origin| matches!(origin, "https://*" | "http://*")))
        },
        message: "trusts every site",
        remedy: "name the site's own addresses",
    },
    Rule {
        id: "",
        setting: "SECRET_KEY",
        status: Warning,
        passes: |values, _| match values.get("SECRET_KEY") {
            Value::Unclear(_) => None,
            value => Some(is_kept_apart(values, value.text())),
        },
        message: "stands in the settings themselves: whoever reads the code has it",
        remedy: "set a new one in the .env, and read it with config('SECRET_KEY') without a default",
    },
    Rule {
        id: "",
        setting: "DATABASES",
        status: Warning,
        passes: |values, _| database_passwords_are_kept_apart(values),
        message: "has a password in the settings themselves: whoever reads the code has it",
        remedy: "change the password, and read it from the .env",
    },
    Rule {
        id: "",
        setting: "EMAIL_HOST_PASSWORD",
        status: Warning,
        passes: |values, _| match values.get("EMAIL_HOST_PASSWORD") {
            Value::Unclear(_) => None,
            value => Some(is_kept_apart(values, value.text())),
        },
        message: "stands in the settings themselves: whoever reads the code has it",
        remedy: "change the password, and read it from the .env",
    },
    Rule {
        id: "",
        setting: "AUTH_PASSWORD_VALIDATORS",
        status: Warning,
        passes: |values, _| values.truth("AUTH_PASSWORD_VALIDATORS"),
        message: "is empty: any password will do for an administrator",
        remedy: "put the four validators back that `django-admin startproject` writes",
    },
    Rule {
        id: "",
        setting: "PASSWORD_HASHERS",
        status: Critical,
        passes: |values, _| {
            let Value::List(hashers) = values.get("PASSWORD_HASHERS") else { return None };
            match hashers.first() {
                None => Some(true),
                Some(first) => first.text().map(|name| {
                    !["MD5", "SHA1", "Crypt"].iter().any(|weak| name.contains(weak))
                        || name.contains("PBKDF2")
                }),
            }
        },
        message: "begins with one that a stolen database gives the passwords away with",
        remedy: "take the setting out: Django's default is PBKDF2",
    },
    Rule {
        id: "",
        setting: "SESSION_SERIALIZER",
        status: Critical,
        passes: |values, _| match values.get("SESSION_SERIALIZER") {
            Value::Unclear(_) => None,
            value => Some(!value.text().is_some_and(|name| name.contains("Pickle"))),
        },
        message: "is pickle: whoever knows SECRET_KEY runs code on this machine",
        remedy: "take the setting out: Django's default is JSON",
    },
    Rule {
        id: "",
        setting: "SESSION_COOKIE_SAMESITE",
        status: Warning,
        passes: |values, _| match values.get("SESSION_COOKIE_SAMESITE") {
            Value::Unclear(_) => None,
            value => {
                Some(!matches!(value, Value::Boolean(false) | Value::None) && value.text() != Some("None"))
            }
        },
        message: "lets other sites send the session along",
        remedy: "set it to 'Lax', which is Django's default",
    },
    Rule {
        id: "",
        setting: "FILE_UPLOAD_PERMISSIONS",
        status: Warning,
        passes: |values, _| match values.get("FILE_UPLOAD_PERMISSIONS") {
            Value::Integer(mode) => Some(mode & 0o133 == 0),
            Value::None => Some(true),
            _ => None,
        },
        message: "lets uploads be executed, or written by others",
        remedy: "set it to 0o644, which is Django's default",
    },
    Rule {
        id: "",
        setting: "SIMPLE_JWT.ACCESS_TOKEN_LIFETIME",
        status: Warning,
        passes: |values, limits| lives_at_most(values, "ACCESS_TOKEN_LIFETIME", limits.access_token),
        message: "is long: a stolen token serves for all that time",
        remedy: "minutes are enough where refresh tokens are used; the limit is [security] access_token",
    },
    Rule {
        id: "",
        setting: "SIMPLE_JWT.REFRESH_TOKEN_LIFETIME",
        status: Warning,
        passes: |values, limits| lives_at_most(values, "REFRESH_TOKEN_LIFETIME", limits.refresh_token),
        message: "is long: a stolen token serves for all that time",
        remedy: "days are enough, with ROTATE_REFRESH_TOKENS; the limit is [security] refresh_token",
    },
    Rule {
        id: "",
        setting: "REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES",
        status: Warning,
        passes: |values, _| {
            let framework = values.lists("INSTALLED_APPS", "rest_framework");
            let framework_settings = values.get("REST_FRAMEWORK");
            let open = match framework_settings.get("DEFAULT_PERMISSION_CLASSES") {
                _ if framework_settings.reason().is_some() => None,
                None => Some(true),
                Some(Value::List(classes)) => {
                    Some(classes.iter().filter_map(Value::text).all(|name| name.ends_with(".AllowAny")))
                }
                Some(_) => None,
            };
            not(all(&[framework, open]))
        },
        message: "lets everybody write by each view that does not say otherwise",
        remedy: "set it to rest_framework.permissions.IsAuthenticatedOrReadOnly",
    },
    Rule {
        id: "",
        setting: "LOGGING",
        status: Critical,
        passes: |values, _| log_folders_exist(values),
        message: "writes to a folder that is not there: Django does not start",
        remedy: "create the folder for the service's user, or take another: sitekeep logs config",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_file_needs_its_folder() {
        assert!(is_in_a_folder(Path::new("/tmp/x.log")) && is_in_a_folder(Path::new("x.log")));
        assert!(!is_in_a_folder(Path::new("/no/such/folder/x.log")));
    }
}
