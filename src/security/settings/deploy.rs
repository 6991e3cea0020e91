//! The rules of `manage.py check --deploy`, by Django's own names (`django/core/checks/security/`).

use super::rule::Rule;
use super::rule::all;
use super::rule::any;
use super::rule::not;
use super::values::Values;
use crate::config::python::Value;
use crate::status::Status::Critical;
use crate::status::Status::Warning;

const SECURITY: &str = "django.middleware.security.SecurityMiddleware";
const FRAMES: &str = "django.middleware.clickjacking.XFrameOptionsMiddleware";
const CSRF: &str = "django.middleware.csrf.CsrfViewMiddleware";
const SESSIONS: &str = "django.contrib.sessions.middleware.SessionMiddleware";

fn has(values: &Values, middleware: &str) -> Option<bool> {
    values.lists("MIDDLEWARE", middleware)
}

/// Holds where the security middleware, which would do it, is not there: that is told by itself.
fn by_middleware(values: &Values, passes: Option<bool>) -> Option<bool> {
    any(&[not(has(values, SECURITY)), passes])
}

/// Whether a key is long and random enough, as Django has it.
fn strong(key: &str) -> bool {
    let distinct: std::collections::BTreeSet<char> = key.chars().collect();
    key.chars().count() >= 50 && distinct.len() >= 5 && !key.starts_with("django-insecure-")
}

fn sessions(values: &Values, flag: &str, app: bool, middleware: bool) -> Option<bool> {
    let uses = |wanted: bool, used: Option<bool>| if wanted { used } else { not(used) };
    let of_app = uses(app, values.lists("INSTALLED_APPS", "django.contrib.sessions"));
    let of_middleware = uses(middleware, has(values, SESSIONS));
    any(&[values.is_true(flag), not(all(&[of_app, of_middleware]))])
}

const POLICIES: &[&str] = &[
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
];

fn referrer_policies_are_known(values: &Values) -> Option<bool> {
    match values.get("SECURE_REFERRER_POLICY") {
        Value::None => Some(true),
        Value::Text(text) => Some(text.split(',').all(|policy| POLICIES.contains(&policy.trim()))),
        Value::List(_) => not(values.items("SECURE_REFERRER_POLICY", |policy| !POLICIES.contains(&policy))),
        Value::Unclear(_) => None,
        _ => Some(false),
    }
}

const COOKIE: &str = "set it to True: visitors come by https";
const MIDDLEWARE: &str = "put it back into MIDDLEWARE, as `django-admin startproject` writes it";

