"""On which line of a TOML text each key and each element of an array stands.

The text has been accepted by `tomllib` before, so the scan only needs to tell tokens apart and to follow the nesting.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from leadline.config.origins import Key

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r]+|\#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<mark>[\[\]{},=.])"
    r'|(?P<word>"""(?:\\.|[^\\])*?"""(?!")|\'\'\'.*?\'\'\'(?!\')|"(?:\\.|[^"\\])*"|\'[^\']*\'|[^\s\[\]{},=.#"\']+)',
    re.DOTALL,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup and match.lastgroup != "skip":
            yield _Token(match.lastgroup, match.group(), line)
        line += match.group().count("\n")
    yield _Token("end", "", line)


def positions(text: str) -> dict[Key, int]:
    """The line of each table, key and array element of a valid TOML text, by the way to it."""
    return _Scan(list(_tokens(text))).run()


class _Scan:
    """One pass over the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.found: dict[Key, int] = {}
        self.arrays: dict[Key, int] = {}

    def run(self) -> dict[Key, int]:
        table: Key = ()
        while (token := self.peek()).kind != "end":
            if token.kind == "newline":
                self.at += 1
            elif token.text == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.found

    def peek(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def next_part(self) -> str:
        """What comes after newlines and commas."""
        while self.peek().kind == "newline" or self.peek().text == ",":
            self.at += 1
        return self.peek().text

    def note(self, key: Key, line: int) -> None:
        self.found.setdefault(key, line)

    def header(self) -> Key:
        """`[a.b]` or `[[a.b]]`: the key that the pairs after it belong to."""
        line = self.take().line
        is_array = self.peek().text == "["
        self.at += is_array
        names = self.names()
        self.at += 1 + is_array
        key: Key = ()
        for position, name in enumerate(names):
            key = (*key, name)
            self.note(key, line)
            if is_array and position == len(names) - 1:
                self.arrays[key] = self.arrays.get(key, -1) + 1
            if key in self.arrays:
                key = (*key, self.arrays[key])
                self.note(key, line)
        return key

    def names(self) -> list[str]:
        """The parts of a dotted key."""
        names = [_name(self.take().text)]
        while self.peek().text == ".":
            self.at += 1
            names.append(_name(self.take().text))
        return names

    def pair(self, table: Key) -> None:
        """`key = value`."""
        line = self.peek().line
        key = table
        for name in self.names():
            key = (*key, name)
            self.note(key, line)
        self.at += 1
        self.value(key)

    def value(self, key: Key) -> None:
        """A value; only arrays and inline tables have parts to be noted."""
        if self.peek().text == "[":
            self.array(key)
        elif self.peek().text == "{":
            self.inline_table(key)
        else:
            while self.peek().kind not in {"newline", "end"} and self.peek().text not in {",", "]", "}"}:
                self.at += 1

    def array(self, key: Key) -> None:
        self.at += 1
        position = 0
        while self.next_part() != "]":
            self.note((*key, position), self.peek().line)
            self.value((*key, position))
            position += 1
        self.at += 1

    def inline_table(self, key: Key) -> None:
        self.at += 1
        while self.next_part() != "}":
            self.pair(key)
        self.at += 1


def _name(text: str) -> str:
    """A key without its quotes and escapes."""
    if text[0] not in "\"'":
        return text
    name: str = tomllib.loads(f"name = {text}")["name"]
    return name
