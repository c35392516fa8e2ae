"""The names that trackers give to the same field of a ticket."""

import polars as pl

NAMES = {
    "flag": ("flagged", "flag", "impediment"),
    "estimate": (
        "estimate",
        "estimate_seconds",
        "original_estimate",
        "timeoriginalestimate",
        "story_points",
        "story_point_estimate",
        "weight",
    ),
    "description": ("description",),
    "acceptance_criteria": ("acceptance_criteria",),
    "assignee": ("assignee",),
    "parent": ("parent", "epic_link", "parent_key", "issueparentassociation"),
    "due_date": ("due_date", "due_on", "duedate"),
    "link": ("link", "links"),
}
"""What is meant, and how it is called, in lower case and with `_` for what is no letter or digit."""


def meant(field: pl.Expr) -> pl.Expr:
    """The field that a change is about, by the names above; null for any other."""
    plain = field.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_")
    known = {name: field for field, names in NAMES.items() for name in names}
    return plain.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def is_set(value: pl.Expr) -> pl.Expr:
    """Whether a field has a value."""
    return value.str.strip_chars().str.len_chars().fill_null(0) > 0
