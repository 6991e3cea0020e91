"""Where the heavy commands spend their processor time, by function, as perf samples it."""

import os
import pathlib
import re
import shutil
import subprocess

from . import worlds
from .measure import SITEKEEP, Table, need

# A program with its symbols: CARGO_PROFILE_RELEASE_STRIP=false CARGO_PROFILE_RELEASE_DEBUG=line-tables-only cargo build --release
PROFILED = pathlib.Path(os.environ.get("PROFILED", SITEKEEP))
SHOWN = 4


def shares(folder, command):
    """Processor seconds, and the functions that take most of them."""
    record, told = folder / "perf.data", folder / "time"
    timed = ["/usr/bin/time", "-q", "-f", "%U %S", "-o", told, "perf", "record", "-q", "-F", "499", "-o", record, "--", *command]
    code = subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    # A warning or worse about the site is an answer; a command line that is none is not.
    if code > 3:
        raise SystemExit(f"{command} ended with {code}")
    report = ["perf", "report", "-i", record, "--no-children", "--stdio", "--sort", "symbol"]
    output = subprocess.run(report, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\s+([\d.]+)%\s+\[(.)\]\s+(.*?)\s*(?:-\s+-\s*)?$", output, re.M)
    if not any(re.search("[a-z]{4}", name) for _, _, name in found):
        raise SystemExit(f"{PROFILED} has no symbols, or perf may not sample; see scripts/benchmarks/profile.py")
    plain = lambda name: re.sub(r"<[^<>]*>|::\{\{closure\}\}|\.\w+\.\d+$", "", re.sub(r"<[^<>]*>", "", name)).replace("::", ":").strip(":")
    words = [f"{plain(name).split(':')[-1]}{' (kernel)' if where == 'k' else ''} {float(share):.0f} %" for share, where, name in found]
    return sum(map(float, told.read_text().split())), words[:SHOWN]


def run(folder):
    need(perf="linux-perf")
    shop = worlds.shop(folder / "shop", 20_000, 10_000, 100_000)
    worlds.apart(worlds.photos, folder / "media", 0.4)
    worlds.apart(worlds.sqlite, folder / "db.sqlite3", 150)
    worlds.django_log(folder / "django.log", 300_000_000)
    worlds.access_log(folder / "access.log", 300_000_000)
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, path in enumerate(sorted((shop / "backend" / "media" / "products").glob("[!b]*.jpg"))):
        shutil.copy2(path, pictures / f"{number}.jpg")
    site, drawn = folder / "sitekeep.toml", folder / "pictures.toml"
    rest = '[state]\ndirectory = "state"\n[backup]\nfolder = "backups"\n'
    site.write_text(f'[site]\nmedia = "media"\n[database]\npath = "db.sqlite3"\n[logs]\ndjango = ["django.log"]\naccess = ["access.log"]\nsystem = "off"\n{rest}')
    drawn.write_text(f'[site]\nmedia = "pictures"\n{rest}')
    table = Table(
        "0.4 GB of photos, 150 MB of SQLite, 0.3 GB of each log; a shop of 20 000 products, 10 000 files, 100 000 sessions",
        ["", "cpu s", "the functions that take most"],
        "compress is SHA-256, fold_help CRC-32, inflate and deflate the archive; upperFunc and strcspn are SQLite's search, by which a drill and a restore visit the shop.",
    )
    for words, config in [
        ("backup full", site),
        ("backup verify --all", site),
        ("backup drill", site),
        ("restore latest --no-safety-backup --confirm niasotac", site),
        ("logs errors", site),
        ("logs summary", site),
        ("images optimize", drawn),
        ("images orphans", shop / "sitekeep.toml"),
        ("products export", shop / "sitekeep.toml"),
        ("database clear-sessions", shop / "sitekeep.toml"),
        ("daily", shop / "sitekeep.toml"),
    ]:
        seconds, found = shares(folder, [PROFILED, *words.split(), "--config", config, "--quiet"])
        table.add(words, f"{seconds:.2f}", "; ".join(found))
    yield table
