"""Which keys a table of the configuration may have, found from the models."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from leadline.config.origins import Key


def model_at(model: type[BaseModel], location: Key) -> type[BaseModel] | None:
    """The model of the table at the location of a pydantic error (kinds of sources included), or None."""
    annotation: Any = model
    for part in location:
        annotation = _step(annotation, part)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def known_keys(model: type[BaseModel]) -> list[str]:
    """The keys a table of this model may have, as written in TOML."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _step(annotation: Any, part: str | int) -> Any:
    """The annotation one step further inside."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field for name, field in annotation.model_fields.items()}
        return strip(fields[str(part)].annotation) if part in fields else None
    if get_origin(annotation) in (Union, UnionType):
        return next((member for member in get_args(annotation) if kind_of(member) == part), None)
    if get_origin(annotation) is tuple:
        return strip(get_args(annotation)[0])
    if get_origin(annotation) is Mapping:
        return strip(get_args(annotation)[1])
    return None


def strip(annotation: Any) -> Any:
    """The annotation without metadata and without `| None`."""
    if get_origin(annotation) is Annotated:
        return strip(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return strip(members[0])
    return annotation


def kind_of(model: Any) -> str | None:
    """The `kind` that marks a table of this model, where it has one."""
    field = getattr(model, "model_fields", {}).get("kind")
    return get_args(field.annotation)[0] if field else None
