import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from leadline.cli.output import cell, write_json, write_table
from leadline.redact import has_password, is_secret, redact, without_credentials

ROWS = [
    {"path": "src/a.py", "lines": 12345, "share": 0.12345, "at": datetime(2026, 1, 31, 9, 5, tzinfo=UTC)},
    {"path": "日本\x1b[31m", "lines": 1, "share": None, "at": None},
]
COLUMNS = {"path": "path", "lines": "lines", "share": "share", "at": "when"}


def test_a_piped_table_is_aligned_text(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(ROWS, COLUMNS)
    assert capsys.readouterr().out.splitlines() == [
        "path        lines  share  when",
        "src/a.py   12,345  0.123  2026-01-31 09:05",
        "日本 [31m       1      –  –",
    ]


def test_a_table_on_a_terminal_is_drawn_with_the_same_cells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    write_table([{"path": "[red]x[/red]"}], {"path": "path"})
    assert "[red]x[/red]" in capsys.readouterr().out


def test_an_empty_table_has_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    write_table([], COLUMNS)
    assert capsys.readouterr().out == "path  lines  share  when\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (12.3456, "12.3"),
        (-1234567.0, "-1,234,567.0"),
        (0.0, "0"),
        (["a", None], "a, –"),
        (date(2026, 1, 31), "2026-01-31"),
        ("a\tb", "a b"),
    ],
)
def test_values_as_people_read_them(value: object, text: str) -> None:
    assert cell(value) == text


def test_json_knows_dates_sets_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"on": date(2026, 1, 31), "of": {"b", "a"}, "in": Path("x"), "é": 1})
    out = capsys.readouterr().out
    assert json.loads(out) == {"on": "2026-01-31", "of": ["a", "b"], "in": "x", "é": 1}
    assert "é" in out


def test_secrets_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_TOKEN", "correct-horse-battery")
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    text = "https://me:hunter2@example.org glpat-abcdefghijkl correct-horse-battery abc"
    assert redact(text) == "https://***@example.org *** *** abc"


def test_secrets_are_recognised() -> None:
    assert is_secret("github_pat_11ABCDEFG0")
    assert not is_secret("GITHUB_TOKEN")
    assert has_password("https://x:y@h/p")
    assert not has_password("https://x@h/p")
    assert not has_password("ssh://git@h:22/p")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a:b@h/p", "https://h/p"),
        ("https://token@h/p", "https://h/p"),
        ("ssh://git:b@h/p", "ssh://git@h/p"),
        ("git@h:p", "git@h:p"),
        ("/srv/a@b", "/srv/a@b"),
    ],
)
def test_credentials_leave_an_address(url: str, clean: str) -> None:
    assert without_credentials(url) == clean
