"""Who wrote a file, and who knows it.

- *Share*: lines the person added / lines all people added, over the whole history of the file (Bird et al. 2011).
Under 5 % is a   minor contribution; the largest share makes the main developer (a tie goes to the later change).
- *Degree of authorship* (Avelino et al. 2016): 3.293 + 1.098·FA + 0.164·DL - 0.321·ln(1 + AC), where FA is 1 for
those who   created the file, DL counts the person's modifications and renames, AC everybody else's. An author has
more than 0.75 of   the file's highest degree, and at least 3.293 or created it.
- *Lines*: nobody can say without blaming every file who wrote the lines that are left, so a person is taken to have
written the   same share of the lines at the head as of the lines ever added.

Left out: programs, and files that are not people's work. Bulk changes count for shares and authorship (somebody did
write the first import), but they teach nobody: who only ever touched a file in bulk does not know it.
"""

import polars as pl

from metrics.expressions import total
from metrics.registry import Metric, pipeline
from warehouse.tables import Table
from warehouse.tables import columns as col

FILE = ["repo_id", "path"]
COMMIT = ["repo_id", "sha"]
MINOR = 0.05
AUTHOR_DOA = 3.293
AUTHOR_RATIO = 0.75


class Ownership(Table):
    """One row per file at the head that is people's work and person who changed or reviewed it; bots left out."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    person_id = col.key_person("Person")
    revisions = col.number("Commits of the file that the person wrote or co-wrote; 0 for a reviewer")
    credit = col.real("The same with the credit of co-authored commits shared")
    additions = col.real("Lines added, the credit of co-authored commits shared; null while not counted")
    share = col.real("Share of all lines added to the file; null where none were counted")
    lines = col.real("The share of the lines at the head that the person is taken to have written")
    doa = col.real("Degree of authorship (Avelino 2016); null for who never changed it")
    is_author = col.flag("Whether the degree of authorship makes the person an author of the file")
    is_minor = col.flag("Whether the share is under 5 %")
    is_main = col.flag("Whether the share is the file's largest")
    is_knower = col.flag(
        "Whether the person knows it: created it, changed it outside bulk changes, or reviewed a change"
    )
    is_active = col.flag("Whether the person was active anywhere in the last 90 days")
    first_at = col.instant("The person's first change of the file")
    last_at = col.instant("The person's last change of the file")


@pipeline(Ownership)
def ownership(
    file_revisions: pl.LazyFrame,
    commit_credits: pl.LazyFrame,
    commit_trailers: pl.LazyFrame,
    file_places: pl.LazyFrame,
    active_people: pl.LazyFrame,
) -> pl.LazyFrame:
    """Every person's part in every file at the head."""
    changes = file_revisions.filter(pl.col("is_counted"), pl.col("is_alive"))
    parts = _parts(changes, commit_credits)
    reviewers = (
        commit_trailers.filter(pl.col("trailer") == "Reviewed-by")
        .select(*COMMIT, "person_id")
        .join(changes.select(*COMMIT, "path"), on=COMMIT)
        .join(active_people.select("person_id"), on="person_id", how="semi")
        .select(*FILE, "person_id", reviewed=True)
        .unique()
    )
    return (
        parts.join(reviewers, on=[*FILE, "person_id"], how="full", coalesce=True)
        .with_columns(
            pl.col("revisions").fill_null(0),
            pl.col("credit").fill_null(0.0),
            pl.col("created", "changed_small", "reviewed").fill_null(value=False),
            additions=pl.when(pl.col("additions").count().over(FILE) > 0).then(pl.col("additions").fill_null(0.0)),
        )
        .with_columns(share=_share(), doa=_doa())
        .join(file_places.select(*FILE, head_lines="lines"), on=FILE, how="left")
        .join(active_people.select("person_id", "last_active_at", "is_active"), on="person_id", how="left")
        .with_columns(
            lines=pl.col("share") * pl.col("head_lines"),
            is_author=_is_author(),
            is_minor=(pl.col("share") < MINOR) & (pl.col("revisions") > 0),
            is_main=_is_main(),
            is_knower=pl.any_horizontal("created", "changed_small", "reviewed"),
            is_active=pl.col("is_active").fill_null(value=False),
        )
        .select(Ownership.column_names())
        .sort(*FILE, "person_id")
    )


