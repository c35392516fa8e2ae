"""The published worlds that the pages are tried on, and the pages over them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from published_world import publish_nothing_found, publish_world
from streamlit.testing.v1 import AppTest

from dashboards import data
from dashboards.settings import Settings

APP = Path(__file__).parents[2] / "dashboards" / "app.py"

Open = Callable[..., AppTest]
Rows = Callable[[Path, str], pl.DataFrame]


@pytest.fixture(scope="session", autouse=True)
def _let_go() -> Iterator[None]:
    """Close the published files at the end."""
    yield
    data.let_go()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with everything in it; do not publish into it."""
    directory = tmp_path_factory.mktemp("world")
    publish_world(directory)
    return directory


@pytest.fixture(scope="session")
def barren(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose tables are all empty."""
    directory = tmp_path_factory.mktemp("barren")
    publish_nothing_found(directory)
    return directory


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Ask a data directory as the pages do."""

    def rows_(directory: Path, sql: str) -> pl.DataFrame:
        monkeypatch.setenv("LEADLINE_DASHBOARDS_DIRECTORY", str(directory))
        return data.rows(sql)

    return rows_


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page over a data directory with the given parameters in its URL."""

    def open_(directory: Path, page: str | None = None, **parameters: str | list[str]) -> AppTest:
        monkeypatch.setenv("LEADLINE_DASHBOARDS_DIRECTORY", "")  # undone at the end, whatever `announce` sets
        Settings(directory, "Acme", "Europe/Berlin").announce()
        app = AppTest.from_file(str(APP), default_timeout=30)
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        if page:
            app.switch_page(f"app_pages/{page}.py").run()
        return app

    return open_
