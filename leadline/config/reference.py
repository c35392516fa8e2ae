"""The reference page of the configuration, generated from its models."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadline.config.keys import kind_of, strip
from leadline.config.model import INVESTMENT, Config
from leadline.config.sources import Source
from leadline.config.teams import Member

_INTRODUCTION = """\
# Configuration

`leadline.toml` is found upwards from the working directory, or named by `--config PATH`. `leadline init` writes a first
one, `leadline config validate` lists every mistake in it, and `leadline config show` tells the values in effect and
where each comes from. `leadline config schema` writes its JSON Schema for editors.

A value is taken from the first of these that gives it:

1. the command line: `--set calendar.hours=10:00-18:00`
2. the environment: `LEADLINE__CALENDAR__HOURS=10:00-18:00`; arrays and tables are written as JSON
3. the file
4. the default

Secrets never stand in the file: it names environment variables or files that hold them. Relative paths start at the
folder of the file.
"""

_WORDS = {"str": "text", "int": "whole number", "bool": "true or false", "date": "date"}


def markdown() -> str:
    """The page in Markdown."""
    return "\n".join([_INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for name, field in Config.model_fields.items():
        if name == "source":
            for model in get_args(strip(Source)):
                yield from _table(f"`[[source]]` of kind `{kind_of(model)}`", model)
        elif name == "investment":
            yield from _investment(field)
        elif get_origin(field.annotation) is tuple:
            yield from _table(f"`[[{name}]]`", strip(get_args(field.annotation)[0]))
        else:
            yield from _table(f"`[{name}]`", field.annotation)
    yield from _table("A member of a team, as a table", Member)


def _investment(field: FieldInfo) -> Iterator[str]:
    yield f"## `[investment]`\n\n{field.description}\n"
    yield 'Each key names a kind of work; its value is a table such as `{ type = ["Bug"], labels = ["bug"] }`.'
    yield "Without the section these are told apart:\n"
    yield "| key | type | labels |\n|---|---|---|"
    for name, rule in INVESTMENT.items():
        yield f"| `{name}` | {_cell(rule.type)} | {_cell(rule.labels)} |"
    yield ""


def _table(heading: str, model: Any) -> Iterator[str]:
    yield f"## {heading}\n\n{model.__doc__}\n"
    yield "| key | value | default | meaning |\n|---|---|---|---|"
    yield from _rows(model)
    yield ""


def _rows(model: type[BaseModel], prefix: str = "", defaults: BaseModel | None = None) -> Iterator[str]:
    """A row for each key; tables inside become dotted keys. `defaults` holds values instead of the model's."""
    for name, field in model.model_fields.items():
        key = prefix + (field.alias or name)
        annotation = strip(field.annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _rows(annotation, f"{key}.", field.default)
            continue
        default = getattr(defaults, name, None) if defaults else field.default
        shown = "required" if not defaults and field.is_required() else "" if default is None else _cell(default)
        example = f" Example: {_cell(field.examples[0])}" if field.examples else ""
        yield f"| `{key}` | {_words(annotation)} | {shown} | {_escaped(field.description or '')}{example} |"


def _words(annotation: Any) -> str:
    """A type as people say it."""
    if get_origin(annotation) is Annotated:
        return _words(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"array of: {_words(strip(get_args(annotation)[0]))}"
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(_words(member) for member in get_args(annotation) if member is not type(None))
    if annotation is Member:
        return "text, or a table"
    return _WORDS.get(getattr(annotation, "__name__", ""), "table")


def _cell(value: object) -> str:
    """A value as TOML in code marks."""
    import tomlkit

    plain = [list(part) if isinstance(part, tuple) else part for part in value] if isinstance(value, tuple) else value
    return f"`{_escaped(tomlkit.item(plain).as_string())}`"


def _escaped(text: str) -> str:
    """The text inside a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")
