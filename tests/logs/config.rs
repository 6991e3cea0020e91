//! `logs config`: the module, the line, and back again; and that real Django writes what is read.

use crate::django::python;
use crate::sandbox::Sandbox;
use std::process::Command;

fn site(settings: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write("backend/shop/settings.py", settings);
    sandbox.write("backend/shop/__init__.py", "");
    sandbox.write(
        "sitekeep.toml",
        "[site]\nname = \"shop\"\nroot = \"backend\"\nsettings = \"backend/shop/settings.py\"\n[state]\ndirectory = \"state\"\n\
         [logs]\nsystem = \"off\"\ndjango = [\"log's folder/django.log\"]\naccess = [\"access.log\"]\nslow_request = \"300ms\"\n",
    );
    sandbox.write("access.log", "");
    sandbox
}

fn text(sandbox: &Sandbox, path: &str) -> String {
    std::fs::read_to_string(sandbox.path(path)).unwrap()
}

#[test]
fn the_module_is_shown_written_wired_once_and_taken_back() {
    let sandbox = site("DEBUG = False");
    sandbox.set_mode("backend/shop/settings.py", 0o640);
    let module = sandbox.path("backend/shop/site_logging.py");
    sandbox
        .run(&["logs", "config", "--wire", "--dry-run"])
        .exits(1)
        .says("+from .site_logging import LOGGING")
        .says("+class SiteLogHandler")
        .says("would be written");
    assert!(!module.exists() && text(&sandbox, "backend/shop/settings.py") == "DEBUG = False");
    sandbox.run(&["logs", "config"]).exits(1).says("sitekeep logs config --wire");
    assert!(module.exists() && text(&sandbox, "backend/shop/settings.py") == "DEBUG = False");
    assert!(sandbox.path("log's folder").is_dir());
    let later = [("SITEKEEP_NOW", "2026-11-23T09:00:00Z")];
    sandbox
        .run_with(&later, &["logs", "config", "--wire"])
        .exits(0)
        .says("takes its LOGGING from the module");
    let wired = text(&sandbox, "backend/shop/settings.py");
    assert_eq!(wired, "DEBUG = False\n\nfrom .site_logging import LOGGING  # sitekeep logs config\n");
    let mode = std::fs::metadata(sandbox.path("backend/shop/settings.py")).unwrap().permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o640);
    // Once more: nothing changes, and nothing is kept for undo.
    let kept = sandbox.run(&["quarantine", "list"]).stdout;
    sandbox.run(&["logs", "config", "--wire"]).exits(0);
    assert_eq!(text(&sandbox, "backend/shop/settings.py"), wired);
    assert_eq!(sandbox.run(&["quarantine", "list"]).stdout, kept);
    // The audit reads through the line.
    sandbox.run(&["security", "audit", "--only", "settings"]).says("SECURITY-002").says("ALLOWED_HOSTS");
    let json = sandbox.run(&["security", "audit", "--only", "settings", "--format", "json"]).json();
    assert!(!json.to_string().contains("\"unknown\",\"subject\""), "{json}");
    sandbox.run(&["undo", "--confirm", "shop"]).exits(0);
    assert_eq!(text(&sandbox, "backend/shop/settings.py"), "DEBUG = False");
    assert!(module.exists(), "the first run wrote it");
    sandbox.run(&["undo", "--confirm", "shop"]).exits(0);
    assert!(!module.exists());
}

#[test]
fn a_logging_that_comes_later_is_not_wired() {
    let sandbox = site("from .site_logging import LOGGING\nLOGGING = {}\n");
    sandbox.run(&["logs", "config"]).exits(1).says("does not use the module");
    sandbox.run(&["logs", "config", "--wire"]).exits(0);
    let settings = site("LOGGING_CONFIG = None\n");
    settings.run(&["logs", "config"]).exits(2).complains("sets LOGGING_CONFIG");
    assert!(!settings.path("backend/shop/site_logging.py").exists());
}

#[test]
fn logrotate_gets_its_file() {
    let sandbox = site("");
    let text = sandbox.run(&["logs", "config", "--logrotate"]).exits(0).says("missingok").stdout;
    assert!(text.contains("log's folder/django.log\" {"), "{text}");
    assert!(!sandbox.path("backend/shop/site_logging.py").exists());
}

/// A project whose pages fail and dawdle, and what visitors do there.
const SETTINGS: &str = "
SECRET_KEY = 'only-for-this-test'
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'shop.urls'
TIME_ZONE = 'Africa/Porto-Novo'
INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.sessions', 'django.contrib.messages', 'django.contrib.admin']
MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.common.CommonMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
    'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
    'django.contrib.messages.context_processors.messages']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}
";

const URLS: &str = "
import time
from django.contrib import admin
from django.http import HttpResponse
from django.urls import path
def fails(request):
    raise ValueError('planted')
def dawdles(request):
    time.sleep(0.35)
    return HttpResponse('done')
urlpatterns = [path('fails/', fails), path('dawdles/', dawdles), path('admin/', admin.site.urls)]
";

const VISIT: &str = "
import os, sys
sys.path.insert(0, os.getcwd())
os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
assert client.get('/fails/').status_code == 500
assert client.get('/dawdles/?token=canary-4a11').status_code == 200
evil = 'bob\\nERROR 2026-11-23 08:00:00,000 forged from 192.0.2.1'
for name in ['bob', evil]:
    answer = client.post('/admin/login/', {'username': name, 'password': 'canary-77aa'}, REMOTE_ADDR='203.0.113.9')
    assert answer.status_code == 200, answer.status_code
print('visited')
";

#[test]
fn django_writes_what_is_read() {
    let Some(python) = python() else { return };
    let sandbox = site(SETTINGS);
    sandbox.write("backend/shop/urls.py", URLS);
    sandbox.write("visit.py", VISIT);
    sandbox.run(&["logs", "config", "--wire"]).exits(0);
    let output = Command::new(python)
        .arg(sandbox.path("visit.py"))
        .current_dir(sandbox.path("backend"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("visited"), "{told}");
    let log = text(&sandbox, "log's folder/django.log");
    assert!(!log.contains("canary"), "no password and no query is written: {log}");
    // Django writes the present time, which is later than the tests' own.
    let now =
        jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap() + jiff::SignedDuration::from_secs(5);
    let now = now.to_string();
    let run = |arguments: &[&str]| sandbox.run_with(&[("SITEKEEP_NOW", &now)], arguments);
    let errors =
        run(&["logs", "errors", "-v"]).exits(1).says("1 error in 1 group").says("ValueError: planted");
    assert!(!errors.stdout.contains("forged"), "{}", errors.stdout);
    run(&["logs", "logins"]).says("2 failed logins").says("203.0.113.9");
    run(&["logs", "slow"]).says("Slow request: GET /dawdles/ took 0.3");
}
