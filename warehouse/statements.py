"""Which SQL a reader runs: one statement, and one that only reads."""

import duckdb

from warehouse.errors import QueryError

_READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
"""SHOW, DESCRIBE, SUMMARIZE, FROM and VALUES are SELECT to DuckDB."""


def one_query(cursor: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The given SQL, when it is one statement that only reads; raises QueryError, or duckdb.Error for bad SQL."""
    statements = cursor.extract_statements(sql)
    if not statements:
        raise QueryError("there is no query", hint="write a SELECT")
    if len(statements) > 1:
        raise QueryError(f"there are {len(statements)} statements where one may stand", hint="run them one by one")
    if not _only_reads(statements[0]):
        raise QueryError("only queries that read are allowed here", hint="begin with SELECT, FROM, SHOW or DESCRIBE")
    return statements[0].query


def _only_reads(statement: duckdb.Statement) -> bool:
    try:
        return statement.type in _READING
    except ValueError:  # a kind of statement that the Python client has no name for
        return False
