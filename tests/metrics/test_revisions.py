"""Every reason for which a published figure is another one gives its row; what is as it was gives none."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from git_worlds import Row, frame
from test_pull_request_actions import rows_of

from metrics.summary.figures_published import gained
from metrics.summary.revisions import Catalogued, revisions
from warehouse.tables import CORE, META

AS_OF = datetime.fromisoformat("2026-03-20T12:00:00")
WEEK = datetime.fromisoformat("2026-03-02").date()
IN_IT = datetime.fromisoformat("2026-03-04T12:00:00")
FIRST = datetime.fromisoformat("2026-03-10T12:00:00")
CATALOGUED = {
    "commits": Catalogued("c1", ("commits",)),
    "tickets_finished": Catalogued("t1", ("tickets", "ticket_status_intervals")),
}


def figure(metric: str = "commits", value: float | None = 5.0, **more: Any) -> Row:
    key = {"metric": metric, "scope_kind": "all", "scope": "all", "period": "week", "period_start": WEEK}
    return key | {"value": value, "n": 5, "reason": None if value is not None else "no_items"} | more


def published(metric: str = "commits", value: float | None = 5.0, **more: Any) -> Row:
    definition = CATALOGUED[metric].definition
    return figure(metric, value) | {"published_at": FIRST, "definition": definition, "configuration": "k1"} | more


def revised(now: list[Row], before: list[Row], **tables: list[Row]) -> list[dict[str, Any]]:
    rows = {"observations": now, **tables}
    schema = META["published_figures"].create_empty().schema
    record = pl.DataFrame([{name: row.get(name) for name in schema} for row in before], schema)
    frames = []
    for name in revisions.inputs:
        core = name.removeprefix("collected_")
        found = rows.get(core, [])
        frames.append(
            record if name == "previous_figures" else frame(core, found) if core in CORE else rows_of(name, found)
        )
    settings = {"as_of": AS_OF, "zone": "UTC", "catalogued": CATALOGUED, "configuration": "k1"}
    return revisions(*(one.lazy() for one in frames), **settings).collect().rows(named=True)


def test_what_is_as_it_was_or_new_is_no_revision() -> None:
    assert revised([figure()], [published()]) == []
    assert revised([figure()], []) == []
    assert revised([figure(n=6)], [published()]) == []  # taken from more items, and the same
    assert revised([figure(value=5.0 + 1e-12)], [published()]) == []
    assert revised([figure(value=6.0, period="rolling_90d")], [published(period="rolling_90d")]) == []


@pytest.mark.parametrize("collected", [FIRST + timedelta(days=1), FIRST - timedelta(days=1)])
def test_late_data_is_told_with_what_came(collected: datetime) -> None:
    commits = [
        {"repo_id": "r", "sha": f"{n}", "committed_at": IN_IT + timedelta(days=9 * (n == 3)), "collected_at": collected}
        for n in range(4)
    ]
    (row,) = revised([figure(value=8.0)], [published()], commits=commits)
    assert (row["before"], row["after"], row["published_at"], row["revised_at"]) == (5.0, 8.0, FIRST, AS_OF)
    if collected > FIRST:
        assert (row["why"], row["evidence"]) == ("late_data", "collected or read anew since: 3 of commits")
    else:
        assert (row["why"], row["evidence"]) == ("unexplained", None)


def test_a_figure_about_tickets_does_not_blame_commits() -> None:
    commits = [{"repo_id": "r", "sha": "1", "committed_at": IN_IT, "collected_at": AS_OF}]
    (row,) = revised([figure("tickets_finished", 4.0)], [published("tickets_finished")], commits=commits)
    assert row["why"] == "unexplained"


def test_a_ticket_that_was_taken_up_again() -> None:
    completions = [
        {"ticket_id": "t1", "completed_at": IN_IT, "left_at": FIRST + timedelta(days=2)},
        {"ticket_id": "t2", "completed_at": IN_IT, "left_at": FIRST - timedelta(days=2)},
        {"ticket_id": "t3", "completed_at": IN_IT, "left_at": None},
        {"ticket_id": "t4", "completed_at": IN_IT + timedelta(days=9), "left_at": FIRST + timedelta(days=5)},
    ]
    tickets = [{"ticket_id": "t1", "resolved_at": IN_IT, "collected_at": AS_OF}]
    before, now = published("tickets_finished"), figure("tickets_finished", None)
    (row,) = revised([now], [before], ticket_completions=completions, tickets=tickets)
    assert (row["why"], row["evidence"]) == (
        "reopened_item",
        "1 ticket that was finished then was taken up again since",
    )
    assert (row["after"], row["reason_after"]) == (None, "no_items")


def test_another_definition_or_configuration_goes_before_all_else() -> None:
    commits = [{"repo_id": "r", "sha": "1", "committed_at": IN_IT, "collected_at": AS_OF}]
    other = published(definition="c0", configuration="k0")
    assert [row["why"] for row in revised([figure(value=8.0)], [other], commits=commits)] == ["changed_definition"]
    other = published(configuration="k0")
    assert [row["why"] for row in revised([figure(value=8.0)], [other], commits=commits)] == ["changed_configuration"]


def test_every_revision_of_a_figure_is_kept() -> None:
    second = FIRST + timedelta(days=3)
    before = [published(), published(value=6.0, published_at=second)]
    found = revised([figure(value=7.0)], before)
    assert [(row["before"], row["after"], row["revised_at"]) for row in found] == [
        (5.0, 6.0, second),
        (6.0, 7.0, AS_OF),
    ]


def test_the_record_gains_what_is_new_or_otherwise() -> None:
    schema = META["published_figures"].create_empty().schema
    rows = [published(value=4.0, published_at=FIRST - timedelta(days=1)), published()]
    record = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema)
    now = [figure(), figure("tickets_finished", None), figure(n=6, scope="crew")]

    def gains(*rows: Row) -> list[str]:
        return gained(rows_of("observations", list(rows)).lazy(), record.lazy()).collect()["scope"].to_list()

    assert gains(*now) == ["all", "crew"]
    assert gains(figure()) == []
    assert gains(figure(n=6)) == gains(figure(value=None)) == ["all"]
