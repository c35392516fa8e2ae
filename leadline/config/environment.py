"""Values from environment variables: `LEADLINE__SECTION__KEY`; arrays and tables are written as JSON."""

import json
import os
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leadline.config.keys import known_keys
from leadline.config.problems import nearest_to
from leadline.config.types import FromText
from leadline.errors import Problem

PREFIX = "LEADLINE__"


def from_environment(model: type[BaseModel]) -> dict[str, Any]:
    """The values that the environment gives, as nested tables."""
    if not any(name.upper().startswith(PREFIX) for name in os.environ):
        return {}
    from pydantic_settings import BaseSettings, EnvSettingsSource

    class Source(EnvSettingsSource):
        def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ARG002
            """What the JSON says; text that is not JSON is left for the model to refuse in its place."""
            try:
                return json.loads(value)
            except ValueError:
                return value

    settings = cast("type[BaseSettings]", model)
    values = Source(settings, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False)()
    return {name: _as_text(value) for name, value in values.items()}


def unknown_sections(model: type[BaseModel]) -> list[Problem]:
    """The variables that name no section of the configuration."""
    known = known_keys(model)
    problems = []
    for name in sorted(os.environ):
        section = name.upper().removeprefix(PREFIX).partition("__")[0].lower()
        if name.upper().startswith(PREFIX) and section not in known:
            nearest = nearest_to(section, known)
            near = f"{PREFIX}{nearest.upper()}" if nearest else None
            problems.append(Problem(f"environment {name}", "", "unknown section of the configuration", near))
    return problems


def _as_text(value: Any) -> Any:
    """The value with every text marked as one that may stand for a number or a truth value."""
    if isinstance(value, Mapping):
        return {name: _as_text(part) for name, part in value.items()}
    return FromText(value) if isinstance(value, str) else value
