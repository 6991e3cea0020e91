"""How the cost of each command grows with what it works on: at 1, 10 and 100 times, and the exponent of the last step."""

import math
import os
import shutil
import subprocess

from . import worlds
from .measure import SITEKEEP, Part, Table, medians, sitekeep

DONE = (0, 1, 2, 3)
STEPS = (1, 10, 100)
NOTHING = lambda: None


def site(folder):
    """Settings of a site whose parts lie in a folder."""
    config = folder / "sitekeep.toml"
    config.write_text(
        '[site]\nmedia = "media"\n[database]\npath = "db.sqlite3"\n[backup]\nfolder = "backups"\n[state]\ndirectory = "state"\n'
        '[logs]\ndjango = ["django.log"]\nsystem = "off"\n'
    )
    return config


def fresh(folder, *names):
    def prepare():
        for name in names:
            shutil.rmtree(folder / name, ignore_errors=True)
    return prepare


def works(folder, factor):
    """(what, unit, amount, command, preparation) at a factor."""
    place = folder / str(factor)
    place.mkdir()
    config = site(place)
    worlds.apart(worlds.photos, place / "media", 0.015 * factor)
    worlds.apart(worlds.sqlite, place / "db.sqlite3", 2.7 * factor)
    worlds.django_log(place / "django.log", 10_000_000 * factor)
    yield "backup media", f"{15 * factor} MB", sitekeep("backup", "media", config=config), fresh(place, "backups", "state")
    yield "backup database", f"{2.7 * factor:.1f} MB", sitekeep("backup", "database", config=config), fresh(place, "backups", "state")
    yield "logs errors", f"{10 * factor} MB", sitekeep("logs", "errors", config=config), fresh(place, "state")
    subprocess.run(sitekeep("backup", "full", "--fail-on", "never", config=config), check=True)
    newest = max(path.name for path in (place / "backups").iterdir() if path.name.endswith(".gz"))
    yield "backup verify", f"{18 * factor} MB", sitekeep("backup", "verify", newest, config=config), NOTHING
    restore = sitekeep("restore", newest, "--no-safety-backup", "--fail-on", "never", "--confirm", "niasotac", config=config)
    purge = sitekeep("quarantine", "purge", "--all", "--confirm", "niasotac", config=config)
    yield "restore", f"{18 * factor} MB", restore, lambda: subprocess.run(purge, check=True)
    shop = worlds.shop(place / "shop", 200 * factor, 200 * factor, 2_000 * factor)
    settings, database, kept = shop / "sitekeep.toml", shop / "backend" / "db.sqlite3", place / "kept.sqlite3"
    shutil.copy2(database, kept)
    yield "images orphans", f"{200 * factor} files", sitekeep("images", "orphans", config=settings), NOTHING
    yield "stats", f"{200 * factor} products", sitekeep("stats", config=settings), NOTHING
    yield "products list", f"{200 * factor} products", sitekeep("products", "list", config=settings), NOTHING
    yield "database clear-sessions", f"{2_000 * factor} sessions", sitekeep("database", "clear-sessions", config=settings), lambda: shutil.copy2(kept, database)
    yield "database optimize", f"{2_000 * factor} sessions", sitekeep("database", "optimize", config=settings), lambda: shutil.copy2(kept, database)


def run(folder):
    rounds = int(os.environ.get("ROUNDS", "3"))
    found = {}
    for factor in STEPS:
        for what, amount, command, prepare in works(folder, factor):
            part = Part(what, command, prepare, done=DONE)
            found.setdefault(what, []).append((amount, medians([part], rounds)[0][what]))
        shutil.rmtree(folder / str(factor))
    table = Table(
        "Processor seconds and peak memory at 1, 10 and 100 times",
        ["", "from", "to", "cpu s", "", "", "exponent", "peak MB", "", ""],
        "The exponent is that of cpu from 10 to 100 times: 1 grows as the work does, 2 as its square.",
    )
    for what, steps in found.items():
        cpu = [max(one.cpu, 0.001) for _, one in steps]
        table.add(
            what, steps[0][0], steps[-1][0], *(f"{seconds:.3f}" for seconds in cpu), f"{math.log10(cpu[2] / cpu[1]):.2f}",
            *(f"{one.peak:.0f}" for _, one in steps),
        )
    yield table
