"""Makes a demonstration site hard to show: what real shops hold sooner or later, in one database.

python3 strain.py SITE
"""

import pathlib
import sqlite3
import struct
import sys
import zlib

site = pathlib.Path(sys.argv[1])
media = site / "backend/media/products"
NOW = "2026-11-20 08:00:00"


def png(path, wide, high, clear=False):
    """A shape on a ground: white, or one that can be seen through."""
    depth = 4 if clear else 3
    shape = bytes([180, 60, 40, 255][:depth])
    ground = bytes([255, 255, 255, 0][:depth])
    line = lambda y: b"".join(
        shape if (2 * x / wide - 1) ** 2 + (2 * y / high - 1) ** 2 < 0.8 else ground for x in range(wide)
    )
    rows = b"".join(b"\0" + line(y) for y in range(high))
    chunk = lambda kind, data: (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )
    head = struct.pack(">IIBBBBB", wide, high, 8, 6 if clear else 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return f"products/{path.name}"


tall = png(media / "tall.png", 300, 1200)
flat = png(media / "flat.png", 1500, 200)
clear = png(media / "clear.png", 500, 500, clear=True)
tiny = png(media / "tiny.png", 24, 24)

database = sqlite3.connect(site / "backend/db.sqlite3")
top = database.execute("INSERT INTO showcase_category (name, slug, created_at, updated_at) VALUES "
                       "('Équipements de vidéosurveillance, contrôle d’accès et sécurité incendie', 'securite', ?, ?)",
                       (NOW, NOW)).lastrowid
parent = top
for depth in range(1, 5):
    parent = database.execute(
        "INSERT INTO showcase_category (name, slug, created_at, updated_at, parent_id) VALUES (?, ?, ?, ?, ?)",
        (f"Sous-catégorie de niveau {depth}", f"niveau-{depth}", NOW, NOW, parent),
    ).lastrowid

long_text = "Un texte long, comme en écrivent les fabricants.\n\n" + "\n".join(
    f"• Caractéristique {number} : Processeur-graphique/à-très-longue-désignation-sans-espaces-{number}" for number in range(12)
)
pictures = [tall, flat, clear, tiny]
products = [
    # name, slug, description, price, brand, picture, in stock, featured
    ("Imprimante multifonction professionnelle à réservoirs d’encre rechargeables, recto verso automatique, chargeur de "
     "documents, réseau filaire et sans fil, garantie trois ans sur site", "long", long_text, 99999999.99,
     "Établissements Générale Informatique et Bureautique du Golfe de Guinée", tall, 0, 1),
    ("Câble_HDMI_2.1_Ultra_High_Speed_8K@60Hz_4K@120Hz_48Gbps_eARC_HDR10+_DolbyVision_Nylon_Tressé", "unbroken", "", 0.5,
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", flat, 1, 1),
    ("Sans photo", "no-picture", "Il n’y a pas encore de photo.", 15000, "", "", 1, 1),
    ("<b>Entités & \"guillemets\"</b>", "markup", "<script>alert(1)</script> & l’apostrophe", 1250.5, "R&D", clear, 1, 1),
    ("Timbre", "tiny", "Une photo plus petite que sa place.", 5, "Petit", tiny, 1, 0),
    ("هاتف ذكي", "arabic", "اسم من اليمين إلى اليسار", 250000, "أكوا", clear, 1, 0),
]
for name, slug, description, price, brand, picture, in_stock, featured in products:
    database.execute(
        "INSERT INTO showcase_product (name, slug, description, price, brand, image, in_stock, featured, created_at,"
        " updated_at, category_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '2027-01-01', ?, ?)",
        (name, slug, description, price, brand, picture, in_stock, featured, NOW, parent),
    )
database.executemany(
    "INSERT INTO showcase_product (name, slug, description, price, brand, image, in_stock, featured, created_at,"
    " updated_at, category_id) VALUES (?, ?, '', ?, ?, '', ?, 0, ?, ?, 1)",
    [(f"Pièce détachée {number}", f"part-{number}", number * 1000, f"Marque {number % 40}", number % 3 > 0, NOW, NOW)
     for number in range(1, 401)],
)
database.execute("CREATE TABLE showcase_productimage (id integer PRIMARY KEY, image varchar(100), product_id bigint)")
photos = [f"products/{photo.name}" for photo in sorted(media.glob("*.jpg"))[:6]]
database.executemany(
    "INSERT INTO showcase_productimage (image, product_id) SELECT ?, id FROM showcase_product WHERE slug = 'long'",
    [(photo,) for photo in pictures[1:] + photos],
)
database.execute(
    "UPDATE showcase_sitesettings SET company_name = 'Établissements Générale Informatique et Bureautique du Golfe',"
    " company_description = ?, contact_email = 'service.commercial.et.apres.vente@etablissements-generale-informatique.example',"
    " contact_address = 'Carrefour Toyota, immeuble de la Générale, troisième étage, à côté de la pharmacie, Cotonou, Bénin'",
    ("Ordinateurs, imprimantes, consommables et pièces détachées. " * 6,),
)
database.commit()
