"""Frames as files: Parquet as they are, CSV and JSON in a form that every tool reads."""

from pathlib import Path
from typing import IO

import polars as pl

from leadline import published
from leadline.config import Config


def write(frame: pl.DataFrame, form: str, file: IO[bytes]) -> None:
    """Write a frame as `parquet`, `csv` or `json` (an array of objects)."""
    match form:
        case "parquet":
            frame.write_parquet(file)
        case "csv":
            _flat(frame).write_csv(file)
        case _:
            file.write(frame.write_json().encode())


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


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """CSV knows no lists: their items are separated by semicolons."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    return frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(";", ignore_nulls=True))
