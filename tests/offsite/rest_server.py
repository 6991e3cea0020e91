"""An append-only REST server of restic's protocol: nothing but locks is ever removed. Prints its port."""

import http.server
import json
import os
import sys

ROOT, LOG = sys.argv[1], sys.argv[2]
USER = "Basic c2hvcDpjYW5hcnkta2V5LTQ2"  # shop:canary-key-46
TYPES = ("data", "keys", "locks", "snapshots", "index")


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        with open(LOG, "a") as log:
            log.write(f"{self.command} {self.path}\n")

    def answer(self, status, body=b"", kind="application/octet-stream"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def file(self):
        if self.headers.get("Authorization") != USER:
            self.answer(401)
            return None
        parts = [part for part in self.path.split("?")[0].split("/") if part and part != ".."]
        return os.path.join(ROOT, *parts)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.file()
        if path is None:
            return
        if os.path.isdir(path):
            sizes = [{"name": n, "size": os.path.getsize(os.path.join(path, n))} for n in sorted(os.listdir(path))]
            self.answer(200, json.dumps(sizes).encode(), "application/vnd.x.restic.rest.v2")
        elif os.path.isfile(path):
            with open(path, "rb") as content:
                body = content.read()
            wanted = self.headers.get("Range", "").removeprefix("bytes=")
            if wanted:
                first, last = wanted.split("-")
                self.answer(206, body[int(first) : int(last) + 1 if last else None])
            else:
                self.answer(200, body)
        else:
            self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.file()
        if path is None:
            return
        if "create=true" in self.path:
            for name in TYPES:
                os.makedirs(os.path.join(path, name), exist_ok=True)
            self.answer(200)
        elif os.path.exists(path):
            self.answer(403)
        else:
            with open(path, "wb") as content:
                content.write(body)
            self.answer(200)

    def do_DELETE(self):
        path = self.file()
        if path is None:
            return
        if os.path.basename(os.path.dirname(path)) != "locks":
            self.answer(403)
        elif os.path.exists(path):
            os.remove(path)
            self.answer(200)
        else:
            self.answer(404)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
print(server.server_address[1], flush=True)
server.serve_forever()
