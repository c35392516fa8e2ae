"""Names of tables and columns that callers give, looked up in the declaration before they become SQL."""

from collections.abc import Sequence

from warehouse.ddl import DECLARED, columns, quoted
from warehouse.errors import ContractError
from warehouse.tables import Table


def main(name: str) -> str:
    """The quoted name of a core table."""
    return f"main.{quoted(name)}"


def loadable(name: str) -> type[Table]:
    """The declaration of a core table; raises ContractError for a name that is none."""
    try:
        return DECLARED["main"][name]
    except KeyError:
        raise ContractError(f"{name}: no such table; there are {', '.join(DECLARED['main'])}") from None


def declared(table: str) -> tuple[str, str, type[Table]]:
    """Schema, name and declaration of a table of the warehouse; raises ContractError for a name that is none."""
    schema, _, name = table.rpartition(".")
    if schema in {"", "main"}:
        return "main", name, loadable(name)
    if name not in DECLARED.get(schema, {}):
        raise ContractError(f"{table}: no such table")
    return schema, name, DECLARED[schema][name]


def known(name: str, table: type[Table], wanted: Sequence[str] | None) -> list[str]:
    """The wanted columns, or all; raises ContractError for one that the table does not have."""
    declared = columns(table)
    for column in wanted or ():
        if column not in declared:
            raise ContractError(f"{name}.{column}: no such column; the table has {', '.join(declared)}")
    return list(declared if wanted is None else wanted)
