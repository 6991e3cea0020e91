"""The catalogue server: nginx with the same bytes from files, a bare axum, gunicorn with Django REST framework."""

import contextlib
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import time

from . import peers
from .measure import ROUNDS, SITEKEEP, TARGET, Table, need

CONNECTIONS, SECONDS = 64, 4


def load(url, connections=CONNECTIONS):
    """Requests per second, and the 99th percentile of the times in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"{url} answered errors:\n{output}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    late = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), late


def resident(pid):
    """The greatest resident memory so far of a process and its children, in MB."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    sizes = [re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{one}/status").read_text())[1] for one in (pid, *children)]
    return sum(map(int, sizes)) / 1024


def fetched(url):
    return subprocess.run(["curl", "-sf", url], capture_output=True, check=True).stdout


@contextlib.contextmanager
def started(command, ready, seconds=20, **options):
    """Starts a program, waits until it answers at `ready`, and ends it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(seconds * 20):
            if subprocess.run(["curl", "-s", "-o", "/dev/null", ready]).returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise SystemExit(f"{command[0]} does not answer at {ready}")
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_settings(folder, files, port):
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log /dev/null; worker_processes 2; events {{}}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;\n"
        f"fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n"
        f"types {{ image/jpeg jpg; }} server {{ listen 127.0.0.1:{port}; root {files}; }} }}\n"
    )


def nginx_proxy(folder, sockets, port):
    """The lines of docs/scaling.md."""
    upstream = "".join(f"server unix:{socket} max_fails=0; " for socket in sockets)
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log /dev/null; worker_processes 1; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;\n"
        f"fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n"
        f"upstream shop {{ {upstream} keepalive 32; }}\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://shop; proxy_http_version 1.1;\n"
        'proxy_set_header Connection ""; proxy_set_header Host $http_host; } } }\n'
    )


def run(folder):
    need(wrk="wrk", nginx="nginx-light", curl="curl")
    hello_program = TARGET / "release" / "examples" / "hello"
    if not hello_program.exists():
        raise SystemExit(f"{hello_program} is not there: cargo build --release --examples")
    site = folder / "demo"
    subprocess.run([SITEKEEP, "demo", site, "--quiet", "--fail-on", "never"], check=True)
    ports = [free_port() for _ in range(4)]
    ours, nginx, hello, django = (f"http://127.0.0.1:{port}" for port in ports)
    static = folder / "static"
    static.mkdir()
    os.chmod(folder, 0o755)
    (folder / "nginx.conf").write_text(nginx_settings(folder, static, ports[1]))
    media = site / "backend" / "media"
    manage = peers.project(folder / "project", site / "backend" / "db.sqlite3", media)
    gunicorn = [manage[0].parent / "gunicorn", "-w", "2", "-b", f"127.0.0.1:{ports[3]}", "shop.wsgi"]
    serve = [SITEKEEP, "serve", "--listen", f"127.0.0.1:{ports[0]}", "--config", site / "sitekeep.toml"]
    with contextlib.ExitStack() as running:
        server = running.enter_context(started(serve, f"{ours}/healthz"))
        product = json.loads(fetched(f"{ours}/api/products/"))["results"][0]
        picture = re.sub(r"^https?://[^/]+", "", product["image"])
        paths = {
            "API, list of products": "/api/products/",
            "API, one product": f"/api/products/{product['slug']}/",
            "API, a search": "/api/products/?search=a",
            "page, listing": "/products",
            "picture": picture,
            "picture, 320 pixels wide": f"{picture}?w=320",
        }
        # The same bytes from files; nginx takes a query for nothing, so that each has a file of its own.
        sizes = []
        for number, path in enumerate(paths.values()):
            content = fetched(ours + path)
            sizes.append(len(content))
            (static / f"{number}.jpg").write_bytes(content)
        running.enter_context(started(["nginx", "-c", folder / "nginx.conf", "-e", "/dev/null"], f"{nginx}/0.jpg"))
        running.enter_context(started([hello_program, f"127.0.0.1:{ports[2]}"], hello))
        workers = running.enter_context(started(gunicorn, f"{django}/api/products/", cwd=folder / "project"))
        theirs = json.loads(fetched(f"{django}/api/products/"))
        if [one["slug"] for one in theirs["results"]] != [one["slug"] for one in json.loads(fetched(f"{ours}/api/products/"))["results"]]:
            raise SystemExit("the peer's list is not ours")
        table = Table(
            f"Requests per second, wrk with {CONNECTIONS} connections",
            ["", "bytes", "sitekeep", "p99 ms", "nginx, same bytes", "of nginx", "bare axum", "of bare axum", "gunicorn + DRF", "of gunicorn"],
            "Each is the median of its rounds, in turn. gunicorn has two workers and Django's SQLite; it serves no pages and no pictures.",
        )
        for number, (shown, path) in enumerate(paths.items()):
            targets = [ours + path, f"{nginx}/{number}.jpg", hello + "/", *([django + path] if path.startswith("/api/") else [])]
            rounds = [[load(target) for target in targets] for _ in range(ROUNDS + 1)][1:]
            rates = [statistics.median(one[place][0] for one in rounds) for place in range(len(targets))]
            late = statistics.median(one[0][1] for one in rounds)
            of_django = [f"{rates[3]:.0f}", f"{rates[0] / rates[3]:.0f}×"] if len(rates) > 3 else ["", ""]
            table.add(
                shown, sizes[number], f"{rates[0]:.0f}", f"{late:.2f}", f"{rates[1]:.0f}", f"{rates[0] / rates[1]:.0%}",
                f"{rates[2]:.0f}", f"{rates[0] / rates[2]:.0%}", *of_django,
            )
        table.note += f" Peak memory: sitekeep {resident(server.pid):.0f} MB, gunicorn {resident(workers.pid):.0f} MB."
        yield table
