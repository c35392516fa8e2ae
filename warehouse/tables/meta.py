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
    items = col.texts("Up to 20 of them, by their ids; those that name people only where leads see people")
    affected_metric = col.text("The metric that suffers")
    hint = col.text("What to do about it")


class Repairs(Table):
    """Rows that a collector had to repair or leave out, added up over all runs."""

    source = col.key("Source")
    stream = col.key("Stream, such as `commits`")
    scope = col.key("Repository or project")
    check = col.key("Name of the check")
    count = col.number("How many rows")
    updated_at = col.instant("When the last one was found")


class PublishedFigures(Table):
    """Every figure of a period as it was first published, and again each time that it was published anew."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("Kind of the scope, as in `metrics.observations`")
    scope = col.key("Name of the scope")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    published_at = col.key_instant("When it was published with this value for the first time")
    value = col.real("The figure; null with a reason")
    n = col.number("Items it was taken from")
    coverage = col.real("Measurable items / items in scope")
    reason = col.text("Why the value is null")
    definition = col.text("Fingerprint of the definition that it was computed by")
    configuration = col.text("Fingerprint of the configuration that it was computed with")


class Dictionary(Table):
    """Every column of every table of this file, and what it means."""

    schema = col.key("Schema")
    table = col.key("Table")
    column = col.key("Column")
    position = col.number("Position in the table, from 0")
    type = col.text("DuckDB type")
    key = col.flag("Whether it is part of the primary key")
    privacy = col.text(
        "What it has to do with people: `about` (the row is about that person), `person` (it refers to one), `name` (a "
        "name, address or account) or `text` (it may name somebody); null where nothing"
    )
    description = col.text("What it means")


class Privacy(Table):
    """Who may see what of people in this file: the section `[privacy]` of the configuration, in one row."""

    people = col.key("Who sees figures about single people: `off`, `self` or `leads`")
    minimum_group = col.number("A figure about fewer people than this is left out")


class Generation(Table):
    """For which instant this file tells what was known, in one row."""

    known_at = col.key_instant("The instant that every metric is computed for")
    is_past = col.flag("Whether it was told afterwards, from what the sources still know of that instant")


class MetricCatalogue(Table):
    """Every metric: what it means, how it is misread, where the definition comes from."""

    name = col.key("Name, as in `metrics.observations`")
    title = col.text("Title to show")
    unit = col.text("Unit of the value")
    direction = col.text("Which way is better: `higher`, `lower` or `neutral`")
    responsibility = col.text("The responsibility of a tech lead that it serves")
    definition = col.text("Definition")
    table = col.text("The table in schema `metrics` that holds the items behind the figure")
    inputs = col.texts("Core tables it is computed from")
    exclusions = col.text("What is left out")
    pitfalls = col.text("How it is misread")
    source = col.text("Where the definition comes from")


class RuleCatalogue(Table):
    """Every rule that proposes actions: when it does."""

    name = col.key("Name, as in `metrics.actions`")
    title = col.text("Title to show")
    responsibility = col.text("The responsibility of a tech lead that it serves")
    definition = col.text("When it proposes an action, with its thresholds")
