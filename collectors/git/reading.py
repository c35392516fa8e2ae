"""One repository on its way into the warehouse: what is new, what is gone, and in which order it is told.

A commit is in the table `commits` if and only if its parents, files, trailers and identities are in theirs, because one
page holds them all. So the commits that are missing are known from the table alone, wherever an earlier run was killed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial

import polars as pl

from collectors.git import counts, head, history, log, owners
from collectors.git.clone import Clone, Refs
from collectors.git.mentions import mentions as mentions_of
from collectors.git.mentions import orphans
from collectors.git.removal import HISTORY, LINE_COUNTS, OF_COMMITS, OF_HEAD, farewell
from collectors.git.rows import Rows, together
from collectors.parallel import merged
from warehouse.tables import Page, State

VERSION = 1
"""Raised when the same history gives other rows than before, so that the head is told anew."""

UNFINISHED = "unfinished"
"""The cursor while commits come in: a run that is killed then must not be taken for one that is complete."""

_CHUNKS_PER_WORKER = 16
_SMALLEST_CHUNK, _LARGEST_CHUNK = 200, 2000
_PAGE = 50_000
"""Rows of a page, or a few more: loading has a price per page, and a killed run loses no more than one."""


@dataclass
class Reading:
    """One repository of a source, read into pages."""

    source: str
    since: date | None
    name: str
    clone: Clone
    state: State
    workers: int
    _uncounted: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))

    @property
    def repo_id(self) -> str:
        """`<source>:<name>`."""
        return f"{self.source}:{self.name}"

    def history(self, *, full: bool, offline: bool, line_counts: bool) -> Iterator[Page]:
        """Stage one: new commits chunk by chunk, then what is gone and what the head says, with the cursor.

        Nothing is fetched and nothing yielded where the refs are those of the cursor and no line count is missing.
        With `full` all is read again, and what was read before leaves only once the clone is there to read from.
        """
        if not offline:
            announced = self.clone.announced()
            if not full and self._is_current(announced) and not (line_counts and self._is_uncounted()):
                return
            self.clone.fetch(announced)
        refs = self.clone.refs()
        if full:
            yield farewell(self.source, self.repo_id, self.state, for_good=False)
        stored = self._rows("commits", "sha", "author_id", "committer_id", "is_merge", "additions", "on_default_branch")
        wanted = self._wanted(refs)
        settled = [stored.filter(pl.col("is_merge") | pl.col("additions").is_not_null())["sha"]]
        if not self._is_current(refs):
            mentions = [mentions_of(stored, self._rows("commit_trailers", "sha", "person_id"))]
            for page in self._commits(wanted.join(stored, on="sha", how="anti", maintain_order="left")):
                settled.append(page.upserts["commits"].filter("is_merge")["sha"])
                mentions.append(mentions_of(page.upserts["commits"], page.upserts["commit_trailers"]))
                yield page
            yield self._head(refs, stored, wanted, pl.concat(mentions))
        self._uncounted = wanted.filter(~pl.col("sha").is_in(pl.concat(settled).implode()))["sha"]

    def counts(self) -> Iterator[Page]:
        """Stage two, after `history`: line counts of the commits that lack them."""
        for rows in self._in_pages(self._uncounted, partial(counts.read, self.clone.git)):
            yield Page(LINE_COUNTS, self.repo_id, updates=self._of_repository(rows.tables), requests=rows.requests)

    def _commits(self, new: pl.DataFrame) -> Iterator[Page]:
        known = self.state.rows("identities", ["identity_id"], source=self.source)
        for rows in self._in_pages(new["sha"], partial(history.read, self.clone.git, self.source)):
            tables = self._of_repository(rows.tables)
            tables["commits"] = tables["commits"].join(new, on="sha", how="left", maintain_order="left")
            # Known identities are not told again: what the matcher wrote into their rows would be lost.
            identities = rows.tables["identities"].unique().join(known, on="identity_id", how="anti")
            known = pl.concat([known, identities.select("identity_id")])
            yield Page(
                HISTORY,
                self.repo_id,
                upserts={**tables, "identities": identities},
                cursor=UNFINISHED,
                requests=rows.requests,
                quality=rows.quality,
            )

    def _head(self, refs: Refs, stored: pl.DataFrame, wanted: pl.DataFrame, mentions: pl.DataFrame) -> Page:
        """The last page of stage one; after it the tables are those of a fresh collection."""
        moved = (
            wanted.join(stored.select("sha", before="on_default_branch"), on="sha", maintain_order="left")
            .filter(pl.col("on_default_branch").ne_missing(pl.col("before")))
            .drop("before")
        )
        updates, upserts = {"commits": moved}, {"tags": head.tags(self.clone.git, refs)}
        told = self._rows("repositories", "platform_id")
        if told.is_empty():
            upserts["repositories"] = self._repository(refs)
        elif told.drop_nulls().is_empty():  # else the platform knows better
            updates["repositories"] = self._repository(refs)
        if refs.head_sha:
            upserts |= self._files(refs.head_sha, mentions.join(wanted, on="sha", how="semi")["identity_id"])
        deletes = self._of_repository(dict.fromkeys(OF_HEAD, pl.DataFrame(height=1)))
        gone = stored.join(wanted, on="sha", how="anti").select("sha")
        if not gone.is_empty():
            deletes |= self._of_repository(dict.fromkeys(OF_COMMITS, gone))
            deletes["identities"] = orphans(self.state, self.source, self.repo_id, mentions, gone)
        return Page(
            HISTORY,
            self.repo_id,
            deletes=deletes,
            upserts=self._of_repository(upserts),
            updates=self._of_repository(updates),
            cursor=self._digest(refs),
        )

    def _files(self, commit: str, identity_ids: pl.Series) -> dict[str, pl.DataFrame]:
        """What the files at the head are, and what some of them say."""
        git = self.clone.git
        tables = {"head_files": head.files(git, commit)}
        paths = set(tables["head_files"]["path"])
        place = next((place for place in owners.PLACES if place in paths), None)
        if place:
            tables["code_owners"] = owners.rules(head.content(git, commit, place))
        if ".mailmap" in paths:
            tables["mailmap"] = head.mailmap(git, self.source, identity_ids)
        return tables

    def _repository(self, refs: Refs) -> pl.DataFrame:
        row = {"name": self.name, "url": self.clone.address.url, "default_branch": refs.default_branch}
        return pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))

    def _wanted(self, refs: Refs) -> pl.DataFrame:
        """`sha` and `on_default_branch` of the commits that branches and tags reach, newest first."""
        if not refs.shas:
            return pl.DataFrame(schema={"sha": pl.String, "on_default_branch": pl.Boolean})
        starts = [("--branches", "--tags"), (refs.head_sha,)] if refs.head_sha else [("--tags",)]
        with ThreadPoolExecutor() as pool:
            reached, *on_default = pool.map(self._reached, starts)
        if self.since:
            start = int(datetime.combine(self.since, time(), UTC).timestamp())
            reached = reached.filter(pl.col("seconds").cast(pl.Int64, strict=False) >= start)
        default = pl.concat([pl.Series(dtype=pl.String), *(commits["sha"] for commits in on_default)])
        return reached.select("sha", on_default_branch=pl.col("sha").is_in(default.implode()))

    def _reached(self, starts: Sequence[str]) -> pl.DataFrame:
        listing = log.text(self.clone.git.output("rev-list", "--timestamp", *starts))
        part = pl.col("line").str.split_exact(" ", 1).struct
        return (
            listing.str.strip_chars_end("\n")
            .str.split("\n")
            .explode()
            .to_frame("line")
            .filter(pl.col("line") != "")
            .select(seconds=part.field("field_0"), sha=part.field("field_1"))
        )

    def _is_uncounted(self) -> bool:
        """Whether a stored commit lacks its line counts."""
        stored = self._rows("commits", "is_merge", "additions")
        return not stored.filter(~pl.col("is_merge") & pl.col("additions").is_null()).is_empty()

    def _in_pages(self, shas: pl.Series, read: Callable[[pl.Series], Iterator[Rows]]) -> Iterator[Rows]:
        """What `read` gives for contiguous chunks of the commits, several at a time, as much as a page should hold."""
        even = -(-len(shas) // (self.workers * _CHUNKS_PER_WORKER))
        size = min(max(even, _SMALLEST_CHUNK), _LARGEST_CHUNK)
        jobs = [partial(read, shas.slice(start, size)) for start in range(0, len(shas), size)]
        return together(merged(jobs, min(self.workers, len(jobs)), self.clone.git.stop), _PAGE)

    def _rows(self, table: str, *columns: str) -> pl.DataFrame:
        return self.state.rows(table, columns, repo_id=self.repo_id)

    def _of_repository(self, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        repo_id = pl.lit(self.repo_id).alias("repo_id")
        return {name: frame.with_columns(repo_id) for name, frame in frames.items()}

    def _is_current(self, refs: Refs) -> bool:
        return self.state.cursor(HISTORY, self.repo_id) == self._digest(refs)

    def _digest(self, refs: Refs) -> str:
        return refs.digest(VERSION, self.name, self.clone.address.url, self.since)
