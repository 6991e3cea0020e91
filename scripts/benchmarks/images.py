"""Pictures: jpegoptim --strip-all --max=85 (the guide) and optipng -o2."""

import os
import pathlib
import shutil
import statistics
import subprocess

from . import worlds
from .measure import ROUNDS, SITEKEEP, TARGET, Part, Table, need, sitekeep, took

PEERS = {
    "JPEG": (b"\xff\xd8", ["jpegoptim", "-q", "--strip-all", "--max=85"]),
    "PNG": (b"\x89PNG", ["optipng", "-quiet", "-o2"]),
}


def scores(originals, others):
    """How much each JPEG looks like the original, by the same program for both sides (SSIMULACRA 2)."""
    program = TARGET / "release" / "examples" / "similarity"
    output = subprocess.run([program, originals, others], capture_output=True, text=True, check=True).stdout
    return [float(line.split("\t")[0]) for line in output.splitlines()]


def run(folder):
    need(jpegoptim="jpegoptim", optipng="optipng")
    source = pathlib.Path(os.environ["IMAGES"]) if "IMAGES" in os.environ else worlds.pictures(folder / "pictures")
    for kind, (magic, peer) in PEERS.items():
        original, ours, theirs = (folder / kind / name for name in ("original", "ours/media", "theirs"))
        files = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink() and path.read_bytes()[: len(magic)] == magic]
        if not files:
            continue
        for path in files:
            for copy in (original, ours, theirs):
                target = copy / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        names = [path.relative_to(source) for path in files]
        config = ours.parent / "sitekeep.toml"
        config.write_text('[site]\nmedia = "media"\n[state]\ndirectory = "state"\n')
        our_part = Part("", sitekeep("images", "optimize", "--fail-on", "critical", config=config))
        their_part = Part("", [*peer, *(str(theirs / name) for name in names)])

        def size(tree):
            return sum((tree / name).stat().st_size for name in names) / 1e6

        def grown(tree):
            return sum((tree / name).stat().st_size > (original / name).stat().st_size for name in names)

        first, their_first = took(our_part), took(their_part)
        bytes_after = size(ours), size(theirs)
        look = (scores(original, ours), scores(original, theirs)) if kind == "JPEG" else None
        again = statistics.median(took(our_part).cpu for _ in range(ROUNDS))
        their_again = statistics.median(took(their_part).cpu for _ in range(ROUNDS))
        table = Table(f"{len(names)} {kind}, {size(original):.1f} MB", ["", "sitekeep images optimize", " ".join(peer)])
        table.add("MB after", *(f"{after:.2f}" for after in bytes_after))
        if look:
            table.add("median likeness (SSIMULACRA 2)", *(f"{statistics.median(each):.1f}" for each in look))
            table.add("least likeness", *(f"{min(each):.1f}" for each in look))
            later = scores(original, theirs)
            table.add("least likeness after all these runs", f"{min(scores(original, ours)):.1f}", f"{min(later):.1f}")
        table.add("files that have grown", grown(ours), grown(theirs))
        table.add("cpu s, first run", f"{first.cpu:.2f}", f"{their_first.cpu:.2f}")
        table.add("cpu s, nothing new", f"{again:.3f}", f"{their_again:.2f}")
        table.add("peak MB", f"{first.peak:.0f}", f"{their_first.peak:.0f}")
        yield table
