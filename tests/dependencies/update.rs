//! A real Django project, updated, tried, and left as it was when its tests fail.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::collections::BTreeMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::path::Path;
use std::process::Command;

const MANAGE: &str = "import os, sys
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
";
const SETTINGS: &str = "from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'only-for-this-test'
INSTALLED_APPS = ['shop']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}
MEDIA_ROOT = BASE_DIR / 'media'
";
/// Passes whatever the version, and leaves an upload behind.
const TESTS: &str = "from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import SimpleTestCase
class Uploads(SimpleTestCase):
    def test_upload(self):
        default_storage.save('left.txt', ContentFile(b'x'))
";

/// A project with Django 4.2.1 in an environment of its own; `None`, and loudly, where there is no network.
fn project() -> Option<Sandbox> {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n[dependencies]\nfrontend_tests = []\n");
    sandbox.write("backend/manage.py", MANAGE);
    sandbox.write("backend/shop/__init__.py", "");
    sandbox.write("backend/shop/settings.py", SETTINGS);
    sandbox.write("backend/shop/tests.py", TESTS);
    sandbox.write("backend/requirements.txt", "# the shop\nDjango==4.2.1  # stays on 4.2\nsqlparse>=0.3\n");
    let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output().unwrap();
    let folder = sandbox.path("backend/venv");
    run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap()]);
    let python = folder.join("bin/python");
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "django==4.2.1"];
    let made = run(&python, &quiet);
    if made.status.success() {
        return Some(sandbox);
    }
    let why = String::from_utf8_lossy(&made.stderr).into_owned();
    assert!(std::env::var_os("CI").is_none(), "in CI this test is never skipped: {why}");
    eprintln!("SKIPPED: Django cannot be installed ({}), updates were not tried", why.trim());
    None
}

/// Every file of the project with a digest of its content, but for sitekeep's own folders.
pub fn tree_of(sandbox: &Sandbox, folder: &str) -> BTreeMap<String, u64> {
    let root = sandbox.path(folder);
    walkdir::WalkDir::new(&root)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with(".sitekeep-"))
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = entry.path();
            let content = std::fs::read_link(path)
                .map(|link| link.to_string_lossy().into_owned().into_bytes())
                .or_else(|_| std::fs::read(path))
                .unwrap();
            let mut digest = DefaultHasher::new();
            content.hash(&mut digest);
            (path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(), digest.finish())
        })
        .collect()
}

fn tree(sandbox: &Sandbox) -> BTreeMap<String, u64> {
    tree_of(sandbox, "backend")
}

pub fn update(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(&[&["dependencies", "update", "--format", "json"], more].concat())
}

pub fn leftovers_in(sandbox: &Sandbox, folder: &str) -> usize {
    let names = std::fs::read_dir(sandbox.path(folder)).unwrap();
    names
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".sitekeep-"))
        .count()
}

fn leftovers(sandbox: &Sandbox) -> usize {
    leftovers_in(sandbox, "backend")
}

#[test]
fn h15_h29_an_update_is_tried_first_and_taken_back_by_a_failing_test_and_by_undo() {
    let Some(sandbox) = project() else { return };
    let before = tree(&sandbox);
    let plan = update(&sandbox, &["--patch", "--dry-run"]).exits(0).json();
    let moves = findings(&plan, "DEPENDENCIES-007", "ok");
    assert_eq!(
        (moves[0]["subject"].as_str(), moves[0]["data"]["former"].as_str()),
        (Some("django"), Some("4.2.1"))
    );
    assert!(tree(&sandbox) == before, "a dry run changes nothing");

    // The project refuses any Django but the one it has.
    let picky = format!(
        "{TESTS}    def test_version(self):\n        import django; self.assertEqual(django.VERSION[:3], (4, 2, 1))\n"
    );
    sandbox.write("backend/shop/tests.py", &picky);
    let before = tree(&sandbox);
    let report = update(&sandbox, &["django", "--patch"]).exits(2).json();
    let failed = findings(&report, "DEPENDENCIES-008", "critical");
    assert!(failed[0]["data"]["output"].as_str().unwrap().contains("AssertionError"), "{report}");
    assert!(tree(&sandbox) == before, "a failing test leaves every file as it was");
    assert_eq!(leftovers(&sandbox), 0);

    sandbox.write("backend/shop/tests.py", TESTS);
    let before = tree(&sandbox);
    let report = update(&sandbox, &["--patch"]).exits(1).json();
    assert!(findings(&report, "DEPENDENCIES-008", "critical").is_empty(), "{report}");
    let after = tree(&sandbox);
    assert!(!after.contains_key("media/left.txt"), "uploads of the tests go to a scratch folder");
    let pins = std::fs::read_to_string(sandbox.path("backend/requirements.txt")).unwrap();
    let later = moves[0]["data"]["later"].as_str().unwrap();
    assert_eq!(pins, format!("# the shop\nDjango=={later}  # stays on 4.2\nsqlparse>=0.3\n"));
    let script = sandbox.path("backend/venv/bin/django-admin");
    let version = Command::new(script).arg("--version").output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&version.stdout).trim(),
        later,
        "its scripts name the live environment"
    );

    sandbox.run(&["undo", "--confirm", "shop"]);
    assert!(tree(&sandbox) == before, "undo brings every file back");
}

