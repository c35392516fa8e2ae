"""The pages in a real Chromium, served by a real process: what only the eye and the mouse would notice."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from published_world import publish_world
from running_server import free_port, wait_until_healthy

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from pathlib import Path
from dashboards.server import serve
from dashboards.settings import Settings
serve(Settings(Path(sys.argv[1]), "Acme"), port=int(sys.argv[2]))
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the pages were not opened in a browser"),
]

ADDRESSES = [
    ("", "What needs you today?"),
    ("?today=How+things+move", "What needs you today?"),
    ("delivery", "Are we delivering, how fast, how safely?"),
    ("delivery?delivery=Deployments", "Are we delivering, how fast, how safely?"),
    ("delivery?delivery=Waiting", "Are we delivering, how fast, how safely?"),
    ("delivery?delivery=CI", "Are we delivering, how fast, how safely?"),
    ("flow", "What is stuck, and what is slow?"),
    ("flow?flow=Cycle+time&project=APP", "What is stuck, and what is slow?"),
    ("flow?flow=Flow&with_todo=true", "What is stuck, and what is slow?"),
    ("flow?flow=Time+in+status", "What is stuck, and what is slow?"),
    ("flow?flow=Blocked", "What is stuck, and what is slow?"),
    ("scope", "What changed after we started?"),
    ("scope?scope=Growth", "What changed after we started?"),
    ("scope?scope=Requirements", "What changed after we started?"),
    ("scope?scope=Readiness", "What changed after we started?"),
    ("scope?scope=Untracked", "What changed after we started?"),
    ("reviews", "Where does review time go?"),
    ("reviews?reviews=Pickup", "Where does review time go?"),
    ("reviews?reviews=Size+and+depth", "Where does review time go?"),
    ("reviews?reviews=Definitions&definition=Swarmia", "Where does review time go?"),
    ("reviews?reviews=Between+teams", "Where does review time go?"),
    ("coordination", "Who should be talking, and isn't?"),
    ("coordination?coordination=Network", "Who should be talking, and isn't?"),
    ("coordination?coordination=Waits&waits_for=Hand-offs", "Who should be talking, and isn't?"),
    ("coordination?coordination=Shared+code", "Who should be talking, and isn't?"),
    ("timelines?fixed=true", "When will it be done?"),
    ("timelines?timelines=What+comes+next", "When will it be done?"),
    ("timelines?timelines=Record", "When will it be done?"),
    ("timelines?timelines=Due+dates", "When will it be done?"),
    ("people", "Who is overloaded, who is growing?"),
    ("people?people_view=Newcomers", "Who is overloaded, who is growing?"),
    ("investment", "Where does the effort go?"),
    ("investment?investment=By+month", "Where does the effort go?"),
    ("code", "Where is code or knowledge at risk?"),
    ("code?view=Coupling", "Where is code or knowledge at risk?"),
    ("code?view=Ownership&path=src", "Where is code or knowledge at risk?"),
    ("code?view=Knowledge", "Where is code or knowledge at risk?"),
    ("code?view=Leavers&people=Bo+Str%C3%B6m", "Where is code or knowledge at risk?"),
    ("data", "How good is the data?"),
    ("data?about=SQL&sql=FROM+metrics.files", "How good is the data?"),
]


@dataclass
class Complaints:
    """What a page wrote to the console as an error, and whom it called outside this machine."""

    found: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Note every error and every foreign request of a page."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        # Opened at a page's own address, Streamlit first looks for its endpoints below that address.
        if message.type == "error" and "/_stcore/" not in str(message.location.get("url")):
            self.found.append(f"{message.text} ({message.location.get('url')})")

    def _see(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.found.append(f"asked for {url}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that tests publish into."""
    directory = tmp_path_factory.mktemp("served")
    publish_world(directory)
    return directory


@pytest.fixture(scope="module")
def address(directory: Path) -> Iterator[str]:
    """Where the dashboards are served."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(directory), str(port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_healthy(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def is_drawn(page: Page, title: str) -> None:
    """Wait for the title and the foot of a page, and for the end of its run; no part of it failed."""
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=20_000)
    expect(page.get_by_text("generation 2")).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=20_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("could not be shown")).to_have_count(0)


FIRST_OF_EACH_PAGE = list({path.partition("?")[0]: (path, title) for path, title in reversed(ADDRESSES)}.values())
"""One address of every page: in the dark the colours are others, not what is drawn."""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1920, "dark")])
def test_every_page_is_drawn_without_complaint(width: int, scheme: str, browser: Browser, address: str) -> None:
    complaints = Complaints()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    complaints.listen(page)
    for path, title in ADDRESSES if scheme == "light" else FIRST_OF_EACH_PAGE:
        page.goto(address + path)
        is_drawn(page, title)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        background = page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")
        assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 23, 30)"}[scheme]
    page.close()
    assert complaints.found == []


def test_card_leads_to_its_query_and_to_a_download(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address + "?repository=harbour&today=How+things+move")
    is_drawn(page, "What needs you today?")
    card = page.locator(".st-key-card-activity")
    with page.expect_download() as download:
        card.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "leadline-activity.csv"
    assert download.value.path().read_text("utf-8").startswith("week,commits,")
    card.get_by_role("link", name="SQL").click()
    is_drawn(page, "How good is the data?")
    expect(page.get_by_role("textbox", name="Query")).to_have_value(re.compile("FROM metrics.observations"))
    expect(page.get_by_text("30 rows")).to_be_visible()
    page.get_by_role("tab", name="Quality").click()
    page.get_by_role("button", name="SQL").first.click()
    expect(page.get_by_text("2 rows")).to_be_visible()
    page.wait_for_url("**/data?*about=SQL*meta.data_quality*")
    page.close()


def test_open_page_follows_a_new_generation(browser: Browser, address: str, directory: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    is_drawn(page, "What needs you today?")
    publish_world(directory, title="Somebody looked while it changed")
    expect(page.get_by_text("Somebody looked while it changed")).to_be_visible(timeout=40_000)
    page.close()
