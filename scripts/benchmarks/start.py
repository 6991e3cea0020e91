"""Start-up: `--version` beside `python3 -c pass`, which every `manage.py` command pays at least."""

from .measure import ROUNDS, SITEKEEP, Part, compare


def run(_folder):
    yield compare("Start", [
        Part("sitekeep --version", [str(SITEKEEP), "--version"]),
        Part("python3 -c pass", ["python3", "-c", "pass"]),
    ], max(ROUNDS, 11))
