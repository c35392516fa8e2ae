"""`leadline identities`: who was merged with whom and by which rule, the suspects, and the TOML to correct it."""

from typing import TYPE_CHECKING, Any

import click

from leadline.cli.app import App
from leadline.cli.output import json_option, narrate, write_json, write_table

if TYPE_CHECKING:
    from leadline.identity import Matched

_MERGED = {"person": "person", "identity": "identity", "by": "merged by"}
_SUSPECTS = {"suspect": "in common", "identity": "identity", "reason": "not merged because"}


@click.command
@click.option("--suspects", "suspects_only", is_flag=True, help="Only those who are alike but were not merged.")
@click.option("--all", "everybody", is_flag=True, help="Also people with a single identity.")
@json_option
@click.pass_obj
def command(app: App, *, suspects_only: bool, everybody: bool, as_json: bool) -> None:
    """Show who was merged with whom and by which rule, who is alike but was not, and the TOML to correct it."""
    from leadline.identity import IdentityRules, listing

    matched = _published(app)
    if app.config.privacy.people == "off":
        narrate('names are hidden: the configuration says `[privacy] people = "off"`')
    said = app.config.identities
    rules = IdentityRules(merge=said.merge, not_same=said.not_same, bots=said.bots)
    merged = [] if suspects_only else listing.merged(matched, everybody=everybody).to_dicts()
    suspects = listing.suspects(matched).to_dicts()
    toml = listing.as_toml(rules, listing.to_merge(matched), [] if suspects_only else listing.to_part(matched))
    if as_json:
        write_json({"merged": merged, "suspects": suspects, "toml": toml})
        return
    for row in merged:
        row["by"] = f"{row['matched_by']} (probable)" if row["is_probable"] else row["matched_by"]
    for title, rows, columns, group in (
        ("Merged", merged, _MERGED, "person_id"),
        ("Alike, but not merged", suspects, _SUSPECTS, "suspect"),
    ):
        if rows:
            click.echo(f"{title}\n")
            write_table(_once(rows, group, next(iter(columns))), columns)
            click.echo()
    if merged or suspects:
        click.echo(f"To correct this, in {app.config.path.name}:\n\n{toml}")
    else:
        narrate("nobody was merged, and nobody is alike")


def _published(app: App) -> "Matched":
    """Return the answer of the matcher as it was published."""
    from leadline import published
    from leadline.identity import Matched

    tables = ("people", "identities", "identity_edges", "identity_suspects")
    return Matched(*(published.query(app.config, f"SELECT * FROM {table}") for table in tables))  # noqa: S608


def _once(rows: list[dict[str, Any]], group: str, column: str) -> list[dict[str, Any]]:
    """Return the rows with the column left empty where it repeats that of the row above."""
    above = [None, *(row[group] for row in rows)]
    return [row | {column: ""} if row[group] == before else row for row, before in zip(rows, above, strict=False)]
