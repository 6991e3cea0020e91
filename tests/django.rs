//! Real Django, from the Python package index, reads what sitekeep writes.

use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

/// Python of an environment with Django in it, made once below the target folder.
///
/// `None`, and loudly, where it cannot be made; in CI that is a failure.
pub fn python() -> Option<PathBuf> {
    // Tests of one process must not make it at the same time.
    static MADE: Mutex<()> = Mutex::new(());
    let _made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("django");
    let python = folder.join("bin/python");
    let works = |python: &Path| {
        Command::new(python)
            .args(["-c", "import django, psycopg"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return Some(python);
    }
    let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output();
    let made = run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap()]).and_then(|_| {
        let packages = ["django>=5.2,<5.3", "psycopg[binary]>=3.2,<4"];
        run(
            &python,
            &[&["-m", "pip", "install", "--quiet", "--disable-pip-version-check"], &packages[..]].concat(),
        )
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

/// The guide's own procedure (Analyser les Statistiques), and what goes with it.
const COUNT: &str = r#"
import json, sys
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": json.loads(sys.argv[1])},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "showcase"],
    SECRET_KEY="only-for-this-test",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Avg, Max, Min
from showcase.models import Category, Product
prices = list(Product.objects.order_by("price").values_list("price", flat=True))
half = len(prices) // 2
price = Product.objects.aggregate(lowest=Min("price"), mean=Avg("price"), highest=Max("price"))
price["median"] = (prices[half] + prices[-half - 1]) / 2
print(json.dumps({
    "products": Product.objects.count(),
    "in_stock": Product.objects.filter(in_stock=True).count(),
    "featured": Product.objects.filter(featured=True).count(),
    "categories": Category.objects.count(),
    "brands": Product.objects.values("brand").distinct().count(),
    "users": User.objects.count(),
    "sessions": Session.objects.count(),
    "prices": {name: f"{value:.2f}" for name, value in price.items()},
    "by_category": {category.name: Product.objects.filter(category=category).count()
        for category in Category.objects.filter(parent=None)},
}))
"#;

#[test]
fn the_figures_are_those_that_django_counts() {
    let Some(python) = python() else { return };
    let compare = |settings: &str, database: &str| {
        let sandbox = Sandbox::empty();
        std::fs::create_dir(sandbox.path("backend")).unwrap();
        sandbox.configure(settings);
        sandbox.run(&["database", "create", "--demo"]).exits(0);
        let files = [("count.py", COUNT), ("showcase/models.py", MODELS), ("showcase/__init__.py", "")];
        for (name, text) in files {
            sandbox.write(name, text);
        }
        let output = Command::new(&python)
            .args(["count.py", database])
            .current_dir(sandbox.path(""))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let theirs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let report = sandbox.run(&["stats", "--format", "json"]).json();
        let ours = &report["statistics"];
        for key in ["products", "in_stock", "featured", "categories"] {
            assert_eq!(ours[key], theirs[key], "{key}");
        }
        assert_eq!(ours["brands"]["count"], theirs["brands"]);
        assert_eq!(ours["users"]["all"], theirs["users"]);
        assert_eq!(ours["sessions"]["all"], theirs["sessions"]);
        for key in ["lowest", "median", "mean", "highest"] {
            assert_eq!(ours["prices"][key], theirs["prices"][key], "{key}");
        }
        let lines = ours["by_category"].as_array().unwrap();
        for (name, products) in theirs["by_category"].as_object().unwrap() {
            let line = lines.iter().find(|line| line["name"] == **name).unwrap();
            assert_eq!(line["products"], *products, "{name}");
        }
    };
    compare("", r#"{"ENGINE": "django.db.backends.sqlite3", "NAME": "backend/db.sqlite3"}"#);
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("counted", "");
    let host = url.split(['@', '/']).nth(3).unwrap().replace("%2F", "/");
    compare(
        &format!("[database]\nurl = \"{url}\"\n"),
        &format!(
            r#"{{"ENGINE": "django.db.backends.postgresql", "NAME": "counted", "USER": "postgres", "HOST": "{host}"}}"#
        ),
    );
}

/// The guide's models as an application of its own, in a file.
pub const MODELS: &str = r#"
from django.conf import settings
from django.db import models

class Category(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, max_length=120)
    icon = models.CharField(max_length=50, blank=True, null=True)
    image = models.CharField(max_length=100, null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

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

class SiteSettings(models.Model):
    whatsapp_number = models.CharField(max_length=20)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=20)
    contact_address = models.CharField(max_length=200)
    company_name = models.CharField(max_length=100)
    company_description = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
"#;

/// What the owner of a site does with the database that sitekeep has made, and a later version of the application.
const TAKE_OVER: &str = r#"
import json, sys
import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    DATABASES={"default": json.loads(sys.argv[1])},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.admin", "django.contrib.messages", "showcase"],
    SECRET_KEY="only-for-this-test",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.db import connection
call_command("makemigrations", "showcase", verbosity=0)
call_command("migrate", fake_initial=True, verbosity=0)
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
from django.contrib.auth.models import Permission, User
assert Permission.objects.filter(content_type__app_label="showcase").count() == 12
User.objects.create_superuser("admin", "a@example.org", "x")
from showcase.models import Category, Product, SiteSettings
assert Product.objects.count() == 36 and Category.objects.count() == 16
for product in Product.objects.all():
    product.full_clean()
    assert product.price > 0 and product.category.parent is None and product.subcategory.parent == product.category
# Numbers that are given next are free.
first = Category.objects.get(slug="ordinateurs")
Product.objects.create(name="Neuf", slug="neuf", description="", price=1, brand="", image="", category=first)
SiteSettings.objects.create(whatsapp_number="1", contact_email="a@example.org", contact_phone="1", contact_address="", company_name="", company_description="")
assert SiteSettings.objects.count() == 2
# A later version changes what is unique, what refers to it, and what there is.
with open("showcase/migrations/0002_later.py", "w") as file:
    file.write("""
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("showcase", "0001_initial")]
    operations = [
        migrations.AlterField("product", "slug", models.SlugField(max_length=250)),
        migrations.RemoveField("product", "subcategory"),
        migrations.AddField("product", "stock", models.IntegerField(default=0)),
        migrations.DeleteModel("SiteSettings"),
    ]
""")
call_command("migrate", verbosity=0)
connection.check_constraints()
print("taken over")
"#;

#[test]
fn django_takes_over_a_database_that_is_made_from_nothing() {
    let Some(python) = python() else { return };
    let take_over = |settings: &str, database: String| {
        let sandbox = Sandbox::empty();
        std::fs::create_dir(sandbox.path("backend")).unwrap();
        sandbox.configure(settings);
        sandbox.run(&["database", "create", "--demo"]).exits(0);
        for (name, text) in
            [("take_over.py", TAKE_OVER), ("showcase/models.py", MODELS), ("showcase/__init__.py", "")]
        {
            sandbox.write(name, text);
        }
        let output = Command::new(&python)
            .arg("take_over.py")
            .arg(&database)
            .current_dir(sandbox.path(""))
            .output()
            .unwrap();
        let told =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && told.contains("taken over"), "{database}\n{told}");
    };
    take_over("", r#"{"ENGINE": "django.db.backends.sqlite3", "NAME": "backend/db.sqlite3"}"#.to_owned());
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("taken_over", "");
    let host = url.split(['@', '/']).nth(3).unwrap().replace("%2F", "/");
    let database = format!(
        r#"{{"ENGINE": "django.db.backends.postgresql", "NAME": "taken_over", "USER": "postgres", "HOST": "{host}"}}"#
    );
    take_over(&format!("[database]\nurl = \"{url}\"\n"), database);
}

/// Django's own commands after sitekeep's: nothing is left for them to do.
const AFTER_UPKEEP: &str = r#"
import sys, io
import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_table"}},
    SECRET_KEY="only-for-this-test",
    USE_TZ=True,
)
django.setup()
call_command("check", fail_level="WARNING")
from django.core.cache import cache
from django.db import connection
cursor = connection.cursor()
ours = cursor.execute("SELECT sql FROM sqlite_schema WHERE name LIKE 'cache_table%' AND sql IS NOT NULL ORDER BY name").fetchall()
cache.set("été", {"a": 1}, 60)
assert cache.get("été") == {"a": 1}
cursor.execute("DROP TABLE cache_table")
call_command("createcachetable", verbosity=0)
theirs = cursor.execute("SELECT sql FROM sqlite_schema WHERE name LIKE 'cache_table%' AND sql IS NOT NULL ORDER BY name").fetchall()
plain = lambda rows: [" ".join(row[0].split()).replace("( ", "(").replace(" )", ")") for row in rows]
assert plain(ours) == plain(theirs), (plain(ours), plain(theirs))
from django.contrib.sessions.models import Session
before = Session.objects.count()
assert before == 1, before
call_command("clearsessions")
assert Session.objects.count() == before
print("nothing to do")
"#;

#[test]
fn django_has_nothing_to_do_after_the_upkeep() {
    let Some(python) = python() else { return };
    let sandbox = Sandbox::site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch(
            "INSERT INTO django_session VALUES ('old', '', '2026-11-23 07:59:59'), ('live', '', '2126-01-01 00:00:00')",
        )
        .unwrap();
    for arguments in [
        &["clear-sessions"][..],
        &["cache-table"],
        &["optimize", "--force", "--no-safety-backup"],
        &["reindex", "--force", "--no-safety-backup"],
    ] {
        sandbox.run(&[&["database"], arguments].concat()).exits(0);
    }
    sandbox.write("after.py", AFTER_UPKEEP);
    let output = Command::new(python)
        .arg(sandbox.path("after.py"))
        .arg(sandbox.path("backend/db.sqlite3"))
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("nothing to do"), "{told}");
}
