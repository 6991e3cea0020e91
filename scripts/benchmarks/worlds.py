"""What is worked on: product photos, databases of Django's tables on SQLite and PostgreSQL, logs, a shop, pictures.

Everything is made from fixed seeds, so that two runs compare the same bytes.
"""

import base64
import contextlib
import itertools
import multiprocessing
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile

from .measure import SITEKEEP

UNPRIVILEGED = 65534  # initdb and postgres refuse root; this is Debian's nobody
JPEG_HEAD = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(range(1, 66))

SCHEMA = """
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied {time} NOT NULL);
CREATE TABLE showcase_category (id integer PRIMARY KEY, name varchar(100) NOT NULL, slug varchar(120) NOT NULL UNIQUE);
CREATE TABLE showcase_product (id integer PRIMARY KEY, name varchar(200) NOT NULL, slug varchar(220) NOT NULL UNIQUE,
  description text NOT NULL, price decimal(10, 2) NOT NULL, brand varchar(100) NOT NULL, image varchar(100) NOT NULL,
  in_stock bool NOT NULL, created_at {time} NOT NULL, category_id bigint NOT NULL REFERENCES showcase_category (id));
CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date {time} NOT NULL);
"""
INDEXES = """
CREATE INDEX showcase_product_category ON showcase_product (category_id);
CREATE INDEX django_session_expire_date ON django_session (expire_date);
"""


def apart(work, *arguments):
    """Does work in a process of its own, whose memory goes with it."""
    process = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} failed")


def photos(folder, gigabytes):
    """Files that begin as JPEG and whose rest no compressor shortens, as large as product photos are."""
    chance = random.Random(1)
    count = round(gigabytes * 6700)
    for number in range(count):
        place = folder / "products" / f"2025-{number % 12 + 1:02}" / f"produit_{number:05}.jpg"
        if number < 12:
            place.parent.mkdir(parents=True)
        size = max(6_000, int(chance.lognormvariate(11.75, 0.55)))
        place.write_bytes(JPEG_HEAD + chance.randbytes(size))


def rows(megabytes):
    """The rows of each table, about so many megabytes of SQLite in all."""
    chance = random.Random(2)
    letters = "abcdefghijklmnoprstuvy"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(4000)]
    weights = list(itertools.accumulate(1 / (rank + 8) for rank in range(len(words))))
    moment = lambda: f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}.{chance.randint(0, 999_999):06}"
    yield "django_migrations", [(1, "showcase", "0001_initial", moment())]
    yield "showcase_category", [(number, f"Category {number}", f"category-{number}") for number in range(1, 17)]
    products = []
    for number in range(1, int(megabytes * 740)):
        text = chance.choices(words, cum_weights=weights, k=150)
        name = " ".join(text[:4]).title()
        products.append((
            number, name, f"{'-'.join(text[:4])}-{number}", " ".join(text), chance.randint(100, 9_999_999) / 100, text[5].title(),
            f"products/produit_{number % 10000:05}.jpg", chance.random() < 0.9, moment(), chance.randint(1, 16),
        ))
    yield "showcase_product", products
    key = lambda: "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=32))
    data = lambda: ".eJx" + base64.urlsafe_b64encode(chance.randbytes(160)).decode() + ":1xVGu0:" + key()
    yield "django_session", [(key(), data(), moment()) for _ in range(int(megabytes * 180))]


def sqlite(path, megabytes):
    database = sqlite3.connect(path)
    database.executescript(SCHEMA.format(time="datetime") + INDEXES)
    for table, content in rows(megabytes):
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(content[0]))})", content)
    database.commit()
    database.close()


def feed(psql, megabytes):
    process = subprocess.Popen(psql, stdin=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL)
    process.stdin.write(SCHEMA.format(time="timestamptz"))
    for table, content in rows(megabytes):
        process.stdin.write(f"COPY {table} FROM STDIN;\n")
        process.stdin.writelines("\t".join(map(str, row)) + "\n" for row in content)
        process.stdin.write("\\.\n")
    process.stdin.write(INDEXES + "ANALYZE;\n")
    process.stdin.close()
    if process.wait():
        raise SystemExit("the rows could not be loaded into PostgreSQL")


