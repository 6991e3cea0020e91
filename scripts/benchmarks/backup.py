"""Backups: the guide's tar and gzip, pigz, restic, borg and django-dbbackup."""

import os
import shutil
import subprocess

from . import peers, worlds
from .measure import SITEKEEP, Part, compare, need, sitekeep

GIGABYTES, MEGABYTES = float(os.environ.get("MEDIA_GB", "1.5")), float(os.environ.get("DATABASE_MB", "270"))
COMMON = '[site]\nmedia = "media"\n[backup]\nfolder = "backups"\n[state]\ndirectory = "state"\n'
# sitekeep ends with 1 when it has something to tell beside the work.
DONE = (0, 1)


def run(folder):
    need(pigz="pigz", restic="restic", borg="borgbackup")
    media, database, out, backups = (folder / name for name in ("media", "db.sqlite3", "out", "backups"))
    worlds.apart(worlds.photos, media, GIGABYTES)
    worlds.apart(worlds.sqlite, database, MEGABYTES)
    out.mkdir()
    config = folder / "sitekeep.toml"
    config.write_text(f'{COMMON}[database]\npath = "db.sqlite3"\n')

    def empty(*names):
        for path in (backups, folder / "state", *(folder / name for name in names)):
            shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()

    def made():
        return [path for path in backups.iterdir() if path.name.endswith(".gz")]

    def ours(*words, settings=config):
        return Part(f"sitekeep backup {words[0]}", sitekeep("backup", *words, config=settings), empty, made, done=DONE)

    def peer(shown, command, file):
        return Part(shown, f"set -e; cd {folder}; {command}", empty, lambda: [out / file])

    django = peers.project(folder / "project", database, media)
    dbbackup = {"DBBACKUP_FOLDER": str(out)}

    yield compare(f"Media: {GIGABYTES} GB of photos", [
        ours("media"),
        peer("tar -czf (the guide)", "tar -czf out/m.tar.gz media", "m.tar.gz"),
        peer("tar, pigz -p2", "tar -cf - media | pigz -p2 > out/m.tar.gz", "m.tar.gz"),
        peer("plain tar, sync", "tar -cf out/m.tar media; sync out/m.tar", "m.tar"),
        Part("django-dbbackup: mediabackup --compress", [*django, "mediabackup", "--compress"], empty, lambda: [out], dbbackup),
    ])
    vacuum = "import sqlite3; sqlite3.connect('db.sqlite3').execute(\\\"VACUUM INTO 'out/d'\\\")"
    yield compare(f"Database: {database.stat().st_size / 1e6:.0f} MB of SQLite", [
        ours("database"),
        peer("cp, gzip (the guide)", "cp db.sqlite3 out/d; gzip out/d", "d.gz"),
        peer("VACUUM INTO, pigz -p2", f'python3 -c "{vacuum}"; pigz -p2 out/d', "d.gz"),
        Part("django-dbbackup: dbbackup --compress", [*django, "dbbackup", "--compress"], empty, lambda: [out], dbbackup),
    ])

    os.environ |= {
        "RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": str(folder / "restic"), "RESTIC_CACHE_DIR": str(folder / "cache"),
        "BORG_REPO": str(folder / "borg"), "BORG_BASE_DIR": str(folder / "base"), "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
    }

    def repository(name, command):
        def prepare():
            empty(name)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return prepare

    restic, borg = f"cd {folder}; restic -q backup media db.sqlite3", f"cd {folder}; borg create ::{{now:%s%f}} media db.sqlite3"
    yield compare("Both of them, the first time", [
        ours("full"),
        Part("restic", restic, repository("restic", ["restic", "init"]), lambda: [folder / "restic"]),
        Part("borg, lz4", borg, repository("borg", ["borg", "init", "-e", "none"]), lambda: [folder / "borg"]),
    ])
    empty()
    subprocess.run(sitekeep("backup", "full", "--fail-on", "never", config=config), check=True)
    yield compare("Both of them again, nothing has changed", [
        Part("sitekeep backup full", sitekeep("backup", "full", config=config), done=DONE),
        Part("restic", restic),
        Part("borg, lz4", borg),
    ])

    guide = folder / "guide.tar.gz"
    subprocess.run(["tar", "-czf", guide, "-C", folder, "media", "db.sqlite3"], check=True)
    newest = max(made())
    yield compare("Verify that backup", [
        Part("sitekeep backup verify", sitekeep("backup", "verify", newest.name, config=config)),
        Part("gzip -t of the guide's", f"gzip -t {guide}"),
        Part("restic check --read-data", "restic -q check --read-data"),
        Part("borg check --verify-data", "borg check --verify-data"),
    ])
    agreed = ["--confirm", "niasotac"]

    def clear():
        shutil.rmtree(out)
        out.mkdir()

    def purge():
        subprocess.run(sitekeep("quarantine", "purge", "--all", *agreed, config=config), check=True)

    restore = sitekeep("restore", newest.name, "--no-safety-backup", "--fail-on", "never", *agreed, config=config)
    yield compare("Restore that backup", [
        Part("sitekeep restore", restore, purge),
        Part("tar -xzf of the same", f"tar -xzf {newest} -C {out}", clear),
        Part("tar -xzf of the guide's", f"tar -xzf {guide} -C {out}", clear),
        Part("restic restore", f"restic -q restore latest --target {out}", clear),
        Part("borg extract", f"cd {out}; borg extract ::$(borg list --last 1 --short)", clear),
    ], note="sitekeep alone verifies the backup, opens and compares the database row by row, exchanges it with the live site and visits the pages.")

    with worlds.postgres(MEGABYTES) as (url, programs):
        settings = folder / "postgres.toml"
        settings.write_text(f'{COMMON}[database]\nurl = "{url}"\nprograms = "{programs}"\n')
        size = int(subprocess.run(f"{programs}/pg_dump '{url}' | wc -c", shell=True, capture_output=True, check=True).stdout)
        yield compare(f"Database: PostgreSQL, {size / 1e6:.0f} MB of plain dump", [
            ours("database", settings=settings),
            peer("pg_dump, gzip (the guide)", f"{programs}/pg_dump '{url}' > out/d; gzip out/d", "d.gz"),
            peer("pg_dump, pigz -p2", f"{programs}/pg_dump '{url}' | pigz -p2 > out/d.gz", "d.gz"),
        ])
