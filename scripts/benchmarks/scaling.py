"""Several servers on one PostgreSQL behind nginx: each is restarted in turn, again and again, while visitors ask."""

import contextlib
import os
import re
import subprocess
import time

from . import worlds
from .measure import SITEKEEP, Table, need
from .server import fetched, free_port, nginx_proxy, started

SERVERS, RESTARTS, SECONDS = 2, 10, 30


def run(folder):
    need(wrk="wrk", nginx="nginx-light", curl="curl")
    os.chmod(folder, 0o755)
    with worlds.postgres(None) as (url, programs), contextlib.ExitStack() as running:
        config = folder / "sitekeep.toml"
        (folder / "media").mkdir()
        config.write_text(
            f'[site]\nmedia = "media"\n[database]\nurl = "{url}"\nprograms = "{programs}"\n'
            f'[serve]\nsocket_mode = "666"\n[state]\ndirectory = "state"\n'
        )
        subprocess.run([SITEKEEP, "database", "create", "--demo", "--config", config, "--quiet"], check=True)
        sockets = [folder / f"{number}.sock" for number in range(SERVERS)]

        def start(socket):
            return subprocess.Popen(
                [SITEKEEP, "serve", "--listen", f"unix:{socket}", "--config", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

        def ready(socket):
            ask = ["curl", "-sf", "-o", "/dev/null", "--unix-socket", socket, "http://shop/readyz"]
            while subprocess.run(ask).returncode:
                time.sleep(0.05)

        servers = [start(socket) for socket in sockets]
        try:
            for socket in sockets:
                ready(socket)
            port = free_port()
            (folder / "nginx.conf").write_text(nginx_proxy(folder, sockets, port))
            address = f"http://127.0.0.1:{port}/api/products/"
            running.enter_context(started(["nginx", "-c", folder / "nginx.conf", "-e", "/dev/null"], address))
            right = len(fetched(address))
            load = subprocess.Popen(
                ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "--latency", address], stdout=subprocess.PIPE, text=True
            )
            for number in range(RESTARTS):
                place = number % SERVERS
                servers[place].terminate()
                servers[place].wait()
                servers[place] = start(sockets[place])
                ready(sockets[place])
            restarted_in_time = load.poll() is None
            output = load.communicate()[0]
        finally:
            for server in servers:
                server.terminate()
                server.wait()
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
        broken = re.search(r"Socket errors: (.*)", output)
        table = Table(f"{SERVERS} servers, {RESTARTS} restarts", ["", "found"], "max_fails=0: nginx asks the other server at once when one is not there.")
        table.add("requests answered", re.search(r"(\d+) requests in", output)[1])
        table.add("answers that were no 2xx", failed[1] if failed else 0)
        table.add("connections broken", broken[1] if broken else 0)
        table.add("all restarts within the load", "yes" if restarted_in_time else "no")
        table.add("bytes of an answer", right)
        table.add("99th percentile", re.search(r"99%\s+(\S+)", output)[1])
        yield table
