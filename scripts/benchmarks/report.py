"""docs/benchmarks.md: one section for each benchmark, of which a run replaces its own."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

from . import peers
from .measure import ROOT, ROUNDS, SITEKEEP

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Each figure comes from `scripts/bench`, which runs sitekeep and its peers in turn in one run and shows medians. Ratios hold
between machines better than seconds do: above 1× sitekeep is ahead, below it is behind. Anybody can make this page anew:

    scripts/bench --install                                     # the peers, from Debian and PyPI
    cargo build --release --locked --bins --examples
    scripts/bench --write                                       # all of it; or: scripts/bench --write backup

Each section names its own command. Machines that share their processors with others show spreads of 20 % and more between rounds.
"""


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024**2
    return f"{os.cpu_count()} × {model[1] if model else platform.machine()}, {memory:.0f} GB, {platform.system()} {platform.release().split('-')[0]}"


def section(name, described, tables, load_before):
    version = subprocess.run([SITEKEEP, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    lines = [
        f"## {name}", "", described, "",
        f"`scripts/bench {name}`, {datetime.date.today()}, {version}, {ROUNDS} rounds; {machine()}; load before the run {load_before:.1f}.", "",
    ]
    for table in tables:
        lines += [table.markdown(), ""]
    return "\n".join(lines)


def write(name, text):
    """Puts a section where the former one stood, else in front of the versions."""
    page = PAGE.read_text() if PAGE.exists() else HEAD
    sections = {"": HEAD} | {part.split("\n", 1)[0][3:]: part for part in re.split(r"(?m)^(?=## )", page)[1:]}
    sections[name] = text
    sections.pop("Versions", None)
    listed = "\n".join(f"- {line}" for line in peers.versions())
    sections["Versions"] = f"## Versions\n\n{listed}\n"
    PAGE.write_text("\n".join(part.rstrip() + "\n" for part in sections.values()))
