"""Deployments and incidents that pipelines and pagers report: written to a folder, loaded by the next run.

- `leadline.inbox.reports`: what may be said, checked before anything is written.
- `leadline.inbox.box`: the folder, one file a call; it is also the archive.
- `leadline.inbox.folding`: from the reports of an id, in order, to its row.
- `leadline.inbox.naming`: from the names that people give repositories and tickets to their ids.
- `leadline.inbox.memory`: how far they were loaded, and where names led.
- `leadline.inbox.loading`: the rows into the warehouse.

This module imports nothing: who reports needs neither polars nor DuckDB.
"""

SOURCE = "recorded"
"""Source of the rows; no source of the configuration may be called so."""
