"""The kinds of values that the configuration holds, each with a message that says what is expected."""

import json
import os
import re
import zoneinfo
from datetime import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from leadline.redact import has_password, is_secret

SCHEMES = frozenset({"file", "http", "https", "ssh"})
"""Protocols that a repository may be read over."""


class Section(BaseModel):
    """A table of the configuration: unknown keys are mistakes, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class FromText(str):
    """A text from the environment or the command line, which may stand for a number or a truth value."""

    __slots__ = ()


def decoded(value: object) -> object:
    """The number or truth value that a text from outside the file stands for; anything else unchanged."""
    if not isinstance(value, FromText):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return str(value)


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'unknown time zone "{value}"; expected an IANA name, such as "Europe/Berlin"') from None
    return value


def opening_hours(value: str) -> tuple[time, time]:
    """The start and the end that `09:00-17:30` stands for; a ValueError says what is expected."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24:00))", value)
    if not found:
        raise ValueError(f'expected "HH:MM-HH:MM", such as "09:00-17:30", got "{value}"')
    opens = time(int(found[1]), int(found[2]))
    closes = time.max if found[5] else time(int(found[3]), int(found[4]))
    if opens >= closes:
        raise ValueError(f'the end must be later than the start, got "{value}"')
    return opens, closes


def _hours(value: str) -> str:
    opening_hours(value)
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f'"{value}" is not a regular expression: {error}') from None
    if re.search(r"\(\?<?[=!]|\\[1-9]|\(\?P=|\(\?[>(#]|(?<!\\)[*+?}]\+|\\Z", value):
        raise ValueError(f'"{value}" uses look-around or another form that is not supported')
    return value


def path_glob(value: str) -> str:
    """The pattern itself, where it can match a path of a repository; a ValueError says what is expected."""
    if not value.strip("/ ") or re.search(r"^!|\\|//|(?:^|/)\.\.?(?:/|$)|[\x00-\x1f]", value):
        raise ValueError(f'expected a pattern of paths from the top of the repository, such as "src/**", got "{value}"')
    return value


def _repository_path_glob(value: str) -> str:
    repository, colon, pattern = value.partition(":")
    if not (repository and colon):
        raise ValueError(f'expected "repository:path pattern", such as "acme/mono:services/app/**", got "{value}"')
    path_glob(pattern)
    return value


def _repository_glob(value: str) -> str:
    if value.count("[") != value.count("]") or re.search(r"[:\\\x00-\x1f]|^[\s/]|[\s/]$|//", value):
        raise ValueError(f'expected a repository, such as "acme/app" or "acme/*", got "{value}"')
    return value


def _owned_repository(value: str) -> str:
    owner, slash, name = value.partition("/")
    if not (owner and slash and name) or re.search(r"[*?\[]", owner):
        raise ValueError(f'expected "owner/name" or "owner/*", got "{value}"')
    return _repository_glob(value)


def _variable(value: str) -> str:
    if is_secret(value):
        raise ValueError("expected the name of an environment variable, not the secret itself")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError(f'expected the name of an environment variable, such as "GITHUB_TOKEN", got "{value}"')
    return value


def _base_url(value: str) -> str:
    if has_password(value):
        raise ValueError("an address must not hold credentials; name them with token_env")
    if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
        raise ValueError(f'expected an address, such as "https://git.example.org", got "{value}"')
    return value.rstrip("/")


def _printable(value: str) -> str:
    if "\0" in value:
        raise ValueError("a text must not hold the character NUL")
    return value


def _file_path(value: str) -> str:
    try:
        Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f'"{value}" begins in the home of a user who is not known here') from None
    return value


def absolute(path: str, root: Path) -> str:
    """A path from a folder on; links stay, so that what one points to may move and keeps its name."""
    return os.path.abspath(root / Path(path).expanduser())  # noqa: PTH100 - pathlib would follow links before `..`


def is_remote(repository: str) -> bool:
    """Whether git reads it over the network or as a URL; else it is a local path."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*::?//|[^/]+:", repository))


def git_repository(value: str) -> str:
    """The path or address itself, where git may read it; a ValueError says what is expected."""
    if has_password(value):
        raise ValueError("an address must not hold credentials; git's credential helper or an SSH key provides them")
    if not is_remote(value):
        return _file_path(value)
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", value)
    if re.match(r"[A-Za-z0-9+.-]*::", value) or (scheme and scheme[1] not in SCHEMES):
        raise ValueError(f'"{value}" uses a protocol that is not allowed; expected a path, file, http, https or ssh')
    return value


def _source_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise ValueError(f'expected letters, digits, ".", "_" and "-", starting with a letter or digit, got "{value}"')
    return value


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f'"{twice[0]}" is listed twice')
    return values


def _at_least_one(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("expected at least one element, got none")
    return values


def _at_least_two(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(values) < 2:  # noqa: PLR2004 - a group of one says nothing
        raise ValueError(f"expected at least two elements, got {len(values) or 'none'}")
    return values


Text = Annotated[str, Field(min_length=1), AfterValidator(_printable)]
FilePath = Annotated[Text, AfterValidator(_file_path)]
Flag = Annotated[bool, Strict(), BeforeValidator(decoded)]
Count = Annotated[int, Strict(), Field(ge=0), BeforeValidator(decoded)]
Positive = Annotated[int, Strict(), Field(ge=1), BeforeValidator(decoded)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Hours = Annotated[str, AfterValidator(_hours)]
Regex = Annotated[Text, AfterValidator(_regex)]
PathGlob = Annotated[Text, AfterValidator(path_glob)]
RepositoryPathGlob = Annotated[Text, AfterValidator(_repository_path_glob)]
RepositoryGlob = Annotated[Text, AfterValidator(_repository_glob)]
OwnedRepository = Annotated[Text, AfterValidator(_owned_repository)]
GitRepository = Annotated[Text, AfterValidator(git_repository)]
Variable = Annotated[Text, AfterValidator(_variable)]
BaseUrl = Annotated[Text, AfterValidator(_base_url)]
SourceName = Annotated[Text, AfterValidator(_source_name)]
Unique = AfterValidator(_unique)
Some = AfterValidator(_at_least_one)
Several = AfterValidator(_at_least_two)