@contextlib.contextmanager
def postgres(megabytes):
    """A cluster of its own, with the same rows unless there are to be none; yields its URL and the folder of its programs."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise SystemExit("no PostgreSQL: apt-get install postgresql")
    programs = found[-1].parent
    # A socket's path may have 107 bytes: the folder is short.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pgbench", dir="/tmp"))
    identity = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
    if identity:
        os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **identity}
    data = folder / "data"
    subprocess.run([programs / "initdb", "-D", data, "-U", "site", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"], check=True, **quiet)
    try:
        options = f"-c listen_addresses= -k {folder} -c shared_buffers=256MB"
        subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", options, "start"], check=True, **quiet)
        url = f"postgresql://site@localhost/postgres?host={folder}"
        if megabytes:
            apart(feed, [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", url], megabytes)
        yield url, programs
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder)


LOG_READ_AT = "2026-11-23T00:00:00Z"


def stamp(number):
    return f"{number // 900 % 24:02}:{number // 15 % 60:02}:{number * 4 % 60:02}"


def repeated(path, block, size):
    with open(path, "wb") as log:
        while log.tell() < size:
            log.write(block)


def django_log(path, size):
    """A Django log in the guide's format: mostly INFO, one traceback in a hundred lines, all of the day before LOG_READ_AT."""
    block = []
    for number in range(20_000):
        moment = f"2026-11-22 {stamp(number)},{number % 1000:03}"
        if number % 100 == 50:
            block.append(
                f"ERROR {moment} log Internal Server Error: /products/{number}/\nTraceback (most recent call last):\n"
                f'  File "/srv/shop/views.py", line {number % 300}, in get\n    return price / stock\n'
                "ZeroDivisionError: division by zero\n"
            )
        else:
            block.append(f'INFO {moment} basehttp "GET /products/item-{number}/?page=2 HTTP/1.1" 200 {number * 7}\n')
    repeated(path, "".join(block).encode(), size)


def access_log(path, size):
    """An access log in the combined format with the time of each request at its end, as nginx writes it when asked to."""
    chance = random.Random(3)
    block = "".join(
        f'10.{number % 200}.{number % 7}.9 - - [22/Nov/2026:{stamp(number)} +0000] "GET /products/item-{number % 500}/ HTTP/1.1" '
        f'{500 if number % 250 == 0 else 200} {number * 3} "-" "Mozilla/5.0" {chance.expovariate(10):.3f}\n'
        for number in range(20_000)
    )
    repeated(path, block.encode(), size)


def shop(folder, products, files, sessions):
    """The demonstration site with as many products, picture files and sessions; one file in a hundred is named by nobody."""
    subprocess.run([SITEKEEP, "demo", folder, "--quiet", "--fail-on", "never"], check=True)
    media = folder / "backend" / "media" / "products"
    chance = random.Random(4)
    for number in range(files):
        path = media / f"bench_{number:06}.jpg"
        path.write_bytes(JPEG_HEAD + chance.randbytes(2_000))
        os.utime(path, (1_700_000_000, 1_700_000_000))
    database = sqlite3.connect(folder / "backend" / "db.sqlite3")
    columns = "description, price, brand, in_stock, featured, created_at, updated_at, category_id, subcategory_id"
    first = database.execute(f"SELECT {columns} FROM showcase_product ORDER BY id LIMIT 1").fetchone()
    database.executemany(
        f"INSERT INTO showcase_product (name, slug, image, {columns}) VALUES (?, ?, ?{', ?' * len(first)})",
        ((f"Bench {number}", f"bench-{number}", f"products/bench_{min(number, files * 99 // 100 - 1):06}.jpg", *first) for number in range(products)),
    )
    database.execute("DELETE FROM django_session")
    database.executemany(
        "INSERT INTO django_session VALUES (?, ?, ?)",
        ((f"{number:032x}", "data" * 40, "2020-01-01 00:00:00" if number % 5 else "2099-01-01 00:00:00") for number in range(sessions)),
    )
    database.commit()
    database.close()
    return folder


def pictures(folder):
    """Photos and drawings of Debian's mate-backgrounds and desktop-base, none larger than 2 MB."""
    folder.mkdir()
    for package in ("mate-backgrounds", "desktop-base"):
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    for path in folder.rglob("*"):
        if path.is_symlink() or (path.is_file() and path.stat().st_size > 2_000_000):
            path.unlink()
    return folder
