"""Runs programs in turn and tells what they took: wall time, processor time, peak memory, bytes written."""

import os
import pathlib
import shlex
import statistics
import subprocess
import tempfile
import time
from typing import Callable, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
SITEKEEP = TARGET / "release" / "sitekeep"
ROUNDS = int(os.environ.get("ROUNDS", "3"))


class Part(NamedTuple):
    """One side of a comparison. A command that is one text runs in a shell; `shown` is how a page names it."""

    shown: str
    command: list | str
    prepare: Callable[[], None] = lambda: None
    written: Callable[[], list] | None = None
    environment: dict = {}
    # Exit codes that mean "done": sitekeep tells of a warning with 1.
    done: tuple = (0,)


class Took(NamedTuple):
    """Seconds of wall and of all processors, and the largest process's peak in MB."""

    wall: float
    cpu: float
    peak: float


class Table:
    """What was measured, as lines for the terminal and for a page."""

    def __init__(self, title, headers, note=""):
        self.title, self.headers, self.note, self.rows = title, headers, note, []

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def text(self):
        lines = [self.headers, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.headers))]
        shown = [
            "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(zip(line, widths)))
            for line in lines
        ]
        return "\n".join(["", self.title, *shown, *([self.note] if self.note else [])])

    def markdown(self):
        line = lambda cells: "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        rule = line(["---"] + ["---:"] * (len(self.headers) - 1))
        return "\n".join([f"### {self.title}", "", line(self.headers), rule, *map(line, self.rows), *(["", self.note] if self.note else [])])


def took(part):
    """Runs a part once, its output thrown away; it must succeed."""
    environment = {**os.environ, **part.environment}
    command = ["sh", "-c", part.command] if isinstance(part.command, str) else part.command
    with tempfile.NamedTemporaryFile() as told:
        # GNU time starts it, because a process that this one starts counts this one's memory as its peak.
        begin = time.perf_counter()
        process = subprocess.Popen(
            ["/usr/bin/time", "-q", "-f", "%M", "-o", told.name, *command], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        peak = int(told.read()) / 1024
    if os.waitstatus_to_exitcode(status) not in part.done:
        command = part.command if isinstance(part.command, str) else shlex.join(map(str, part.command))
        raise SystemExit(f"{command}\nended with {os.waitstatus_to_exitcode(status)}")
    return Took(wall, usage.ru_utime + usage.ru_stime, peak)


def medians(parts, rounds=ROUNDS):
    """Runs the parts in turn, after a round that does not count: fresh memory of a virtual machine costs several seconds a
    gigabyte. The median of each figure, the greatest of the peaks, and the bytes written."""
    runs, sizes = {part.shown: [] for part in parts}, {}
    for round_number in range(rounds + 1):
        for part in parts:
            part.prepare()
            os.sync()
            result = took(part)
            if round_number:
                runs[part.shown].append(result)
            if part.written:
                listed = subprocess.run(["du", "-scb", *part.written()], capture_output=True, text=True, check=True)
                sizes[part.shown] = int(listed.stdout.split()[-2])
    middle = {
        shown: Took(statistics.median(one.wall for one in each), statistics.median(one.cpu for one in each), max(one.peak for one in each))
        for shown, each in runs.items()
    }
    return middle, sizes


def compare(title, parts, rounds=ROUNDS, note=""):
    """A table of all parts; ratios are peer / first, so that above 1 the first is ahead."""
    middle, sizes = medians(parts, rounds)
    first = middle[parts[0].shown]
    table = Table(title, ["", "wall s", "cpu s", "peak MB", *(["MB written"] if sizes else []), "wall, of the first", "cpu, of the first"], note)
    for shown, one in middle.items():
        written = [f"{sizes[shown] / 1e6:.1f}" if shown in sizes else ""] if sizes else []
        table.add(
            shown, f"{one.wall:.3f}", f"{one.cpu:.3f}", f"{one.peak:.0f}", *written,
            f"{one.wall / first.wall:.2f}×", f"{one.cpu / max(first.cpu, 0.001):.2f}×",
        )
    return table


def sitekeep(*words, config):
    """A command line of ours that prints no more than it must."""
    return [str(SITEKEEP), *map(str, words), "--config", str(config), "--quiet"]


def need(**programs):
    """Ends with the packages to install when a program is missing."""
    import shutil

    missing = [package for program, package in programs.items() if not shutil.which(program)]
    if missing:
        raise SystemExit(f"missing: scripts/bench --install, or apt-get install {' '.join(missing)}")
