"""The configuration read: the file, the environment over it, the command line over both; every mistake at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any

from pydantic import ValidationError

from leadline.config.checks import findings
from leadline.config.environment import PREFIX, from_environment, unknown_sections
from leadline.config.model import Config
from leadline.config.origins import Key, Origin, dotted, nearest, shown
from leadline.config.positions import positions
from leadline.config.problems import problem
from leadline.errors import ConfigError, Problem
from leadline.redact import redact

FILE_NAME = "leadline.toml"


def find(start: Path) -> Path:
    """The `leadline.toml` in the folder or the nearest one above; a ConfigError where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise ConfigError(
        f"no {FILE_NAME} in {start} or a folder above it",
        hint="write one with `leadline init`, or name it with --config PATH",
    )


def load(path: Path | None = None, overrides: Mapping[str, object] | None = None) -> Config:
    """The configuration in effect.

    `path` is the file, or None to look for it upwards from the working directory. `overrides` are values of the
    command line by dotted key, such as `{"warehouse.path": "/data"}`. A ConfigError lists every mistake.
    """
    path = (path or find(Path.cwd())).absolute()
    text = _text(path)
    file = _parsed(path, text)
    environment = from_environment(Config)
    flags = _nested(overrides or {})
    data = _over(_over(file, environment), flags)

    origins = {key: Origin("file", shown(path), line) for key, line in positions(text).items()}
    for layer, origin in ((environment, _from_variable), (flags, _from_flag)):
        for leaf in _leaves(layer):
            cut = _replaced(file, leaf)
            origins = {key: where for key, where in origins.items() if key[: len(cut)] != cut}
            origins[leaf] = origin(leaf)
    return _validated(path, data, origins)


def _validated(path: Path, data: dict[str, Any], origins: Mapping[Key, Origin]) -> Config:
    def origin(key: Key) -> Origin:
        inside = (where for other, where in origins.items() if other[: len(key)] == key)
        return nearest(origins, key) or next(inside, Origin("file", shown(path)))

    config = None
    mistakes = unknown_sections(Config)
    try:
        values = {key: where for key, where in origins.items() if where.kind != "file" or not _is_table(data, key)}
        config = Config.model_validate(data, context={"path": path, "origins": values})
    except ValidationError as error:
        mistakes += [problem(Config, detail, origin) for detail in error.errors()]
    told = {mistake.key for mistake in mistakes}
    for key, text, near in findings(data, path.parent):
        if dotted(key) not in told:
            mistakes.append(Problem(str(origin(key)), dotted(key), redact(text), near))
    if mistakes or config is None:
        raise _error(mistakes)
    return config


def _is_table(data: Any, key: Key) -> bool:
    """Whether a key holds a table or tables: its line says nothing about values left out there."""
    value = _at(data, key)
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict) for part in value))


def _replaced(file: Any, leaf: Key) -> Key:
    """What a value from outside the file replaces: its own key, or the first on the way to it that is no table."""
    ways = (leaf[:length] for length in range(1, len(leaf)))
    return next((way for way in ways if not isinstance(_at(file, way), dict | NoneType)), leaf)


def _at(data: Any, key: Key) -> Any:
    """The value at a key; None where there is none."""
    for part in key:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _error(mistakes: list[Problem]) -> ConfigError:
    mistakes = sorted(mistakes, key=lambda mistake: (_line(mistake.place), mistake.place, mistake.key))
    if len(mistakes) == 1:
        return ConfigError(str(mistakes[0]), problems=mistakes)
    lines = "".join(f"\n  {mistake}" for mistake in mistakes)
    return ConfigError(f"{len(mistakes)} mistakes in the configuration{lines}", problems=mistakes)


def _line(place: str) -> int:
    return int(found[1]) if (found := re.search(r":(\d+)$", place)) else 0


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        mistake = Problem(f"{shown(path)}:{line}", "", "the file is not UTF-8")
    except FileNotFoundError:
        raise ConfigError(f"{shown(path)} does not exist", hint="write it with `leadline init`") from None
    except OSError as error:
        raise ConfigError(f"{shown(path)} cannot be read: {error.strerror}") from None
    raise ConfigError(str(mistake), problems=[mistake])


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        message = str(error)[: found.start()] if found else str(error)
        line, column = (found[1], found[2]) if found and found[1] else (text.count("\n") + 1, "end")
        place = f"{shown(path)}:{line}" + (f":{column}" if column != "end" else "")
        mistake = Problem(place, "", f"not valid TOML: {message[:1].lower()}{redact(message[1:])}")
    raise ConfigError(str(mistake), problems=[mistake])


def _nested(overrides: Mapping[str, object]) -> dict[str, Any]:
    """Values by dotted key as nested tables."""
    nested: dict[str, Any] = {}
    for dotted_key, value in overrides.items():
        *tables, name = dotted_key.split(".")
        table = nested
        for part in tables:
            if not isinstance(table.get(part), dict):
                table[part] = {}
            table = table[part]
        table[name] = value
    return nested


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both merged table by table; any other value of `above` replaces the one below."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = _over(under, value) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged


def _leaves(data: Mapping[str, Any], key: Key = ()) -> list[Key]:
    """The keys of all values that are not tables."""
    found: list[Key] = []
    for name, value in data.items():
        found += _leaves(value, (*key, name)) if isinstance(value, dict) else [(*key, name)]
    return found


def _from_flag(key: Key) -> Origin:
    return Origin("flag", f"--set {dotted(key)}")


def _from_variable(key: Key) -> Origin:
    """The variable that holds a key; that of a table above it where the variable gives the table as JSON."""
    names = {name.upper() for name in os.environ}
    possible = [PREFIX + "__".join(map(str, key[:length])).upper() for length in range(len(key), 0, -1)]
    return Origin("environment", next((name for name in possible if name in names), possible[0]))
