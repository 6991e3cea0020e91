//! Real Django reads what sitekeep writes, and would have written the same.

use super::Shop;
use crate::django::python;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use std::process::Command;

/// The application's models.
const MODELS: &str = r#"
from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.text import slugify

class Category(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True, max_length=120, blank=True)
    icon = models.CharField(max_length=50, blank=True, null=True)
    image = models.CharField(max_length=100, null=True, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    def save(self, *args, **kwargs):
        self.slug = self.slug or slugify(self.name)
        super().save(*args, **kwargs)

class Product(models.Model):
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True, max_length=220, blank=True)
    description = models.TextField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    brand = models.CharField(max_length=100)
    image = models.FileField(upload_to="products/", validators=[FileExtensionValidator(["jpg", "jpeg", "png"])])
    in_stock = models.BooleanField(default=True)
    featured = models.BooleanField(default=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="products")
    subcategory = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="subproducts")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    def save(self, *args, **kwargs):
        self.slug = self.slug or slugify(f"{self.name}-{self.brand}")
        super().save(*args, **kwargs)
"#;

/// Its admin, and what Django makes of the same input.
const READ: &str = r#"
import json, sys
from decimal import Decimal
from pathlib import Path
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": json.loads(sys.argv[1])},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.messages", "django.contrib.admin", "showcase"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}],
    ROOT_URLCONF="__main__", STATIC_URL="/static/", ALLOWED_HOSTS=["*"],
    SECRET_KEY="only-for-this-test", USE_TZ=True, TIME_ZONE="Africa/Porto-Novo",
    MEDIA_ROOT=sys.argv[2], MEDIA_URL="/media/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.contrib import admin
from django.core.files import File
from django.db import connection
from django.urls import path
from django.utils.text import slugify, get_valid_filename

from showcase.models import Category, Product

admin.site.register(Category)
admin.site.register(Product)
urlpatterns = [path("admin/", admin.site.urls)]

def stored(row):
    """The row as the database has it, less what must differ."""
    cursor = connection.cursor()
    kind = "typeof" if connection.vendor == "sqlite" else "pg_typeof"
    names = [field.column for field in row._meta.fields if field.name not in ("id", "slug", "image", "created_at", "updated_at")]
    times = ["created_at", "updated_at"]
    length = "length(CAST(%s AS text))" if connection.vendor == "sqlite" else "%s::text"
    columns = [f"CAST({kind}({name}) AS text), CAST({name} AS text)" for name in names] + [f"CAST({kind}({name}) AS text)" for name in times]
    cursor.execute(f"SELECT {', '.join(columns)} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
    return cursor.fetchone()

wanted = json.loads(sys.argv[3])
products = {product.slug: product for product in Product.objects.all()}
assert len(products) == len(wanted), sorted(products)
for slug, given in wanted.items():
    product = products[slug]
    product.full_clean()
    assert product.name == given["name"] and product.brand == given["brand"], (product.name, product.brand)
    base = slugify(f"{product.name}-{product.brand}")
    assert slug == base or slug.removeprefix(base)[1:].isdigit(), (slug, base)
    assert product.price == Decimal(given["price"]), product.price
    assert product.created_at.isoformat() == "2026-11-23T08:00:00+00:00", product.created_at
    assert Path(product.image.path).read_bytes() == Path(given["image"]).read_bytes()
    name = "products/" + get_valid_filename(Path(given["image"]).name)
    theirs = product.image.storage.get_available_name(name, max_length=100)
    # The same where it was free; where it was not, the same but for the random characters.
    ours = product.image.name
    assert ours == name or len(ours) == len(theirs), (ours, theirs)
    assert len(ours) <= 100 and ours.endswith(".jpg")
    twin = Product(name=given["name"], brand=given["brand"], price=Decimal(given["price"]), description=product.description,
        in_stock=product.in_stock, featured=product.featured, category=product.category, subcategory=product.subcategory, slug="twin")
    with open(given["image"], "rb") as file:
        twin.image.save(Path(given["image"]).name, File(file), save=False)
    twin.save()
    assert stored(product) == stored(twin), (stored(product), stored(twin))
    twin.image.delete(save=False)
    twin.delete()
for category in Category.objects.all():
    category.full_clean()
    assert category.slug == slugify(category.name), category.slug
    twin = Category.objects.create(name=category.name, parent=category.parent, slug="twin", icon=category.icon, image=category.image)
    assert stored(category) == stored(twin), (stored(category), stored(twin))
    twin.delete()
connection.check_constraints()
# The number that comes next is free.
extra = Product.objects.create(name="Après", brand="Django", price=1, description="x", image="products/x.jpg", category=Category.objects.first())
assert extra.slug == "apres-django"
extra.delete()
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("admin", "a@example.org", "x"))
for page in ["product/", "category/"] + [f"product/{product.pk}/change/" for product in products.values()]:
    answer = client.get(f"/admin/showcase/{page}")
    assert answer.status_code == 200, (page, answer.status_code)
