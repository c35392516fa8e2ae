"""An HTTP server on 127.0.0.1 that answers as a script says, and keeps what it was asked."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from ssl import SSLContext
from typing import ClassVar

from tests.collectors.local_server import listening


@dataclass(frozen=True)
class Reply:
    """One scripted answer."""

    status: int = 200
    body: object = field(default_factory=dict)
    """Text or bytes as they are, anything else as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    """`reset` closes without an answer, `cut` after half of the body, `late` after `delay_seconds`."""
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    token: str
    body: str


@dataclass
class Script:
    """What is answered: the replies in order, then the last one again and again; or by rule."""

    replies: list[Reply] = field(default_factory=list)
    rule: Callable[[Asked], Reply] | None = None
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, asked: Asked) -> Reply:
        """The answer to a request."""
        with self.lock:
            self.asked.append(asked)
            if self.rule:
                return self.rule(asked)
            return self.replies[min(len(self.asked), len(self.replies)) - 1]

    def tokens(self) -> list[str]:
        """The tokens of the requests, in order."""
        return [asked.token for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    script: ClassVar[Script]

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, body: str) -> None:
        token = self.headers.get("Authorization", "").rpartition(" ")[2]
        reply = self.script.next(Asked(self.command, self.path, token, body))
        with self.script.lock:
            self.script.at_once += 1
            self.script.most_at_once = max(self.script.most_at_once, self.script.at_once)
        time.sleep(reply.delay_seconds)
        with self.script.lock:
            self.script.at_once -= 1  # before the answer is out: whoever waits for it may ask at once
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.close_connection = True
            self.connection.close()
            return
        text = reply.body if isinstance(reply.body, (str, bytes)) else json.dumps(reply.body)
        content = text if isinstance(text, bytes) else text.encode()
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if reply.fault == "cut" else content)
        self.wfile.flush()
        if reply.fault == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def answering(
    *replies: Reply, rule: Callable[[Asked], Reply] | None = None, tls: SSLContext | None = None
) -> Iterator[Script]:
    """A server of the script, until the block ends."""
    script = Script(list(replies), rule)
    with listening(_Handler, tls, script=script) as script.url:
        yield script
