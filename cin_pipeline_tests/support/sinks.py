"""A mail server and a web server of this process that keep what they are sent, and can be told to refuse it."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any


class MailSink(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a client needs; nothing is encrypted. `refuses`: with 451, as one that is full does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.mails: list[Message] = []
        self.refuses = False
        self.logins: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Mail(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        self._say(b"220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self._say(b"250-sink", b"250 AUTH PLAIN")
            elif verb == b"AUTH":
                self.server.logins.append(line.split()[-1])
                self._say(b"235 in")
            elif verb == b"MAIL" and self.server.refuses:
                self._say(b"451 full of <LAchildID>")
            elif verb == b"DATA":
                self._say(b"354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(message_from_bytes(body))
                self._say(b"250 kept")
            elif verb == b"QUIT":
                self._say(b"221 bye")
                return
            else:
                self._say(b"250 ok")

    def _say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))


class HookSink(HTTPServer):
    """Keeps the JSON that is posted. `answer`: the status it gives; beside 200 it keeps nothing."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.posted: list[dict[str, Any]] = []
        self.answer = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=hunter2"


class _Hook(BaseHTTPRequestHandler):
    server: HookSink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.answer == 200:
            self.server.posted.append(json.loads(body))
        self.send_response(self.server.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving(server: MailSink | HookSink) -> Iterator[None]:
    """Answers in a thread until the end of the block."""
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
