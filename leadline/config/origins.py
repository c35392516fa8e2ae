"""Where a value of the configuration comes from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Key = tuple[str | int, ...]
"""The way to a value: names of tables and keys, positions in arrays."""


@dataclass(frozen=True)
class Origin:
    """The default, a line of the file, an environment variable or a flag of the command line."""

    kind: Literal["default", "file", "environment", "flag"]
    name: str = ""
    """The file, the variable or the flag."""
    line: int | None = None

    def __str__(self) -> str:
        match self.kind:
            case "default":
                return "default"
            case "file":
                return f"{self.name}:{self.line}" if self.line else self.name
            case _:
                return f"{self.kind} {self.name}"


def shown(path: Path) -> str:
    """The path as people write it: relative where it lies below the working directory."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else os.fspath(path)


def dotted(key: Key) -> str:
    """The key as text, such as `source[0].name`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def nearest(origins: Mapping[Key, Origin], key: Key) -> Origin | None:
    """The origin of a key, or else that of the nearest table or array around it."""
    return next((origins[key[:length]] for length in range(len(key), 0, -1) if key[:length] in origins), None)
