"""Starting the dashboards: Streamlit with our theme, bound to one address, telling nobody anything."""

import errno
import logging
import socket
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path

import streamlit as st

from dashboards.settings import Settings

PACKAGE = resources.files("dashboards")


class AddressError(OSError):
    """The address cannot be listened on; the message says why."""


def serve(settings: Settings, *, host: str = "127.0.0.1", port: int = 8501) -> None:
    """Serve the dashboards until interrupted; `check_address` says beforehand whether it can be done."""
    settings.announce()
    with resources.as_file(PACKAGE / "app.py") as script:
        app = st.App(Path(script), on_script_error=_kindly)
        app.run(config={**theme(), "server.address": host, "server.port": port})


def check_address(host: str, port: int) -> None:
    """Raise AddressError unless a server can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise AddressError(f"{host} is no address of this machine") from None
    except (OSError, OverflowError) as error:
        reason = {
            errno.EADDRINUSE: "is in use by another program",
            errno.EACCES: "needs more rights than this user has",
            errno.EADDRNOTAVAIL: "is no address of this machine",
        }.get(getattr(error, "errno", None) or 0, f"cannot be used ({error})")
        raise AddressError(f"{host}:{port} {reason}") from None


def theme() -> dict[str, object]:
    """The packaged configuration of Streamlit, by dotted name: Streamlit would not find the file by itself."""
    return dict(_dotted(tomllib.loads((PACKAGE / "theme" / "config.toml").read_text("utf-8"))))


def _dotted(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _kindly(error: Exception) -> bool:
    """Say what to do instead of showing a traceback; the traceback goes to the log of the server."""
    logging.getLogger("dashboards").error("A page failed", exc_info=error)
    st.error(
        "The log of the server says why. If the published file is older than this version of leadline, "
        "`leadline compute` writes it anew.",
        title="This part of the page could not be shown",
        icon=":material/error:",
    )
    return True