pub(in crate::security) const RULES: &[Rule] = &[
    Rule {
        id: "security.W018",
        setting: "DEBUG",
        status: Critical,
        passes: |values, _| not(values.truth("DEBUG")),
        message: "is on: error pages show code and settings to visitors",
        remedy: "set DEBUG=False in the .env and restart the site",
    },
    Rule {
        id: "security.W009",
        setting: "SECRET_KEY",
        status: Critical,
        passes: |values, _| match values.get("SECRET_KEY") {
            Value::Unclear(_) => None,
            value => Some(value.text().is_some_and(strong)),
        },
        message: "is Django's insecure one, or short: whoever knows it signs sessions and password resets",
        remedy: "python -c 'from django.core.management.utils import get_random_secret_key as k; print(k())', then SECRET_KEY=… in the .env; everybody logs in anew",
    },
    Rule {
        id: "security.W025",
        setting: "SECRET_KEY_FALLBACKS",
        status: Warning,
        passes: |values, _| not(values.items("SECRET_KEY_FALLBACKS", |key| !strong(key))),
        message: "holds a weak key, which still signs",
        remedy: "take weak keys out of it",
    },
    Rule {
        id: "security.W020",
        setting: "ALLOWED_HOSTS",
        status: Warning,
        passes: |values, _| values.truth("ALLOWED_HOSTS"),
        message: "is empty: without DEBUG the site answers nobody",
        remedy: "name the site's hosts",
    },
    Rule {
        id: "security.W001",
        setting: "MIDDLEWARE",
        status: Warning,
        passes: |values, _| has(values, SECURITY),
        message: "has no SecurityMiddleware: none of the SECURE_ settings works",
        remedy: MIDDLEWARE,
    },
    Rule {
        id: "security.W002",
        setting: "MIDDLEWARE",
        status: Warning,
        passes: |values, _| has(values, FRAMES),
        message: "has no XFrameOptionsMiddleware: other sites may show this one in a frame",
        remedy: MIDDLEWARE,
    },
    Rule {
        id: "security.W003",
        setting: "MIDDLEWARE",
        status: Critical,
        passes: |values, _| has(values, CSRF),
        message: "has no CsrfViewMiddleware: other sites may act in the name of who is logged in",
        remedy: MIDDLEWARE,
    },
    Rule {
        id: "security.W004",
        setting: "SECURE_HSTS_SECONDS",
        status: Warning,
        passes: |values, _| by_middleware(values, values.truth("SECURE_HSTS_SECONDS")),
        message: "is not set: browsers do not insist on https",
        remedy: "once all of the site is on https, begin with 3600 and end with 31536000",
    },
    Rule {
        id: "security.W005",
        setting: "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        status: Warning,
        passes: |values, _| {
            let off = not(values.truth("SECURE_HSTS_SECONDS"));
            by_middleware(values, any(&[off, values.is_true("SECURE_HSTS_INCLUDE_SUBDOMAINS")]))
        },
        message: "is off: a subdomain without https weakens the rest",
        remedy: "set it to True when all subdomains are on https",
    },
    Rule {
        id: "security.W021",
        setting: "SECURE_HSTS_PRELOAD",
        status: Warning,
        passes: |values, _| {
            let off = not(values.truth("SECURE_HSTS_SECONDS"));
            by_middleware(values, any(&[off, values.is_true("SECURE_HSTS_PRELOAD")]))
        },
        message: "is off: the site cannot be on the browsers' preload list",
        remedy: "set it to True when you are sure of https for good",
    },
    Rule {
        id: "security.W006",
        setting: "SECURE_CONTENT_TYPE_NOSNIFF",
        status: Warning,
        passes: |values, _| by_middleware(values, values.is_true("SECURE_CONTENT_TYPE_NOSNIFF")),
        message: "is off: browsers guess the type of an upload and may run it",
        remedy: "set it to True, which is Django's default",
    },
    Rule {
        id: "security.W008",
        setting: "SECURE_SSL_REDIRECT",
        status: Warning,
        passes: |values, _| by_middleware(values, values.is_true("SECURE_SSL_REDIRECT")),
        message: "is off: Django itself does not send visitors to https",
        remedy: "set it to True, with SECURE_PROXY_SSL_HEADER behind a proxy; where the proxy redirects, acknowledge this",
    },
    Rule {
        id: "security.W010",
        setting: "SESSION_COOKIE_SECURE",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_SECURE", true, false),
        message: "is off: session cookies travel by plain http too",
        remedy: COOKIE,
    },
    Rule {
        id: "security.W011",
        setting: "SESSION_COOKIE_SECURE",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_SECURE", false, true),
        message: "is off: session cookies travel by plain http too",
        remedy: COOKIE,
    },
    Rule {
        id: "security.W012",
        setting: "SESSION_COOKIE_SECURE",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_SECURE", true, true),
        message: "is off: session cookies travel by plain http too",
        remedy: COOKIE,
    },
    Rule {
        id: "security.W013",
        setting: "SESSION_COOKIE_HTTPONLY",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_HTTPONLY", true, false),
        message: "is off: any script of a page can take the session",
        remedy: "set it to True, which is Django's default",
    },
    Rule {
        id: "security.W014",
        setting: "SESSION_COOKIE_HTTPONLY",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_HTTPONLY", false, true),
        message: "is off: any script of a page can take the session",
        remedy: "set it to True, which is Django's default",
    },
    Rule {
        id: "security.W015",
        setting: "SESSION_COOKIE_HTTPONLY",
        status: Warning,
        passes: |values, _| sessions(values, "SESSION_COOKIE_HTTPONLY", true, true),
        message: "is off: any script of a page can take the session",
        remedy: "set it to True, which is Django's default",
    },
    Rule {
        id: "security.W016",
        setting: "CSRF_COOKIE_SECURE",
        status: Warning,
        passes: |values, _| {
            any(&[
                values.truth("CSRF_USE_SESSIONS"),
                not(has(values, CSRF)),
                values.is_true("CSRF_COOKIE_SECURE"),
            ])
        },
        message: "is off: the CSRF cookie travels by plain http too",
        remedy: COOKIE,
    },
    Rule {
        id: "security.W019",
        setting: "X_FRAME_OPTIONS",
        status: Warning,
        passes: |values, _| {
            let denies = match values.get("X_FRAME_OPTIONS") {
                Value::Unclear(_) => None,
                value => Some(value.text() == Some("DENY")),
            };
            any(&[not(has(values, FRAMES)), denies])
        },
        message: "is not DENY: pages may be shown in frames",
        remedy: "set it to 'DENY', unless the site frames itself",
    },
    Rule {
        id: "security.W022",
        setting: "SECURE_REFERRER_POLICY",
        status: Warning,
        passes: |values, _| {
            let is_none = match values.get("SECURE_REFERRER_POLICY") {
                Value::Unclear(_) => None,
                value => Some(value == Value::None),
            };
            by_middleware(values, not(is_none))
        },
        message: "is None: other sites learn which page a visitor came from",
        remedy: "set it to 'same-origin', which is Django's default",
    },
    Rule {
        id: "security.E023",
        setting: "SECURE_REFERRER_POLICY",
        status: Warning,
        passes: |values, _| by_middleware(values, referrer_policies_are_known(values)),
        message: "names a policy that there is none of",
        remedy: "set it to 'same-origin', which is Django's default",
    },
    Rule {
        id: "security.E024",
        setting: "SECURE_CROSS_ORIGIN_OPENER_POLICY",
        status: Warning,
        passes: |values, _| {
            let known = match values.get("SECURE_CROSS_ORIGIN_OPENER_POLICY") {
                Value::Unclear(_) => None,
                Value::None => Some(true),
                value => Some(value.text().is_some_and(|text| {
                    ["same-origin", "same-origin-allow-popups", "unsafe-none"].contains(&text)
                })),
            };
            by_middleware(values, known)
        },
        message: "names a policy that there is none of",
        remedy: "set it to 'same-origin', which is Django's default",
    },
];
