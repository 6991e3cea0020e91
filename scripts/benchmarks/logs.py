"""Logs: the guide's greps and awk, goaccess and lnav."""

import os

from . import worlds
from .measure import Part, compare, need, sitekeep

GIGABYTES = float(os.environ.get("LOG_GB", "1"))
# What a log holds makes sitekeep end with 1 or 2.
DONE = (0, 1, 2, 3)


def run(folder):
    need(goaccess="goaccess", lnav="lnav")
    log, access = folder / "django.log", folder / "access.log"
    worlds.django_log(log, int(GIGABYTES * 1e9))
    worlds.access_log(access, int(GIGABYTES * 1e8))
    config = folder / "sitekeep.toml"
    config.write_text(f'[logs]\ndjango = ["{log}"]\naccess = ["{access}"]\nsystem = "off"\n[state]\ndirectory = "{folder}/state"\n')
    clock = {"SITEKEEP_NOW": worlds.LOG_READ_AT}
    guide = (
        f"grep 'slow query' {log}; grep admin {log} | grep login; tail -n 100 {log} | grep ERROR; "
        f"awk '/ERROR/ {{print $3}}' {log} | sort | uniq -c | sort -rn"
    )
    yield compare(f"Errors in {GIGABYTES} GB of Django's log", [
        Part("sitekeep logs errors", sitekeep("logs", "errors", config=config), environment=clock, done=DONE),
        Part("the guide's greps and awk, one after the other", guide),
        Part("lnav, ERROR lines counted", ["lnav", "-n", "-c", ":filter-in ERROR", "-c", ";SELECT count(*) FROM all_logs", str(log)], {}.clear,
             environment={"HOME": str(folder)}),
    ])
    report = folder / "report.json"
    yield compare(f"Slow requests and failures in {GIGABYTES / 10} GB of access log", [
        Part("sitekeep logs slow", sitekeep("logs", "slow", config=config), environment=clock, done=DONE),
        Part("goaccess, a report", f"goaccess {access} --log-format=COMBINED --no-global-config -o {report}"),
        Part("awk, statuses counted", f"awk '{{count[$9]++}} END {{for (s in count) print s, count[s]}}' {access}"),
    ])
