"""The same pull requests under the definitions of other tools, so that people who come from these can compare.

Each tool cuts the way from the first commit to production at other events and calls the pieces by other names. Apart
from `leadline`, every definition tells of merged pull requests only. What a tool would count as 0 is 0 here only
where its definition says so; elsewhere a piece that did not happen is null with a reason.

- `devlake`: coding first commit to opening, pickup opening to the first review or comment by anybody but the author,
  review that to the merge, deploy; cycle is coding (or 0), opening to merge, and deploy (or 0).
- `middleware`: first_response ready to first review (0 for one given to a draft), rework first review to the first
  approval, merge that to the merge; cycle ready to merge.
- `linearb`: coding first commit to opening, pickup opening to the first answer, review that to the merge, deploy;
  cycle first commit to production.
- `swarmia`: in_progress first commit or opening to the first request for review, in_review that to the last approval,
  merge that to the merge; cycle the first of these to the last.
- `gitlab`: lead_time merge to production.
"""

import polars as pl

from metrics.expressions import seconds_between
from metrics.registry import pipeline
from metrics.spans import NOT_MERGED, Reasons, measured
from warehouse.tables import Table
from warehouse.tables import columns as col

KEY = ["pr_id", "definition", "phase"]
PHASES = {
    "leadline": ("coding", "pickup", "review", "merge_wait", "queue_wait", "deploy_wait", "cycle", "lead"),
    "devlake": ("coding", "pickup", "review", "deploy", "cycle"),
    "middleware": ("first_response", "rework", "merge", "cycle"),
    "linearb": ("coding", "pickup", "review", "deploy", "cycle"),
    "swarmia": ("in_progress", "in_review", "merge", "cycle"),
    "gitlab": ("lead_time",),
}
"""The phases of every definition, in the order in which they follow each other; the whole comes last."""


class PullRequestFlowDefinitions(Table):
    """One row per pull request, definition and phase."""

    pr_id = col.key("Pull request")
    definition = col.key("`leadline`, `devlake`, `middleware`, `linearb`, `swarmia` or `gitlab`")
    phase = col.key("Name of the phase in that definition; `cycle`, `lead` or `lead_time` is the whole")
    seconds = col.real("How long it took; null with a reason")
    reason = col.text("Why it is null, as in `pull_request_flow`; `no_review_request` where no review was asked for")


@pipeline(PullRequestFlowDefinitions)
def pull_request_flow_definitions(pull_request_flow: pl.LazyFrame, pull_request_verdicts: pl.LazyFrame) -> pl.LazyFrame:
    """Every pull request under every definition."""
    others = pull_request_verdicts.select("pr_id", "first_other_at")
    flow = pull_request_flow.join(others, on="pr_id", how="left")
    own = [("leadline", phase, (pl.col(f"{phase}_seconds"), pl.col(f"{phase}_reason"))) for phase in PHASES["leadline"]]
    rows = [
        flow.select("pr_id", definition=pl.lit(definition), phase=pl.lit(phase), seconds=seconds, reason=reason)
        for definition, phase, (seconds, reason) in (
            *own,
            *_devlake(),
            *_middleware(),
            *_linearb(),
            *_swarmia(),
            *_gitlab(),
        )
    ]
    return pl.concat(rows).sort(KEY)


_Measured = tuple[pl.Expr, pl.Expr]
_Phases = list[tuple[str, str, _Measured]]


def _between(start: str | pl.Expr, end: str | pl.Expr, reasons: Reasons | None = None) -> _Measured:
    """A span of merged pull requests."""
    first, last = (pl.col(at) if isinstance(at, str) else at for at in (start, end))
    return measured(seconds_between(first, last), {**NOT_MERGED, **(reasons or {})})


def _missing(column: str, reason: str) -> Reasons:
    return {reason: pl.col(column).is_null()}


def _deploy() -> _Measured:
    return pl.col("deploy_wait_seconds"), pl.col("deploy_wait_reason")


def _devlake() -> _Phases:
    no_answer = _missing("first_other_at", "no_review")
    coding = _between("first_commit_at", "opened_at", _missing("first_commit_at", "first_commit_unknown"))
    merged = seconds_between(pl.col("opened_at"), pl.col("merged_at"))
    cycle = coding[0].fill_null(0) + merged + pl.col("deploy_wait_seconds").fill_null(0)
    return [
        ("devlake", "coding", coding),
        ("devlake", "pickup", _between("opened_at", "first_other_at", no_answer)),
        ("devlake", "review", _between("first_other_at", "merged_at", no_answer)),
        ("devlake", "deploy", _deploy()),
        ("devlake", "cycle", measured(cycle, NOT_MERGED)),
    ]


def _middleware() -> _Phases:
    never_ready = _missing("ready_at", "never_ready")
    no_review = _missing("first_review_at", "no_review")
    no_approval = _missing("first_approval_at", "no_approval")
    review = pl.col("first_review_at")
    # A review before there was anything to review is a fault of the clocks; one of a draft is none.
    response = pl.when(review >= pl.col("opened_at")).then(pl.max_horizontal(review, "ready_at")).otherwise(review)
    return [
        ("middleware", "first_response", _between("ready_at", response, {**never_ready, **no_review})),
        # 0 where the first review approves: it is the first approval.
        ("middleware", "rework", _between("first_review_at", "first_approval_at", {**no_review, **no_approval})),
        ("middleware", "merge", _between("first_approval_at", "merged_at", no_approval)),
        ("middleware", "cycle", _between("ready_at", "merged_at", never_ready)),
    ]


def _linearb() -> _Phases:
    no_commit = _missing("first_commit_at", "first_commit_unknown")
    no_answer = _missing("first_answer_at", "no_review")
    return [
        ("linearb", "coding", _between("first_commit_at", "opened_at", no_commit)),
        ("linearb", "pickup", _between("opened_at", "first_answer_at", no_answer)),
        ("linearb", "review", _between("first_answer_at", "merged_at", no_answer)),
        ("linearb", "deploy", _deploy()),
        ("linearb", "cycle", (pl.col("lead_seconds"), pl.col("lead_reason"))),
    ]


def _swarmia() -> _Phases:
    start = pl.min_horizontal("first_commit_at", "opened_at")
    unasked = _missing("first_review_request_at", "no_review_request")
    no_approval = _missing("last_approval_at", "no_approval")
    return [
        ("swarmia", "in_progress", _between(start, "first_review_request_at", unasked)),
        ("swarmia", "in_review", _between("first_review_request_at", "last_approval_at", {**unasked, **no_approval})),
        ("swarmia", "merge", _between("last_approval_at", "merged_at", no_approval)),
        ("swarmia", "cycle", _between(start, "merged_at")),
    ]


def _gitlab() -> _Phases:
    return [("gitlab", "lead_time", _deploy())]
