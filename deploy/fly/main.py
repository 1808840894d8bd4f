"""An API of the standard library's: what FastAPI would be, with nothing to install."""

import json
import os
import signal
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Over IPv6 and IPv4: a private network may have the one or the other."""

    address_family = socket.AF_INET6


def stop(_signal, _frame):
    raise SystemExit(0)


# As PID 1 there is no default handler; Fly stops a machine with SIGINT.
for name in (signal.SIGINT, signal.SIGTERM):
    signal.signal(name, stop)

port = int(os.environ.get("PORT", "8000"))
print(f"api listens on port {port}", flush=True)
Server(("::", port), Api).serve_forever()