def _parts(changes: pl.LazyFrame, commit_credits: pl.LazyFrame) -> pl.LazyFrame:
    """What each person did to each file."""
    is_change = (pl.col("change") != "D") & (pl.col("position") != pl.col("created_at"))
    return (
        changes.with_columns(
            created_at=pl.col("position").filter(pl.col("change") != "D").min().over(FILE),
        )
        .join(commit_credits, on=COMMIT)
        .group_by(*FILE, "person_id")
        .agg(
            revisions=pl.len(),
            credit=pl.col("weight").sum(),
            additions=total(pl.col("additions") * pl.col("weight")),
            deliveries=pl.col("weight").filter(is_change).sum(),
            created=(pl.col("position") == pl.col("created_at")).any(),
            changed_small=(~pl.col("is_bulk")).any(),
            first_at=pl.col("committed_at").min(),
            last_at=pl.col("committed_at").max(),
        )
    )


def _share() -> pl.Expr:
    whole = pl.col("additions").sum().over(FILE)
    return pl.when(whole > 0).then(pl.col("additions") / whole)


def _doa() -> pl.Expr:
    own = pl.col("deliveries")
    others = (own.sum().over(FILE) - own).clip(0)
    degree = 3.293 + 1.098 * pl.col("created").cast(pl.Float64) + 0.164 * own - 0.321 * others.log1p()
    return pl.when(pl.col("revisions") > 0).then(degree)


def _is_author() -> pl.Expr:
    doa = pl.col("doa")
    is_near_the_top = doa / doa.max().over(FILE) > AUTHOR_RATIO
    return (is_near_the_top & ((doa >= AUTHOR_DOA) | pl.col("created"))).fill_null(value=False)


def _is_main() -> pl.Expr:
    """The largest share of a file; a tie goes to the later change, then to the first id."""
    place = (
        pl.struct(-pl.col("share").round(9), -pl.col("last_at").dt.epoch("us"), "person_id").rank("ordinal").over(FILE)
    )
    return pl.col("share").is_not_null() & (place == 1)


METRICS = (
    Metric(
        name="ownership",
        title="Ownership",
        unit="share",
        direction="neutral",
        responsibility="allocation",
        definition=(
            "A person's lines added to the file / all lines people added; under 5 % is a minor contribution, the "
            "largest share the main developer."
        ),
        table="ownership",
        inputs=("commits", "commit_parents", "commit_files", "head_files", "commit_trailers", "people"),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "Lines added measure presence, not understanding; a move between files looks like authorship unless "
            "git saw the rename."
        ),
        source="Bird et al. 2011",
    ),
    Metric(
        name="degree_of_authorship",
        title="Degree of authorship",
        unit="score",
        direction="neutral",
        responsibility="allocation",
        definition=(
            "3.293 + 1.098·FA + 0.164·DL - 0.321·ln(1 + AC): FA is 1 for who created the file, DL the person's "
            "modifications and renames, AC all others'. An author has over 0.75 of the file's highest, and 3.293 "
            "or more or created it."
        ),
        table="ownership",
        inputs=("commits", "commit_parents", "commit_files", "head_files", "commit_trailers", "people"),
        exclusions=(
            "Vendored, generated, lock, documentation, data and asset files, `.mailmap`, authors' lists, "
            "changelogs and CODEOWNERS; programs."
        ),
        pitfalls=(
            "The weights were fitted on one set of projects. Time plays no part: who created a file ten years ago "
            "may still be its author."
        ),
        source="Avelino et al. 2016",
    ),
)
