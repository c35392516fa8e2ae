"""A server on 127.0.0.1, in a thread, until a block ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any


class _Quiet(BaseHTTPRequestHandler):
    """Answers at once, keeps connections open, and writes no log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], tls: SSLContext | None = None, **attributes: Any) -> Iterator[str]:
    """The address of a server whose handlers have the given attributes; over TLS where a context is given."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Quiet, handler), attributes))
    http.daemon_threads = True
    if tls:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{http.server_address[1]}"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
