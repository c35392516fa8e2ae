"""The warehouse: one DuckDB file that a batch writes, and the read-only generations it publishes from it.

- `warehouse.tables` declares every table once; `warehouse.ddl` and `warehouse.dictionary` turn that into SQL and docs.
- `warehouse.store` loads pages transactionally, under `warehouse.lock`, after `warehouse.migrations`.
- `warehouse.inspection` looks into it between two runs.
- `warehouse.publish` writes a generation and switches to it; `warehouse.reader` queries the current one.

This module imports nothing, so that the tables can be used without DuckDB.
"""
