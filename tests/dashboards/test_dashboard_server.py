"""Starting the dashboards: configuration, addresses, and the command."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from running_server import free_port, wait_until_healthy
from streamlit import config

from dashboards.server import AddressError, check_address, theme


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_every_packaged_option_is_one_of_streamlit() -> None:
    known = config.get_config_options()
    assert [name for name in theme() if name not in known] == []
    assert theme()["browser.gatherUsageStats"] is False
    assert theme()["client.showErrorDetails"] == "none"


def test_addresses_that_cannot_be_used_say_why(taken: int) -> None:
    with pytest.raises(AddressError, match="is in use by another program"):
        check_address("127.0.0.1", taken)
    with pytest.raises(AddressError, match="no address of this machine"):
        check_address("192.0.2.1", 8501)
    with pytest.raises(AddressError, match="no address of this machine"):
        check_address("no-such-host.invalid", 8501)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a configuration whose data was never published."""
    (tmp_path / "leadline.toml").write_text(
        '[[source]]\nkind = "git"\nname = "local"\nrepositories = ["app"]\n', encoding="utf-8"
    )
    return tmp_path


def serve(project: Path, *options: str) -> "subprocess.Popen[str]":
    """The command, running in a project."""
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "leadline", "serve", *options],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(root), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_port_in_use_ends_with_a_hint(project: Path, taken: int) -> None:
    process = serve(project, "--port", str(taken))
    _, narration = process.communicate(timeout=30)
    assert process.returncode == 2
    assert f"leadline: error: 127.0.0.1:{taken} is in use by another program" in narration
    assert "hint: choose another one with --port or --host" in narration
    assert "Traceback" not in narration


def test_serves_before_the_first_run_and_ends_quietly(project: Path) -> None:
    port = free_port()
    process = serve(project, "--port", str(port))
    try:
        wait_until_healthy(port)
    finally:
        process.send_signal(signal.SIGINT)
        output, narration = process.communicate(timeout=30)
    assert process.returncode in {0, 130}
    assert output == ""
    assert f"on http://127.0.0.1:{port}" in narration
    assert "`leadline run` fills the dashboards" in narration
    assert "Traceback" not in narration
