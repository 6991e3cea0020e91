"""The peers that are installed: Debian's packages, and a Django project on the site's own database."""

import os
import pathlib
import subprocess
import sys

PACKAGES = "wrk nginx-light curl pigz restic borgbackup postgresql jpegoptim optipng goaccess lnav time".split()
DJANGO = ["django>=5.2,<5.3", "djangorestframework>=3.16", "django-filter>=25", "django-dbbackup>=5", "gunicorn>=23", "pillow>=11"]

SETTINGS = """
import os
SECRET_KEY = "only-for-the-benchmark"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "rest_framework", "django_filters",
    "dbbackup", "showcase",
]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {database!r}}}}}
MEDIA_ROOT, MEDIA_URL = {media!r}, "/media/"
USE_TZ, TIME_ZONE, LANGUAGE_CODE = True, "Africa/Douala", "fr-fr"
REST_FRAMEWORK = {{
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination", "PAGE_SIZE": 20,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}}
STORAGES = {{
    "default": {{"BACKEND": "django.core.files.storage.FileSystemStorage"}},
    "staticfiles": {{"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    "dbbackup": {{"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {{"location": os.environ.get("DBBACKUP_FOLDER", "/nowhere")}}}},
}}
"""
MODELS = """
from django.db import models

class Category(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    class Meta:
        managed, db_table = False, "showcase_category"

class Product(models.Model):
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    description = models.TextField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    brand = models.CharField(max_length=100)
    image = models.ImageField(upload_to="products/")
    in_stock = models.BooleanField()
    featured = models.BooleanField()
    created_at = models.DateTimeField()
    category = models.ForeignKey(Category, on_delete=models.CASCADE)
    class Meta:
        managed, db_table, ordering = False, "showcase_product", ["-created_at"]
"""
URLS = """
from django.urls import include, path
from rest_framework import filters, routers, serializers, viewsets
from showcase.models import Product

class ProductSerializer(serializers.ModelSerializer):
    category_name = serializers.CharField(source="category.name")
    class Meta:
        model = Product
        fields = ["id", "name", "slug", "description", "price", "brand", "image", "in_stock", "featured", "created_at", "category", "category_name"]

class Products(viewsets.ReadOnlyModelViewSet):
    queryset = Product.objects.select_related("category")
    serializer_class = ProductSerializer
    lookup_field = "slug"
    filter_backends = [filters.SearchFilter, filters.OrderingFilter]
    search_fields = ["name", "brand", "description"]
    ordering_fields = ["name", "price", "created_at"]

router = routers.DefaultRouter()
router.register("products", Products)
urlpatterns = [path("api/", include(router.urls))]
"""
MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
WSGI = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


def install():
    """Debian's packages, as root, and the environment of Django."""
    subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES], check=True)
    python()


def python():
    """Python of an environment with Django in it, made once in the user's cache."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "sitekeep-bench"
    program = cache / "bin" / "python"
    ready = "import django, rest_framework, dbbackup, gunicorn, django_filters"
    if not program.exists() or subprocess.run([program, "-c", ready], stderr=subprocess.DEVNULL).returncode:
        subprocess.run([sys.executable, "-m", "venv", cache], check=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *DJANGO], check=True)
    return program


def project(folder, database, media):
    """Writes a Django project on a database that is there; the beginning of a `manage.py` command."""
    files = {
        "manage.py": MANAGE, "shop/__init__.py": "", "shop/wsgi.py": WSGI, "shop/urls.py": URLS,
        "shop/settings.py": SETTINGS.format(database=str(database), media=str(media)),
        "showcase/__init__.py": "", "showcase/models.py": MODELS,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [python(), folder / "manage.py"]


def versions():
    """What was compared, for the page."""
    asked = {
        "restic": ["restic", "version"], "borg": ["borg", "--version"], "pigz": ["pigz", "--version"], "nginx": ["nginx", "-v"],
        "jpegoptim": ["jpegoptim", "--version"], "optipng": ["optipng", "--version"], "goaccess": ["goaccess", "--version"],
        "lnav": ["lnav", "-V"], "tar": ["tar", "--version"], "gzip": ["gzip", "--version"],
    }
    for name, command in asked.items():
        try:
            done = subprocess.run(command, capture_output=True, text=True)
            yield (done.stdout or done.stderr).strip().splitlines()[0]
        except OSError:
            yield f"{name}: not there"
    frozen = subprocess.run([python(), "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout.split()
    yield ", ".join(line for line in frozen if line.lower().split("==")[0] in ("django", "djangorestframework", "django-dbbackup", "gunicorn"))