#[test]
fn what_cannot_be_updated_is_refused_with_its_reason() {
    let sandbox = Sandbox::site();
    super::world::in_order(&sandbox);
    sandbox.run(&["dependencies", "update"]).exits(64).complains("update what?");
    sandbox
        .run(&["dependencies", "update", "no-such", "--no-safety-backup"])
        .exits(64)
        .complains("is no package");
    let option = ["dependencies", "update", "--no-safety-backup", "--", "--index-url=http://h"];
    sandbox.run(&option).exits(64).complains("is no package");
    let update =
        |sandbox: &Sandbox| sandbox.run(&["dependencies", "update", "--patch", "--no-safety-backup"]);
    update(&sandbox).exits(2).says("in no virtual environment");
    sandbox.write("backend/venv/pyvenv.cfg", "home = /usr/bin\n");
    sandbox.write("backend/requirements.txt", "Django==5.2.8 --hash=sha256:00\n");
    update(&sandbox).exits(2).says("pins by hash");
    sandbox.write("backend/poetry.lock", "");
    update(&sandbox).exits(2).says("poetry.lock pins the packages");
    assert_eq!(leftovers(&sandbox), 0);
}

/// A migration like that of a real upgrade, which emptied what it converted.
const LOSSY: &str = "from django.db import migrations
class Migration(migrations.Migration):
    operations = [migrations.RunSQL(\"UPDATE showcase_product SET description = '', price = 0\")]
";
/// Tests that reach for the live data by the settings.
const REACHING: &str = "from django.conf import settings
from django.test import SimpleTestCase
NAME = settings.DATABASES['default']['NAME']
class Reaching(SimpleTestCase):
    def test_reach(self):
        import sqlite3
        live = sqlite3.connect(NAME)
        live.execute(\"UPDATE showcase_product SET description = '', price = 0\")
        live.commit()
";

#[test]
fn a_migration_that_loses_data_is_tried_on_a_copy_and_keeps_the_update_away() {
    let Some(sandbox) = project() else { return };
    let descriptions = || -> String {
        rusqlite::Connection::open(sandbox.path("backend/db.sqlite3"))
            .unwrap()
            .query_row("SELECT group_concat(description || price) FROM showcase_product", [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    let as_it_was = descriptions();
    sandbox.write("backend/shop/migrations/__init__.py", "");
    sandbox.write("backend/shop/migrations/0001_convert.py", LOSSY);
    let before = tree(&sandbox);
    let report = update(&sandbox, &["--patch"]).exits(2).json();
    let lost = findings(&report, "DEPENDENCIES-009", "critical");
    assert!(lost.iter().any(|one| one["message"].as_str().unwrap().contains("description")), "{report}");
    assert!(tree(&sandbox) == before, "nothing live has changed");
    assert_eq!(descriptions(), as_it_was);
    assert_eq!(leftovers(&sandbox), 0);

    // What the project's own tests write goes to the copy too.
    std::fs::remove_dir_all(sandbox.path("backend/shop/migrations")).unwrap();
    sandbox.write("backend/shop/tests.py", REACHING);
    let report = update(&sandbox, &["--patch"]).exits(1).json();
    let told = findings(&report, "DEPENDENCIES-009", "warning");
    assert!(told.iter().any(|one| one["subject"] == "the project's tests"), "{report}");
    assert_eq!(descriptions(), as_it_was);
}
