"""Building it: what compiling takes from nothing, the size of the program, and whose code is in it. One run, without rounds."""

import collections
import os
import re
import subprocess

from .measure import ROOT, Part, Table, need, took

SHOWN = 12
PROFILES = {"cargo build --release": ["--release"], "cargo build": []}
# Symbols of C have no crate in their names.
IN_C = {"sqlite": "SQLite, in C", "fts": "SQLite, in C", "ring": "ring, in C and assembler"}


def owner(symbol):
    """The crate that defines what a symbol of `nm` names; what is generic counts where it is defined."""
    rust = re.match(r"_ZN(\d+)(.*)", symbol)
    if rust:
        name = rust[2][: int(rust[1])]
        within = re.search(r"([a-z]\w*)\.\.", name)
        return within[1] if within else name
    return IN_C.get(re.match(r"[a-z]*", symbol)[0], "the rest, in C")


def printed(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def run(folder):
    need(nm="binutils", cargo="cargo")
    environment = {"CARGO_TARGET_DIR": str(folder), "CARGO_PROFILE_RELEASE_STRIP": "false"}
    printed("cargo", "fetch", "--locked")
    took_to_build = Table("From nothing, the crates' sources being there", ["", "wall s", "cpu s", "peak MB"])
    for shown, options in PROFILES.items():
        command = ["cargo", "build", "--locked", "--offline", "--manifest-path", ROOT / "Cargo.toml", "--bin", "sitekeep", *options]
        one = took(Part(shown, command, environment=environment))
        took_to_build.add(shown, f"{one.wall:.0f}", f"{one.cpu:.0f}", f"{one.peak:.0f}")
    yield took_to_build

    program = folder / "release" / "sitekeep"
    code = collections.Counter()
    for line in printed("nm", "-S", "--defined-only", program).splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] in "tT":
            code[owner(fields[3])] += int(fields[1], 16)
    subprocess.run(["strip", program], check=True)
    lines = set(printed("cargo", "tree", "--locked", "-e", "normal", "--prefix", "none", "--format", "{p}").splitlines())
    crates = {tuple(line.split()[:2]) for line in lines if line and not line.startswith("sitekeep")}
    twice = [name for name, count in collections.Counter(name for name, _ in crates).items() if count > 1]
    table = Table(
        f"The program: {program.stat().st_size / 1e6:.1f} MB, {len(crates)} crates",
        ["code of", "MB", "of all"],
        f"In two versions, as their users ask for them: {', '.join(sorted(twice))}.",
    )
    total = sum(code.values())
    for name, size in code.most_common(SHOWN):
        table.add(name, f"{size / 1e6:.2f}", f"{size / total:.0%}")
    yield table
