"""The pipelines against plain Python on invented histories."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import oracles_git as oracle
import polars as pl
import pytest
from git_worlds import World, invent
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.catalogue import PIPELINES

CODE = [pipeline for pipeline in PIPELINES if pipeline.schema.__module__.startswith("metrics.code")]
worlds = st.integers(0, 2**32 - 1)
few = settings(max_examples=4, deadline=None)


@dataclass
class Told:
    """A world, what was computed, and what the oracle may start from."""

    world: World
    tables: dict[str, pl.DataFrame]
    folded: oracle.Folded
    now: oracle.Folded
    lines: dict[oracle.File, int]

    def by_file(self, table: str, column: str) -> dict[oracle.File, object]:
        frame = self.tables[table].drop_nulls(column)
        return dict(zip(frame.select("repo_id", "path").iter_rows(), frame[column], strict=True))

    def by_person(self, column: str) -> dict[tuple[oracle.File, str], object]:
        frame = self.tables["ownership"].filter(pl.col("revisions") > 0).drop_nulls(column)
        return {
            ((repo_id, path), person): value
            for repo_id, path, person, value in frame.select("repo_id", "path", "person_id", column).iter_rows()
        }


def tell(seed: int) -> Told:
    world = invent(seed)
    folded = oracle.fold(world.changes)
    head = {(row["repo_id"], row["path"]): row["lines"] for row in world.tables["head_files"]}
    lines = {file: size for file, size in head.items() if oracle.is_counted(file[1])}
    return Told(world, world.computed(CODE), folded, oracle.now(folded, head), lines)


@few
@given(worlds)
def test_every_alive_file_keeps_its_history_through_renames(seed: int) -> None:
    told = tell(seed)
    expected: Counter[oracle.File] = Counter()
    recent: Counter[oracle.File] = Counter()
    added: Counter[oracle.File] = Counter()
    for change, named in told.folded:
        for file, row in named:
            expected[file] += 1
            recent[file] += change.at >= told.world.as_of - timedelta(days=90)
            added[file] += row["additions"]
    heads = {(row["repo_id"], row["path"]) for row in told.world.tables["head_files"]}
    assert told.by_file("files", "revisions") == {file: expected[file] for file in heads}
    assert told.by_file("files", "revisions_90d") == {file: recent[file] for file in heads}
    assert told.by_file("files", "additions") == {file: added[file] for file in heads}


@few
@given(worlds)
def test_change_coupling(seed: int) -> None:
    told = tell(seed)
    # The limit of 30 files holds for the whole commit; what is paired are the files of now.
    commits = [[path for (_, path), _ in named] for change, named in told.now if not change.is_bulk]
    found = told.tables["change_coupling"]
    actual = {
        (a, b): (shared, average, pytest.approx(degree))
        for a, b, shared, average, degree in found.select(
            "path_a", "path_b", "shared", "average_revisions", "degree"
        ).iter_rows()
    }
    assert actual == oracle.coupling(commits)
    assert (found["confidence_ab"] == found["shared"] / found["revisions_a"]).all()


@few
@given(worlds)
def test_sum_of_coupling(seed: int) -> None:
    told = tell(seed)
    sums = oracle.sum_of_coupling(told.folded)
    assert told.by_file("files", "sum_of_coupling") == {file: sums[file] for file in told.lines}


@few
@given(worlds)
def test_fragmentation(seed: int) -> None:
    told = tell(seed)
    credited: defaultdict[oracle.File, list[dict[str, float]]] = defaultdict(list)
    for change, named in told.now:
        for file, _ in named:
            if change.people:
                credited[file].append(change.people)
    expected = {file: pytest.approx(oracle.fragmentation(people), abs=1e-9) for file, people in credited.items()}
    assert told.by_file("files", "fragmentation") == expected


@few
@given(worlds)
def test_ownership(seed: int) -> None:
    told = tell(seed)
    shares = oracle.shares(told.now)
    assert told.by_person("share") == {key: pytest.approx(share) for key, share in shares.items()}
    minor = {key for key, is_minor in told.by_person("is_minor").items() if is_minor}
    assert minor == {key for key, share in shares.items() if share < 0.05}
    mains = told.tables["ownership"].filter("is_main").group_by("repo_id", "path").len()
    assert set(mains["len"]) <= {1}
    largest: dict[oracle.File, float] = {}
    for (file, _), share in shares.items():
        largest[file] = max(largest.get(file, 0), share)
    assert told.by_file("files", "main_share") == {file: pytest.approx(share) for file, share in largest.items()}


@few
@given(worlds)
def test_degree_of_authorship(seed: int) -> None:
    told = tell(seed)
    expected = oracle.authorship(told.now)
    assert told.by_person("doa") == {key: pytest.approx(doa) for key, (doa, _) in expected.items()}
    assert told.by_person("is_author") == {key: is_author for key, (_, is_author) in expected.items()}


def _scopes(told: Told) -> dict[tuple[str, str], set[oracle.File]]:
    """The files of the repository and of its folders of 10 files or more."""
    scopes: defaultdict[tuple[str, str], set[oracle.File]] = defaultdict(set)
    for file in told.lines:
        folders = file[1].split("/")[:-1]
        scopes["repository", file[0]].add(file)
        for depth in range(1, min(len(folders), 2) + 1):
            scopes["folder", "/".join(folders[:depth])].add(file)
    return {scope: files for scope, files in scopes.items() if scope[0] == "repository" or len(files) >= 10}


def _changes_as_author(told: Told, files: set[oracle.File], authors: dict[oracle.File, set[str]]) -> dict[str, float]:
    changes: Counter[str] = Counter()
    for change, named in told.now:
        for file, _ in named:
            if file in files:
                changes.update({p: weight for p, weight in change.people.items() if p in authors.get(file, ())})
    return {person: round(weight, 6) for person, weight in changes.items()}


@few
@given(worlds)
def test_truck_factor_of_repository_and_folders(seed: int) -> None:
    told = tell(seed)
    authors: dict[oracle.File, set[str]] = {}
    for (file, person), (_, is_author) in oracle.authorship(told.now).items():
        if is_author:
            authors.setdefault(file, set()).add(person)
    expected = {
        scope: (len(files), *oracle.truck_factor(files, authors, _changes_as_author(told, files, authors)))
        for scope, files in _scopes(told).items()
    }
    frame = told.tables["truck_factor"].select("scope_kind", "scope", "files", "truck_factor", "person_ids")
    assert {(kind, scope): (n, k, people) for kind, scope, n, k, people in frame.iter_rows()} == expected


@few
@given(worlds)
def test_code_age(seed: int) -> None:
    told = tell(seed)
    last: dict[oracle.File, datetime] = {}
    for change, named in told.folded:
        for file, _ in named:
            last[file] = max(change.at, last.get(file, change.at))
    heads = {(row["repo_id"], row["path"]) for row in told.world.tables["head_files"]}
    expected = {file: oracle.whole_months(last[file], told.world.as_of) for file in heads}
    assert told.by_file("files", "age_months") == expected


@few
@given(worlds)
def test_hotspot_scores(seed: int) -> None:
    told = tell(seed)
    as_of = told.world.as_of
    year_before = pl.select(pl.lit(as_of).dt.offset_by("-12mo")).item()
    expected = oracle.hotspot_scores(told.now, told.lines, year_before, as_of)
    assert told.by_file("hotspots", "score") == {file: pytest.approx(score) for file, score in expected.items()}
    ranked = told.tables["hotspots"].sort("rank")
    assert ranked["score"].is_sorted(descending=True)
    assert ranked["is_hotspot"].is_sorted(descending=True)


@few
@given(worlds)
def test_knowers_and_files_at_risk(seed: int) -> None:
    told = tell(seed)
    seen: dict[str, datetime] = {}
    times = {commit["sha"]: commit["authored_at"] for commit in told.world.tables["commits"]}
    for commit in told.world.tables["commits"]:
        seen[commit["author_id"]] = max(commit["authored_at"], seen.get(commit["author_id"], commit["authored_at"]))
    for trailer in told.world.tables["commit_trailers"]:
        person, at = trailer["person_id"], times[trailer["sha"]]
        seen[person] = max(at, seen.get(person, at))
    expected = oracle.knowers(told.now, told.world.as_of, seen)
    assert told.by_file("files", "knowers") == {file: expected[file] for file in told.lines}
    assert told.by_file("files", "is_at_risk") == {file: expected[file] < 2 for file in told.lines}
