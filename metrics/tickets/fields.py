"""Changes of the fields that matter here, whatever a tracker calls them."""

import polars as pl

from metrics.registry import Intermediate, pipeline
from warehouse.tables import columns as col

NAMES = {
    "flag": ("flagged", "flag", "impediment"),
    "estimate": ("estimate", "estimate_seconds", "original_estimate", "timeoriginalestimate"),
    "story_points": ("story_points", "story_point_estimate", "weight"),
    "description": ("description",),
    "acceptance_criteria": ("acceptance_criteria",),
    "assignee": ("assignee",),
    "parent": ("parent", "epic_link", "parent_key", "issueparentassociation"),
    "due_date": ("due_date", "due_on", "duedate"),
    "link": ("link", "links"),
}
"""What is meant, and how it is called, in lower case and with `_` for what is no letter or digit."""


class TicketFieldChanges(Intermediate):
    """One row per change of one of these fields."""

    change_id = col.key("Change")
    ticket_id = col.text("Ticket")
    field = col.text("What is meant: `flag`, `estimate`, `story_points`, `description`, …")
    from_value = col.text("Value before")
    to_value = col.text("Value after")
    actor_id = col.person("Who changed it")
    changed_at = col.instant("When")


@pipeline(TicketFieldChanges)
def ticket_field_changes(ticket_changes: pl.LazyFrame) -> pl.LazyFrame:
    """Every such change."""
    plain = pl.col("field").str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_")
    known = {name: field for field, names in NAMES.items() for name in names}
    meaning = plain.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    # Few names have many changes: what a name means is found out once.
    meant = ticket_changes.select("field").unique().with_columns(meaning=meaning).drop_nulls("meaning")
    return (
        ticket_changes.join(meant, on="field")
        .with_columns(field="meaning")
        .select(TicketFieldChanges.column_names())
        .sort("change_id")
    )


def is_set(value: pl.Expr) -> pl.Expr:
    """Whether a field has a value."""
    return value.str.strip_chars().str.len_chars().fill_null(0) > 0
