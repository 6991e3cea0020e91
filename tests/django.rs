//! Real Django, from `PyPI`, reads what sitekeep writes.

use crate::sandbox::Sandbox;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

/// Python of an environment with Django in it, made once below the target folder.
///
/// `None`, and loudly, where it cannot be made; in CI that is a failure.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("django");
    let python = folder.join("bin/python");
    let works = |python: &Path| {
        Command::new(python)
            .args(["-c", "import django"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return Some(python);
    }
    let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output();
    let made = run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap()]).and_then(|_| {
        run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "django>=5.2,<5.3"])
    });
    if works(&python) {
        return Some(python);
    }
    let why = made.map_or_else(
        |error| error.to_string(),
        |output| String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(
        std::env::var_os("CI").is_none(),
        "Django cannot be installed, and in CI its tests are never skipped: {why}"
    );
    eprintln!("SKIPPED: Django cannot be installed ({}), its tests did not run", why.trim());
    None
}

/// A Django project with the guide's models, on the database of the sandbox.
const PROJECT: &str = r#"
import sys
from decimal import Decimal
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.admin", "django.contrib.messages"],
    SECRET_KEY="only-for-this-test",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.db import models

class Category(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, max_length=120)
    icon = models.CharField(max_length=50, blank=True, null=True)
    image = models.CharField(max_length=100, null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    class Meta:
        app_label = "showcase"

class Product(models.Model):
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True, max_length=220)
    description = models.TextField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    brand = models.CharField(max_length=100)
    image = models.CharField(max_length=100)
    in_stock = models.BooleanField(default=True)
    featured = models.BooleanField(default=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="products")
    subcategory = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL, related_name="subproducts")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    class Meta:
        app_label = "showcase"

# Django has nothing to do: what its own applications need is there and recorded.
from django.db.migrations.executor import MigrationExecutor
from django.db import connection
executor = MigrationExecutor(connection)
plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
assert not plan, plan
products = list(Product.objects.select_related("category", "subcategory").order_by("id"))
assert len(products) == 3
first = products[0]
first.full_clean()
assert first.name == 'Savane 14" <Pro> & Étui', first.name
assert first.price == Decimal("385000.00"), first.price
assert first.in_stock is True and products[1].in_stock is False
assert first.created_at.isoformat() == "2026-11-23T08:00:00+00:00", first.created_at
assert first.subcategory.parent == first.category
assert Product.objects.filter(featured=True).count() == 1
# And what Django writes itself still fits.
Product.objects.create(name="Neuf", slug="neuf", description="", price=1, brand="", image="", category=first.category)
from django.contrib.auth.models import User
User.objects.create_superuser("admin", "a@example.org", "x")
from django.contrib.sessions.backends.db import SessionStore
session = SessionStore(); session["a"] = 1; session.save()
cursor = connection.cursor()
assert cursor.execute("PRAGMA foreign_key_check").fetchall() == []
print("read")
"#;

#[test]
fn the_database_that_is_created_is_djangos_own() {
    let Some(python) = python() else { return };
    let sandbox = Sandbox::site();
    sandbox.write("project.py", PROJECT);
    let output = Command::new(python)
        .arg(sandbox.path("project.py"))
        .arg(sandbox.path("backend/db.sqlite3"))
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("read"), "{told}");
}
