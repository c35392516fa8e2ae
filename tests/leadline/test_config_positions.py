import tomllib
from datetime import date

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.config.positions import positions

TEXT = '''\
# a comment with [brackets] and = signs
title = "x # no comment ]"   # [not.a.table]

[calendar]
hours = """
[not a header]
key = 1 \\"""quoted"""
holidays = [
    2026-12-25,  # one ] two
    2026-12-26 10:00:00,
]

[[source]]
kind = 'git\\'
flow.start = ["a", "b"]
"quo.ted" = { a = 1, b.c = [{ d = 2 }, { d = 3 }] }

[source.inner]
x = 1.5

[[source]]
kind = "jira"

[source.inner]
x = -1e3
[[source.parts]]
y = true
[[source.parts]]
y = """four quotes in a row: """"
z = 1
'''


def test_every_key_is_found_on_its_line() -> None:
    assert positions(TEXT) == {
        ("title",): 2,
        ("calendar",): 4,
        ("calendar", "hours"): 5,
        ("calendar", "holidays"): 8,
        ("calendar", "holidays", 0): 9,
        ("calendar", "holidays", 1): 10,
        ("source",): 13,
        ("source", 0): 13,
        ("source", 0, "kind"): 14,
        ("source", 0, "flow"): 15,
        ("source", 0, "flow", "start"): 15,
        ("source", 0, "flow", "start", 0): 15,
        ("source", 0, "flow", "start", 1): 15,
        ("source", 0, "quo.ted"): 16,
        ("source", 0, "quo.ted", "a"): 16,
        ("source", 0, "quo.ted", "b"): 16,
        ("source", 0, "quo.ted", "b", "c"): 16,
        ("source", 0, "quo.ted", "b", "c", 0): 16,
        ("source", 0, "quo.ted", "b", "c", 0, "d"): 16,
        ("source", 0, "quo.ted", "b", "c", 1): 16,
        ("source", 0, "quo.ted", "b", "c", 1, "d"): 16,
        ("source", 0, "inner"): 18,
        ("source", 0, "inner", "x"): 19,
        ("source", 1): 21,
        ("source", 1, "kind"): 22,
        ("source", 1, "inner"): 24,
        ("source", 1, "inner", "x"): 25,
        ("source", 1, "parts"): 26,
        ("source", 1, "parts", 0): 26,
        ("source", 1, "parts", 0, "y"): 27,
        ("source", 1, "parts", 1): 28,
        ("source", 1, "parts", 1, "y"): 29,
        ("source", 1, "parts", 1, "z"): 30,
    }


def test_line_ends_of_windows_count_once() -> None:
    assert positions("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


def test_an_empty_text_has_no_keys() -> None:
    assert positions("") == {}


_scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(min_value=date(1000, 1, 1)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
_keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)


@settings(deadline=None)
@given(st.dictionaries(_keys, _values, max_size=4))
def test_any_document_has_the_keys_that_tomllib_reads(data: dict[str, object]) -> None:
    text = tomlkit.dumps(data)
    parsed = tomllib.loads(text)

    found = positions(text)

    assert set(found) == set(_ways(parsed))
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())


def _ways(value: object, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in parts for found in ((*way, key), *_ways(part, (*way, key)))]