print("the same")
"#;

fn django_reads_it(shop: &Shop, database: &str) {
    let Some(python) = python() else { return };
    shop.does(&["categories", "add", "--name", "Été & Cie"]);
    shop.does(&["categories", "add", "--name", "Cartes mères", "--parent", "ete-cie", "--icon", "fa fa-tag"]);
    let long = format!("{}.jpg", "très-long-".repeat(12));
    let mut wanted = serde_json::Map::new();
    for (slug, name, brand, price, image) in [
        (
            "ecran-27-eclair-societe-dete",
            "Écran 27\" « Éclair »",
            "Société d'été",
            "185000",
            "Écran 27 (noir).jpg",
        ),
        (
            "ecran-27-eclair-societe-dete-1",
            "Écran 27\" « Éclair »",
            "Société d'été",
            "1250.5",
            "Écran 27 (noir).jpg",
        ),
        ("gskill-ripjaws-v-8go-gskill", "G.Skill Ripjaws_V 8Go", "G.Skill", "0.07", "a.b.jpg"),
        ("lete-ue-ss-akwa", "L'été ﬁ—Ⓤⓔ ß ss", "Akwa", "99999999.99", long.as_str()),
    ] {
        let picture = shop.picture(image);
        let arguments = [
            "products",
            "add",
            "--name",
            name,
            "--brand",
            brand,
            "--price",
            price,
            "--category",
            "Été & Cie",
            "--subcategory",
            "cartes-meres",
            "--description",
            "Deux\nlignes",
            "--image",
            picture.as_str(),
        ];
        let outcome = shop.does(&arguments);
        let told =
            outcome.stdout.lines().find_map(|line| line.trim().strip_suffix(": added")).unwrap().to_owned();
        if slug.contains("ecran") {
            assert_eq!(told, slug);
        }
        let value = serde_json::json!({ "name": name, "brand": brand, "price": price, "image": picture });
        wanted.insert(told, value);
    }
    // What was changed and taken back reads the same, too.
    let first = "ecran-27-eclair-societe-dete";
    shop.at("2026-11-23T09:00:00Z", &["products", "update", first, "--price", "5", "--featured"]).exits(0);
    shop.at("2026-11-23T09:00:00Z", &["undo", "--confirm", "shop"]).exits(0);
    shop.at("2026-11-23T10:00:00Z", &["products", "delete", first]).exits(0);
    shop.at("2026-11-23T10:00:00Z", &["undo", "--confirm", "shop"]).exits(0);
    for (name, text) in [("read.py", READ), ("showcase/models.py", MODELS), ("showcase/__init__.py", "")] {
        shop.sandbox.write(name, text);
    }
    let output = Command::new(python)
        .arg(shop.sandbox.path("read.py"))
        .arg(database)
        .arg(shop.sandbox.path("backend/media"))
        .arg(serde_json::Value::Object(wanted).to_string())
        .output()
        .unwrap();
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("the same"), "{told}");
}

#[test]
fn django_reads_what_was_written_as_its_own() {
    let empty = || {
        let sandbox = Sandbox::empty();
        std::fs::create_dir_all(sandbox.path("backend/media/products")).unwrap();
        sandbox.configure("");
        sandbox
    };
    let shop = Shop { sandbox: empty(), url: None };
    shop.does(&["database", "create"]);
    let path = shop.sandbox.path("backend/db.sqlite3");
    django_reads_it(
        &shop,
        &serde_json::json!({ "ENGINE": "django.db.backends.sqlite3", "NAME": path }).to_string(),
    );
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("products_django", "");
    let host = url.split(['@', '/']).nth(3).unwrap().replace("%2F", "/");
    let shop = Shop { sandbox: empty(), url: Some(url) };
    shop.does(&["database", "create"]);
    let database = serde_json::json!({
        "ENGINE": "django.db.backends.postgresql", "NAME": "products_django", "USER": "postgres", "HOST": host
    });
    django_reads_it(&shop, &database.to_string());
}
