"""What an observation is."""

from warehouse.tables import Table
from warehouse.tables import columns as col


class Observations(Table):
    """One row per metric, scope and period; only periods that are over, and a rolling one that ends now."""

    metric = col.key("Name of the metric in the catalogue")
    scope_kind = col.key("`all`, `team` or `repository`")
    scope = col.key("Name of the team, id of the repository, `all`")
    period = col.key("`week`, `month` or `rolling_90d`")
    period_start = col.key_day("First day of the period in the reporting zone")
    value = col.real("The figure; null with a reason")
    n = col.number("Items it was taken from")
    coverage = col.real("Measurable items / items in scope; null where there are no items")
    unit = col.text("Unit of the value")
    reason = col.text("Why the value is null: `no_items`, `too_few_items`, `group_too_small`, `not_counted`, …")
