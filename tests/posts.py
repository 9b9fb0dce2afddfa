"""Where messages arrive in the tests: a webhook and a mail server on loopback."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def served(server):
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook(answer=b""):
    """A server that keeps what is sent to it and answers 200; gives its address and what came, path and all under `_path`."""
    received = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received.append({**said, "_path": self.path})
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    with served(server):
        yield f"json://127.0.0.1:{server.server_address[1]}/", received


@contextmanager
def mail_server():
    """A server that takes any mail; gives its port and the mails."""
    mails = []

    class Session(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 loopback")
            for raw in self.rfile:
                command = raw.strip().upper()
                if command == b"DATA":
                    self.say("354 go on")
                    mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self.say("250 taken")
                elif command == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 well")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
    server.daemon_threads = True
    with served(server):
        yield server.server_address[1], mails
