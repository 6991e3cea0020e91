"""Takes whatever is posted to 127.0.0.1:9999 and writes it, line by line, to the file that is named."""
import http.server
import sys


class Taker(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with open(sys.argv[1], "ab") as file:
            file.write(f"{self.path} {self.headers.get('Authorization')} ".encode() + body.replace(b"\n", b" ") + b"\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", 9999), Taker).serve_forever()
