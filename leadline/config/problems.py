"""pydantic's errors in words a reader of the file understands: place, key, what is expected, the nearest key."""

import difflib
import re
from collections.abc import Callable, Mapping

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from leadline.config.keys import kind_of, known_keys, model_at
from leadline.config.origins import Key, Origin, dotted
from leadline.errors import Problem
from leadline.redact import redact

_SECRET_KEYS = {"token", "password", "secret", "api_key", "api_token", "private_key", "access_token", "pat"}
_TABLES = {("source",), ("team",), ("service",)}
_LONGEST = 60

Model = type[BaseModel]
Explanation = tuple[str, str | None]
"""What is wrong, and the nearest known word."""

_EXPECTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "string_type": "text in quotes",
    "tuple_type": 'an array, such as ["…"]',
    "mapping_type": "a table",
    "model_type": "a table",
    "date_type": "a date, such as 2026-01-31",
    "date_parsing": "a date, such as 2026-01-31",
    "date_from_datetime_parsing": "a date, such as 2026-01-31",
    "date_from_datetime_inexact": "a date, such as 2026-01-31",
}


def problem(model: Model, error: ErrorDetails, origin: Callable[[Key], Origin]) -> Problem:
    """The mistake behind one error of pydantic."""
    key = _without_tags(model, error["loc"])
    if error["type"].startswith("union_tag_"):
        key = (*key, "kind")
    if key in _TABLES and error["type"] == "tuple_type":
        message, nearest = f"expected a list of tables, each under its own [[{key[0]}]]", None
    elif error["type"] in _EXPECTED:
        message, nearest = f"expected {_EXPECTED[error['type']]}, got {_got(error['input'])}", None
    else:
        message, nearest = _EXPLAINED.get(error["type"], _as_pydantic_says)(model, error)
    return Problem(str(origin(key)), dotted(key), redact(message), nearest)


def nearest_to(word: str, known: list[str]) -> str | None:
    """The known word that is most like the given one, if any is."""
    return next(iter(difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)), None)


def _without_tags(model: Model, location: Key) -> Key:
    """The location as keys of the file: pydantic puts the kind of a source in between."""
    return tuple(
        part
        for position, part in enumerate(location)
        if not (
            position
            and isinstance(location[position - 1], int)
            and isinstance(part, str)
            and kind_of(model_at(model, location[: position + 1])) == part
        )
    )


def _unknown_key(model: Model, error: ErrorDetails) -> Explanation:
    table = model_at(model, error["loc"][:-1])
    known = known_keys(table) if table else []
    written = str(error["loc"][-1])
    named = [name for name in known if name.endswith(("_env", "_file"))]
    if written.lower() in _SECRET_KEYS and named:
        named.sort(key=lambda name: not name.startswith(written.lower()))
        advice = f"put it into an environment variable and name that: {named[0]} = …"
        return f"a secret must not stand in the file; {advice}", None
    nearest = nearest_to(written, known)
    return "unknown key" if nearest else f"unknown key; expected one of {', '.join(known)}", nearest


def _missing(model: Model, error: ErrorDetails) -> Explanation:
    *parents, name = error["loc"]
    if name == "source":
        return 'no source; expected at least one [[source]], such as kind = "git"', None
    table = model_at(model, tuple(parents))
    examples = table.model_fields[str(name)].examples if table else None
    return f"missing; expected {name} = {_got(examples[0])}" if examples else "missing", None


def _unknown_kind(_: Model, error: ErrorDetails) -> Explanation:
    kinds = re.findall(r"'(\w+)'", error["ctx"]["expected_tags"])
    written = str(error["ctx"]["tag"])
    return f'unknown kind "{written}"; expected {_either(kinds)}', nearest_to(written, kinds)


def _no_kind(_: Model, __: ErrorDetails) -> Explanation:
    return "missing; expected git, github, gitlab or jira", None


def _unknown_word(_: Model, error: ErrorDetails) -> Explanation:
    words = re.findall(r"'(\w+)'", error["ctx"]["expected"])
    written = error["input"]
    nearest = nearest_to(written, words) if isinstance(written, str) else None
    return f"expected {_either(words)}, got {_got(written)}", nearest


def _own_words(_: Model, error: ErrorDetails) -> Explanation:
    return str(error["ctx"]["error"]), None


def _empty(_: Model, __: ErrorDetails) -> Explanation:
    return "expected text, got an empty one", None


def _too_small(_: Model, error: ErrorDetails) -> Explanation:
    return f"expected {error['ctx']['ge']} or more, got {_got(error['input'])}", None


def _as_pydantic_says(_: Model, error: ErrorDetails) -> Explanation:
    return error["msg"][:1].lower() + error["msg"][1:], None


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def _got(value: object) -> str:
    """A value as TOML writes it, shortened."""
    match value:
        case bool():
            text = str(value).lower()
        case str():
            text = f'"{value}"'
        case list() | tuple():
            text = f"[{', '.join(_got(part) for part in value)}]"
        case dict():
            text = "a table"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


_EXPLAINED: Mapping[str, Callable[[Model, ErrorDetails], Explanation]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _no_kind,
    "literal_error": _unknown_word,
    "value_error": _own_words,
    "string_too_short": _empty,
    "greater_than_equal": _too_small,
}
