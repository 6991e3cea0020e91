"""What the guide does with manage.py: sessions, statistics, orphans."""

import shutil

from . import peers, worlds
from .measure import Part, compare, sitekeep

DONE = (0, 1, 2)
# The guide's own lines, for `manage.py shell`.
STATISTICS = """
from showcase.models import Product, Category
print(f"Total produits: {Product.objects.count()}")
print(f"Produits en stock: {Product.objects.filter(in_stock=True).count()}")
print(f"Produits vedettes: {Product.objects.filter(featured=True).count()}")
print(f"Total catégories: {Category.objects.count()}")
"""
ORPHANS = """
from pathlib import Path
from django.conf import settings
from showcase.models import Product
used_images = {product.image.name for product in Product.objects.all()}
media = Path(settings.MEDIA_ROOT)
for image_file in (media / "products").glob("*"):
    if f"products/{image_file.name}" not in used_images:
        print(f"Image orpheline: {image_file}")
"""


def run(folder):
    products, files, sessions = 10_000, 10_000, 100_000
    site = worlds.shop(folder / "shop", products, files, sessions)
    config, database, media = site / "sitekeep.toml", site / "backend" / "db.sqlite3", site / "backend" / "media"
    django = peers.project(folder / "project", database, media)
    kept = folder / "kept.sqlite3"
    shutil.copy2(database, kept)

    def again():
        shutil.copy2(kept, database)

    def shell(name, script):
        file = folder / name
        file.write_text(script)
        return " ".join(map(str, django)) + f" shell < {file}"

    yield compare(f"{sessions} sessions, four fifths of them expired", [
        Part("sitekeep database clear-sessions", sitekeep("database", "clear-sessions", config=config), again, done=DONE),
        Part("manage.py clearsessions", [*map(str, django), "clearsessions"], again),
    ])
    yield compare(f"Statistics of {products} products", [
        Part("sitekeep stats", sitekeep("stats", config=config), done=DONE),
        Part("manage.py shell, the guide's counts", shell("statistics.py", STATISTICS)),
    ], note="sitekeep also counts brands, prices, pictures and their files; the guide's script counts four numbers.")
    yield compare(f"Orphans among {files} files", [
        Part("sitekeep images orphans", sitekeep("images", "orphans", config=config), done=DONE),
        Part("manage.py shell, the guide's script", shell("orphans.py", ORPHANS)),
    ], note="sitekeep reads every text of every table and follows folders; the guide's script looks at one column and one folder.")
