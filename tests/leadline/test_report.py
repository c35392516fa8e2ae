"""The digest: its period, its words, and that data cannot break out of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.report import Digest, render
from leadline.report.delivery import Delivery
from leadline.report.digest import last_day, last_whole
from leadline.report.figures import Figure
from leadline.report.render import address, cell, change, figure, span, spark

HOSTILE = "a|b <script>alert(1)</script> [x](javascript:y) *z* `q`\n# new"


def made(**more: object) -> Digest:
    row = Figure(
        metric="commits",
        title=HOSTILE,
        unit="count",
        direction="neutral",
        table="activity",
        value=12.0,
        n=12,
        reason=None,
        usual=8.0,
        low=6.0,
        high=9.0,
        past=(8.0, None, 12.0),
        last_start=date(2026, 5, 4),
        definition=HOSTILE,
        pitfalls="p",
    )
    action = {"title": HOSTILE, "team": "T", "why": HOSTILE, "next_step": HOSTILE, "days_saved": 1.5, "basis": "guess"}
    parts: dict[str, object] = {
        "name": HOSTILE,
        "team": None,
        "period": "week",
        "start": date(2026, 5, 4),
        "end": date(2026, 5, 10),
        "made_at": datetime(2026, 5, 11, 9, tzinfo=UTC),
        "collected_at": None,
        "staleness": HOSTILE,
        "actions": [{**action, "first_seen_at": datetime(2026, 5, 4, tzinfo=UTC)}],
        "actions_left": 2,
        "figures": [row],
        "standing": [row],
        "delivery": None,
        "tickets": None,
        "definition": "leadline",
        "phases": [],
        "hotspots": [{"path": HOSTILE, "revisions": 3, "lines": 10, "trend": None, "authors": 1}],
        "folders": [],
        "coupling": [],
        "revised": [{"title": HOSTILE, "unit": "count", "before": 9.0, "after": 12.0, "why": "late data"}],
        "quality": [],
        "terms": [{"title": HOSTILE, "definition": HOSTILE, "pitfalls": HOSTILE}],
    }
    return Digest(**{**parts, **more})  # type: ignore[arg-type]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_last_whole_period_is_over_and_whole(today: date) -> None:
    monday, first = last_whole("week", today), last_whole("month", today)
    sunday, last = last_day("week", monday), last_day("month", first)

    assert (monday.isoweekday(), sunday - monday) == (1, timedelta(days=6))
    assert sunday < today <= sunday + timedelta(days=7)
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    assert last < today <= last + timedelta(days=31)
    assert first.month == last.month


def test_html_escapes_what_it_shows() -> None:
    page = render(made(), "html")

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "1900" not in page


def test_markdown_keeps_data_in_its_cell() -> None:
    text = render(made(), "md")
    table = [line for line in text.splitlines() if line.startswith("| a")]

    assert "\n# new" not in text
    assert "<script>" not in text
    assert len(table) == 3  # two figures and a hotspot, each on its line
    assert "\\[x\\](javascript" in text  # escaped, so no link


def test_a_value_within_its_usual_range_is_no_change() -> None:
    (row,) = made().figures

    assert "| +50 % |" in render(made(), "md")
    assert "| as usual |" in render(made(figures=[replace(row, value=9.0)]), "md")


def test_an_empty_digest_says_so() -> None:
    for form in ("md", "html"):
        text = render(made(actions=[], figures=[], standing=[], hotspots=[]), form)
        assert "Nothing: no rule found anything" in text
        assert "No figures" in text


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(None, "count", "–"), (0.123, "share", "12 %"), (1234.0, "lines", "1,234"), (12.34, "days", "12.3"), (7, "", "7")],
)
def test_figures_are_shown_as_people_read_them(value: float | None, unit: str, shown: str) -> None:
    assert figure(value, unit) == shown


def test_change_is_relative_to_what_is_usual() -> None:
    assert [change(12, 8), change(4, 8), change(None, 8), change(1, 0), change(1, None)] == [
        "+50 %",
        "−50 %",
        "–",
        "–",
        "–",
    ]


def test_a_spark_line_skips_what_is_missing() -> None:
    assert spark([1, None, 3]) == "0.0,20.0 96.0,2.0"
    assert spark([None, 1]) == ""


def test_only_what_could_be_markup_is_escaped_in_a_cell() -> None:
    assert cell("a|b_c/__init__.py") == r"a\|b_c/\_\_init\_\_.py"


def section(**more: object) -> Delivery:
    """A section on delivery with a figure, a pull request at risk and a repository that waits."""
    (row,) = made().figures
    at_risk = {
        "reference": "acme/app#7",
        "title": HOSTILE,
        "url": "https://github.com/acme/app/pull/7",
        "phase": "review",
        "age_seconds": 9 * 86_400.0,
        "phase_p85_seconds": 2.5 * 86_400,
    }
    waiting = {"repository": "acme/app", "changes": 3, "oldest": "#4", "oldest_seconds": 30 * 3600.0}
    parts: dict[str, object] = {
        "figures": [replace(row, title="Time to first answer", unit="seconds", value=5400.0, usual=3600.0)],
        "at_risk": [at_risk],
        "at_risk_left": 2,
        "waiting": [waiting],
        "waiting_left": 1,
    }
    return Delivery(**{**parts, **more})  # type: ignore[arg-type]


def test_delivery_and_reviews_have_a_section() -> None:
    text = render(made(delivery=section()), "md")
    assert "## Delivery and reviews" in text
    assert "| Time to first answer | 1.5 h | 1.0 h |" in text
    title = cell(HOSTILE)
    assert (
        f"| [acme/app\\#7](https://github.com/acme/app/pull/7) | {title} | review | 9.0 days | 2.5 days |\n\n2 more.\n"
    ) in text
    assert "| acme/app | 3 | \\#4 | 30.0 h |\n\n1 more repository.\n" in text
    assert "- **Time to first answer**:" in text
    page = render(made(delivery=section()), "html")
    assert "<h2>Delivery and reviews</h2>" in page
    assert '<a href="https://github.com/acme/app/pull/7">acme/app#7</a>' in page
    assert "<script>" not in page


@pytest.mark.parametrize("form", ["md", "html"])
def test_without_pull_requests_there_is_no_section_on_them(form: str) -> None:
    assert "Delivery and reviews" not in render(made(), form)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_quiet_period_of_delivery_is_told_in_words(form: str) -> None:
    quiet = section(figures=[], at_risk=[], at_risk_left=0, waiting=[], waiting_left=0)
    text = render(made(delivery=quiet), form)  # type: ignore[arg-type]
    assert "No figures of pull requests in this week." in text
    assert "No open pull request is known to be at risk." in text
    assert "waiting for production" not in text


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "https://a.b/c)d", "https://a.b/ c", 'https://a.b/"x'])
def test_what_is_no_address_is_no_link(url: str | None) -> None:
    (row,) = section().at_risk
    with_url = section(at_risk=[{**row, "url": url}])
    assert address(url) is None
    assert "| acme/app\\#7 |" in render(made(delivery=with_url), "md")
    assert "<a href" not in render(made(delivery=with_url), "html")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (5400, "1.5 h"),
        (172_799, "48.0 h"),
        (172_800, "2.0 days"),
    ],
)
def test_times_are_shown_in_a_fitting_unit(seconds: float | None, shown: str) -> None:
    assert span(seconds) == shown
    assert figure(seconds, "seconds") == shown


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_figure_that_was_published_otherwise_is_told(form: Literal["md", "html"]) -> None:
    told = render(made(), form)
    assert "Published before with another value: " in told
    assert " 9, now 12 " in told
    assert "late data" in told
    assert "Published before" not in render(made(revised=[]), form)
