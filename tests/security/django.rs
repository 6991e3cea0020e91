//! Real Django beside the reading of the text: the same judgement of many variants of settings, line by line.

use super::configure;
use super::settings::HARDENED;
use super::settings::KEY;
use super::site;
use crate::django::python;
use std::path::Path;
use std::process::Command;

const MANAGE: &str = "import os, sys
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
";

/// What `from decouple import config, Csv` needs, as python-decouple has it.
const DECOUPLE: &str = "
import os
def read():
    found = {}
    for line in open(os.path.join(os.path.dirname(__file__), '.env')):
        if '=' in line:
            key, value = line.strip().split('=', 1)
            found[key] = value
    return found
class Csv:
    def __call__(self, value):
        return [part.strip() for part in value.split(',') if part.strip()]
missing = object()
def config(name, default=missing, cast=lambda value: value):
    value = read().get(name, default)
    if value is missing:
        raise KeyError(name)
    if cast is bool:
        return value if isinstance(value, bool) else value.lower() in ('true', '1', 'yes', 'on', 't', 'y')
    return cast(value)
";

/// Lines that are put behind the hardened settings, one variant each.
const VARIANTS: &[&str] = &[
    "",
    "DEBUG = True",
    "SECRET_KEY = 'django-insecure-' + 'a1b2c3d4e5' * 6",
    "SECRET_KEY = 'short'",
    "SECRET_KEY = 'a' * 60",
    "SECRET_KEY = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
    "SECRET_KEY_FALLBACKS = ['old']",
    "ALLOWED_HOSTS = []",
    "ALLOWED_HOSTS = ['*']",
    "MIDDLEWARE = [m for m in MIDDLEWARE]",
    "MIDDLEWARE = MIDDLEWARE[1:]",
    "MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware']\nSECURE_HSTS_SECONDS = 0",
    "MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware']\nCSRF_COOKIE_SECURE = False",
    "SECURE_HSTS_SECONDS = 0",
    "SECURE_HSTS_SECONDS = 3600\nSECURE_HSTS_INCLUDE_SUBDOMAINS = False\nSECURE_HSTS_PRELOAD = False",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS = 1",
    "SECURE_CONTENT_TYPE_NOSNIFF = False",
    "SECURE_SSL_REDIRECT = False",
    "SECURE_SSL_REDIRECT = DEBUG",
    "SESSION_COOKIE_SECURE = False",
    "SESSION_COOKIE_SECURE = 'yes'",
    "SESSION_COOKIE_SECURE = False\nINSTALLED_APPS.remove('django.contrib.sessions')\nINSTALLED_APPS.remove('django.contrib.admin')",
    "SESSION_COOKIE_HTTPONLY = False",
    "CSRF_COOKIE_SECURE = False",
    "CSRF_COOKIE_SECURE = False\nCSRF_USE_SESSIONS = True",
    "X_FRAME_OPTIONS = 'SAMEORIGIN'",
    "SECURE_REFERRER_POLICY = None",
    "SECURE_REFERRER_POLICY = 'same-origin, origin'",
    "SECURE_REFERRER_POLICY = ['same-origin', 'nonsense']",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY = 'nonsense'",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY = None",
    "DEBUG = config('UNSET', default=True, cast=bool)",
    "if DEBUG:\n    X_FRAME_OPTIONS = 'x'\nelse:\n    SECURE_HSTS_SECONDS = 0",
    "for name in ('a',):\n    DEBUG = False",
];

/// Identifiers that Django itself tells.
fn theirs(python: &Path, folder: &Path) -> Vec<String> {
    let output = Command::new(python)
        .args(["manage.py", "check", "--deploy", "--tag", "security"])
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let ids = text.split('(').filter_map(|part| part.split_once(')')).map(|(id, _)| id);
    let mut ids: Vec<String> = ids.filter(|id| id.starts_with("security.")).map(ToOwned::to_owned).collect();
    assert!(output.status.success() || !ids.is_empty(), "{text}");
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn the_text_is_judged_as_django_judges_it() {
    let Some(python) = python() else { return };
    let sandbox = site("");
    sandbox.write("backend/manage.py", MANAGE);
    sandbox.write("backend/decouple.py", DECOUPLE);
    sandbox.write("backend/shop/__init__.py", "");
    sandbox.write("backend/shop/urls.py", "urlpatterns = []\n");
    sandbox.write("backend/.env", &format!("SECRET_KEY={KEY}\n"));
    let mut clear = 0;
    for variant in VARIANTS {
        sandbox.write("backend/shop/settings.py", &format!("{HARDENED}\n{variant}\n"));
        let report = super::audit(&sandbox, "settings").json();
        let mut ours = Vec::new();
        let mut unclear = String::new();
        for finding in report["findings"].as_array().unwrap() {
            if finding["status"] == "unknown" {
                unclear += &finding["data"]["settings"].to_string();
            }
            ours.extend(finding["data"]["django"].as_str().map(ToOwned::to_owned));
        }
        ours.sort();
        let theirs = theirs(&python, &sandbox.path("backend"));
        if unclear.is_empty() {
            clear += 1;
            assert_eq!(ours, theirs, "{variant}\n{report}");
        } else {
            // What the text does not tell is left to Django, and nothing else differs.
            assert!(ours.iter().all(|id| theirs.contains(id)), "{variant}: {ours:?} {theirs:?}");
        }
    }
    assert!(clear * 4 >= VARIANTS.len() * 3, "only {clear} variants were clear");
}

#[test]
fn djangos_own_check_is_run_only_when_it_is_asked_for() {
    let Some(python) = python() else { return };
    let sandbox = site(&format!("{HARDENED}\nopen(BASE_DIR / 'canary', 'w')\n"));
    sandbox.write("backend/manage.py", MANAGE);
    sandbox.write("backend/decouple.py", DECOUPLE);
    sandbox.write("backend/shop/__init__.py", "");
    sandbox.write("backend/shop/urls.py", "urlpatterns = []\n");
    sandbox.write("backend/.env", &format!("SECRET_KEY={KEY}\n"));
    configure(&sandbox, &format!("[security]\npython = {:?}\n", python.display().to_string()));
    let audit = |parts: &str| sandbox.run(&["security", "audit", "--with-django", "--only", parts]);
    sandbox.run(&["security", "audit", "--only", "settings"]).exits(0);
    assert!(!sandbox.path("backend/canary").exists());
    audit("django").exits(0).says("agrees with the text of the settings");
    assert!(sandbox.path("backend/canary").exists());
    // The service's environment decides otherwise than the text.
    sandbox.write("backend/shop/settings.py", &format!("{HARDENED}\nfrom .local import *\n"));
    sandbox.write("backend/shop/local.py", "DEBUG = True\nSESSION_COOKIE_SECURE = False\n");
    audit("django").exits(1).says("security.W018").says("security.W012");
    sandbox.write("backend/shop/settings.py", "import nothing_of_that_name\n");
    let outcome = audit("django").exits(3).says("does not run");
    assert!(
        outcome.stdout.contains("ModuleNotFoundError") || outcome.stdout.contains("ended with an error"),
        "{}",
        outcome.stdout
    );
}
