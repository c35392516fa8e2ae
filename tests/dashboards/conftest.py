"""The published worlds that the pages are tried on."""

from pathlib import Path

import pytest
from published_world import publish_nothing_found, publish_world


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
