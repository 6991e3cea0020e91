//! Settings read as text: the real application's weaknesses, a hardened file, and hostile ones.

use super::audit;
use super::open;
use super::site;
use crate::sandbox::Sandbox;
use std::fmt::Write as _;

/// Settings that no rule has anything against.
pub const HARDENED: &str = r#"
from pathlib import Path
from datetime import timedelta
from decouple import config, Csv

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = config('SECRET_KEY')
DEBUG = config('DEBUG', default=False, cast=bool)
ALLOWED_HOSTS = config('HOSTS', default='shop.example,www.shop.example', cast=Csv())
INSTALLED_APPS = ['django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions',
    'django.contrib.messages']
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
]
ROOT_URLCONF = 'shop.urls'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
    'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
    'django.contrib.messages.context_processors.messages']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}
AUTH_PASSWORD_VALIDATORS = [{'NAME': 'django.contrib.auth.password_validation.CommonPasswordValidator'}]
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
SIMPLE_JWT = {'ACCESS_TOKEN_LIFETIME': timedelta(minutes=15), 'REFRESH_TOKEN_LIFETIME': timedelta(days=7)}
"#;

/// A key that is long and random enough.
pub const KEY: &str = "k7v!q2Zx9Lm4Tn8Rw3Yb6Hc1Jd5Fs0GpAeUiOoPlKjMnBvCxZaQw";

/// As the real application has them.
const REAL: &str = r#"
from decouple import config
SECRET_KEY = config('SECRET_KEY', default='django-insecure-x1&o8w2^p6%k3@v9$z5!n7*m4(q0)t-r_e+y=u')
DEBUG = config('DEBUG', default=True, cast=bool)
ALLOWED_HOSTS = ['*']
INSTALLED_APPS = ['django.contrib.sessions', 'corsheaders', 'rest_framework']
MIDDLEWARE = [
    'corsheaders.middleware.CorsMiddleware',
    'django.middleware.security.SecurityMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
]
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = True
X_FRAME_OPTIONS = 'SAMEORIGIN'
LOGGING = {'version': 1, 'handlers': {'file': {'class': 'logging.FileHandler', 'filename': '/no/such/folder/django.log'}}}
"#;

#[test]
fn each_weakness_of_the_real_application_is_found() {
    let sandbox = site(REAL);
    sandbox.write("backend/.env", "OTHER=1\n");
    let outcome = audit(&sandbox, "settings").exits(2);
    let report = outcome.json();
    let found = open(&report);
    for (setting, status) in [
        ("SECRET_KEY", "critical"),
        ("DEBUG", "critical"),
        ("ALLOWED_HOSTS", "warning"),
        ("CORS_ALLOW_CREDENTIALS", "critical"),
        ("SECURE_HSTS_SECONDS", "warning"),
        ("SECURE_SSL_REDIRECT", "warning"),
        ("SESSION_COOKIE_SECURE", "warning"),
        ("CSRF_COOKIE_SECURE", "warning"),
        ("X_FRAME_OPTIONS", "warning"),
        ("AUTH_PASSWORD_VALIDATORS", "warning"),
        ("REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES", "warning"),
        ("LOGGING", "critical"),
    ] {
        assert!(found.contains(&(setting.into(), status.into())), "{setting} {status}: {found:?}");
    }
    assert!(found.iter().all(|(_, status)| status != "unknown"), "{found:?}");
    outcome.says("by the default of DEBUG, which the .env does not set").says("security.W009");
}

#[test]
fn hardened_settings_are_quiet() {
    let sandbox = site(HARDENED);
    sandbox.write("backend/.env", &format!("SECRET_KEY={KEY}\n"));
    let report = audit(&sandbox, "settings").exits(0).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    // One switch in the .env changes all that hangs on it.
    sandbox.write("backend/.env", &format!("SECRET_KEY={KEY}\nDEBUG=True\n"));
    let found = open(&audit(&sandbox, "settings").exits(2).json());
    assert!(found.iter().any(|(name, _)| name == "SESSION_COOKIE_SECURE"), "{found:?}");
}

#[test]
fn no_secret_is_ever_told() {
    let sandbox = site(&REAL.replace("'corsheaders', ", "").replace(
        "X_FRAME_OPTIONS = 'SAMEORIGIN'",
        "DATABASES = {'default': {'PASSWORD': 'canary-7d1e44'}}\nEMAIL_HOST_PASSWORD = 'canary-99ab21'",
    ));
    sandbox.write("backend/shop/copy.py", "KEY = 'canary-5f2c9a'\n");
    let outcome = sandbox.run(&["security", "audit", "--only", "settings,repository,files", "-v"]);
    assert!(!outcome.stdout.contains("canary") && !outcome.stderr.contains("canary"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("x1&o8w2"), "{}", outcome.stdout);
    outcome.says("DATABASES").says("EMAIL_HOST_PASSWORD").says("a secret of the .env stands in shop/copy.py");
}

#[test]
fn what_only_python_can_tell_is_unknown_with_the_reason() {
    for (settings, reason) in [
        ("from .base import *\n", "line 1 takes all names of another module"),
        ("import dj\nDEBUG = dj.find()\nMIDDLEWARE = dj.middleware()\n", "`dj` comes from elsewhere"),
        ("MIDDLEWARE = []\nif HOST == 'a':\n    DEBUG = True\n", "depends on the condition of line 2"),
        ("DEBUG = (\n", "never closed"),
        ("DEBUG = True\nexec(open('x').read())\n", "line 2 may set any name"),
    ] {
        let sandbox = site(settings);
        let outcome = audit(&sandbox, "settings");
        assert!(outcome.stdout.contains(reason), "{settings}: {}", outcome.stdout);
        let unknown = open(&outcome.json()).iter().any(|(_, status)| status == "unknown");
        assert!(unknown, "{settings}: {}", outcome.stdout);
    }
}

#[test]
fn hostile_settings_are_never_executed_and_never_too_much() {
    let hostile = |sandbox: &Sandbox, settings: &[u8]| {
        sandbox.write_bytes("backend/shop/settings.py", settings);
        let outcome = audit(sandbox, "settings");
        assert!(matches!(outcome.code, 2 | 3), "{}\n{}", outcome.stdout, outcome.stderr);
        assert!(!sandbox.path("backend/canary").exists(), "it was executed");
        outcome
    };
    let sandbox = site("");
    let canary = sandbox.path("backend/canary");
    hostile(
        &sandbox,
        format!(
            "open({:?}, 'w').write('x')\n__import__('os').system('touch canary')\n",
            canary.display().to_string()
        )
        .as_bytes(),
    );
    hostile(&sandbox, &"A = 'x'\n".repeat(1_400_000).into_bytes()).says("larger than 1 MiB");
    hostile(&sandbox, &[0xff, 0xfe, 0, 1, 2, 3]);
    hostile(&sandbox, format!("MIDDLEWARE = {}{}\n", "[".repeat(100_000), "]".repeat(100_000)).as_bytes());
    let mut ifs = String::new();
    for depth in 0..400 {
        writeln!(ifs, "{}if True:", " ".repeat(depth)).unwrap();
    }
    hostile(&sandbox, format!("{ifs}{}DEBUG = True\n", " ".repeat(400)).as_bytes());
    std::fs::remove_file(sandbox.path("backend/shop/settings.py")).unwrap();
    std::fs::create_dir(sandbox.path("backend/shop/settings.py")).unwrap();
    audit(&sandbox, "settings").exits(3).says("it is no file");
}
