"""The digest: its period, its words, and that data cannot break out of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.report import Digest, render
from leadline.report.digest import Figure, last_day, last_whole
from leadline.report.render import cell, change, figure, spark

HOSTILE = "a|b <script>alert(1)</script> [x](javascript:y) *z* `q`\n# new"


def made(**more: object) -> Digest:
    row = Figure(
        metric="commits",
        title=HOSTILE,
        unit="count",
        direction="neutral",
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
        "hotspots": [{"path": HOSTILE, "revisions": 3, "lines": 10, "trend": None, "authors": 1}],
        "folders": [],
        "coupling": [],
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
        text = render(made(actions=[], figures=[], standing=[], hotspots=[]), form)  # type: ignore[arg-type]
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
