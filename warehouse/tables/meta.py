"""The warehouse about itself: runs, cursors, data quality."""

from warehouse.tables import columns as col
from warehouse.tables.base import Table


class Runs(Table):
    """Every run of the batch."""

    run_id = col.key("Identifier of the run; it sorts by time")
    started_at = col.instant("Start")
    finished_at = col.instant("End; null while it runs, or where it was killed")
    status = col.text("`running`, `ok`, `partial`, `failed` or `interrupted`")
    error = col.text("What went wrong")


class RunSources(Table):
    """What each run took from each stream of each source."""

    run_id = col.key("Run")
    source = col.key("Source")
    stream = col.key("Stream, such as `commits`")
    rows = col.number("Rows written")
    requests = col.number("Requests made, or git processes started")
    seconds = col.real("Wall time")
    status = col.text("`ok` or `failed`")
    error = col.text("What went wrong")


class SyncState(Table):
    """How far each stream has been read."""

    source = col.key("Source")
    stream = col.key("Stream")
    scope = col.key("Repository or project")
    cursor = col.text("Where the next run goes on")
    updated_at = col.instant("When the cursor was written")


class DataQuality(Table):
    """Faults found in the data, and what they touch."""

    check = col.key("Name of the check")
    severity = col.text("`info`, `warning` or `error`")
    count = col.number("How many rows it concerns")
    affected_metric = col.text("The metric that suffers")
    hint = col.text("What to do about it")
