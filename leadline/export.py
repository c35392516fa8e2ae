"""Frames as files: Parquet as they are, CSV and JSON in a form that every tool reads."""

import json
from pathlib import Path
from typing import IO

import polars as pl
from polars.datatypes import DataTypeClass

from leadline import published
from leadline.config import Config


def write(frame: pl.DataFrame, form: str, file: IO[bytes]) -> None:
    """Write a frame as `parquet`, `csv` or `json` (an array of objects)."""
    match form:
        case "parquet":
            frame.write_parquet(file)
        case "csv":
            _flat(_told(frame, lists=True)).write_csv(file)
        case _:
            file.write(_told(frame, lists=False).write_json().encode())


def export(config: Config, folder: Path, form: str) -> list[Path]:
    """Write every published table into a folder, as `<schema>.<table>.<form>`, and return the files.

    Each file appears under its name only when it is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_export_table(config, table, folder / f"{table}.{form}") for table in published.tables(config)]


def _export_table(config: Config, table: str, target: Path) -> Path:
    schema, name = table.split(".")
    half = target.with_suffix(target.suffix + ".part")
    with half.open("wb") as file:
        write(published.query(config, f'SELECT * FROM "{schema}"."{name}" ORDER BY ALL'), target.suffix[1:], file)  # noqa: S608
    return half.replace(target)


def _told(frame: pl.DataFrame, *, lists: bool) -> pl.DataFrame:
    """The frame with bytes as hexadecimal digits, and what the form has no word for as JSON in a text.

    CSV knows nothing nested but the `lists` of plain values; JSON knows no map whose keys are no texts.
    """
    odd = [
        pl.Series(name, [None if value is None else _text(value) for value in frame[name]], dtype=pl.String)
        for name, dtype in frame.schema.items()
        if _is_odd(dtype, lists=lists)
    ]
    return frame.with_columns(odd)


def _is_odd(dtype: pl.DataType | DataTypeClass, *, lists: bool) -> bool:
    """Whether a column of the type cannot be written as it is."""
    if isinstance(dtype, pl.List):
        return _is_odd(dtype.inner, lists=lists) or (lists and dtype.inner.is_nested())
    if isinstance(dtype, pl.Struct):
        return lists or any(_is_odd(field.dtype, lists=lists) for field in dtype.fields)
    return dtype.is_nested() or dtype in {pl.Binary(), pl.Object()}


def _text(value: object) -> str:
    """A value in JSON; bytes alone as their digits."""
    if isinstance(value, bytes):
        return value.hex()
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return json.dumps(_keyed(plain), ensure_ascii=False, default=_leaf)


def _keyed(value: object) -> object:
    """The value with texts for keys, however deep."""
    if isinstance(value, dict):
        return {str(key): _keyed(inner) for key, inner in value.items()}
    return [_keyed(inner) for inner in value] if isinstance(value, list) else value


def _leaf(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """CSV knows no lists: their items are separated by semicolons."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(";", ignore_nulls=True))
