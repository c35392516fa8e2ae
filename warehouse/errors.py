"""What can go wrong in the warehouse, in words a user can act on.

WarehouseError        1  the base: what and where in the message, the next step in the hint
├── ContractError     1  rows that break the declaration of their table
├── WarehouseUnusable 1  the file is damaged, foreign, or of another version
├── QueryError        1  a query that is wrong or not allowed
│   └── QueryTimeout  1  a query that took too long
├── NoGeneration      1  nothing has been published yet
└── WarehouseBusy     5  another run holds the warehouse (in `warehouse.lock`)
"""


class WarehouseError(Exception):
    """Something about the warehouse that the user, or the author of a collector, can mend."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class ContractError(WarehouseError):
    """Rows break the declaration of their table; the message names table, column and an example."""


class WarehouseUnusable(WarehouseError):  # noqa: N818 - named after what happened
    """The warehouse file is damaged, is no DuckDB file, or belongs to another version of leadline."""


class QueryError(WarehouseError):
    """A query is wrong, or asks for something that readers may not do."""


class QueryTimeout(QueryError):  # noqa: N818 - named after what happened
    """A query took longer than it may."""


class NoGeneration(WarehouseError):  # noqa: N818 - named after what happened
    """Nothing has been published in this directory yet."""
