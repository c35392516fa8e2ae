"""How well identities are matched, with a repository's own `.mailmap` taken away and used as the truth.

    python benchmarks/identity.py REPO [--json | --wrong]

Every distinct raw author (name, address) of the commits that HEAD reaches is one identity. Two identities are a true
pair where `.mailmap` gives both the same name and address, exactly as git prints them. The matcher sees no `.mailmap`.
A `.mailmap` that is not complete makes right pairs look wrong. So the scores are given twice: over all authors, and
over those whose address (raw or mapped) stands in `.mailmap`. Read `--wrong` before judging a precision.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import networkx as nx
import polars as pl

from leadline.identity import RULES, IdentityRules, Matched, match, text
from warehouse.tables.people import Identities, Mailmap

Author = tuple[str, str]
Pair = tuple[int, int]
Key = Callable[[Author], Hashable]


@dataclass(frozen=True)
class Score:
    """Pairs that a method made, and how many of the true pairs they are."""

    method: str
    pairs: int
    right: int
    precision: float
    recall: float
    f1: float


def authors_of(repository: str) -> dict[Author, str]:
    """Return every raw author with whom `.mailmap` takes it for."""
    log = subprocess.run(
        [
            "git",
            "-C",
            repository,
            "-c",
            "mailmap.blob=HEAD:.mailmap",
            "log",
            "-z",
            "--format=%an%n%ae%n%aN <%aE>",
            "HEAD",
        ],
        capture_output=True,
        check=True,
    )
    commits = log.stdout.decode("utf-8", "replace").split("\0")
    rows = (commit.split("\n") for commit in commits if commit)
    return {(name, email): mapped for name, email, mapped in rows}


def named_in_mailmap(repository: str, mapped: dict[Author, str]) -> set[Author]:
    """Return the authors whose raw or mapped address stands in `.mailmap`."""
    show = ["git", "-C", repository, "show", "HEAD:.mailmap"]
    lines = subprocess.run(show, capture_output=True, check=False).stdout.decode("utf-8", "replace").splitlines()
    named = {email.lower() for line in lines if not line.startswith("#") for email in re.findall(r"<([^>]*)>", line)}
    return {
        author
        for author, whom in mapped.items()
        if author[1].lower() in named or whom.rpartition("<")[2].rstrip(">").lower() in named
    }


def pairs_of(groups: Sequence[Hashable]) -> set[Pair]:
    """Return the pairs of positions that are in the same group."""
    members: dict[Hashable, list[int]] = {}
    for position, group in enumerate(groups):
        members.setdefault(group, []).append(position)
    return {pair for group in members.values() for pair in combinations(group, 2)}


def joined_by(authors: Sequence[Author], *keys: Key) -> set[Pair]:
    """Return the pairs of authors that share any key, also through others; None is no key."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(authors)))
    for number, key in enumerate(keys):
        graph.add_edges_from((at, (number, value)) for at, author in enumerate(authors) if (value := key(author)))
    parts = nx.connected_components(graph)
    return {pair for part in parts for pair in combinations(sorted(at for at in part if isinstance(at, int)), 2)}


def score(method: str, found: set[Pair], truth: set[Pair]) -> Score:
    """Return precision, recall and F1 of the pairs found."""
    right = len(found & truth)
    precision = right / len(found) if found else 0.0
    recall = right / len(truth) if truth else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return Score(method, len(found), right, round(precision, 4), round(recall, 4), round(f1, 4))


def peers(authors: Sequence[Author]) -> dict[str, set[Pair]]:
    """Return the pairs that well-known simple methods make."""
    clean = pl.DataFrame({"email": [email for _, email in authors]}).select(text.address(pl.col("email"))).to_series()
    cleaned = dict(zip(authors, clean, strict=True))

    def valid_email(author: Author) -> str | None:
        return author[1].lower() if re.fullmatch(r"[^\s@]+@[\w.-]+\.\w+", author[1]) else None

    def full_name(author: Author) -> str | None:
        return author[0].lower().strip() if len(author[0].split()) > 1 else None

    methods: dict[str, tuple[Key, ...]] = {
        "exact e-mail": (lambda author: author[1],),
        "cleaned e-mail": (cleaned.__getitem__,),
        "e-mail or name": (lambda author: author[1].lower(), lambda author: author[0].lower().strip()),
        "valid e-mail or full name (as SortingHat)": (valid_email, full_name),
    }
    return {method: joined_by(authors, *keys) for method, keys in methods.items()}


def matched(authors: Sequence[Author]) -> Matched:
    """Return what the matcher makes of the authors, without `.mailmap`."""
    rows = [
        {"identity_id": f"git:{position}", "source": "git", "name": name, "email": email}
        for position, (name, email) in enumerate(authors)
    ]
    frame = pl.DataFrame(rows, schema=Identities.create_empty().schema)
    return match(frame, Mailmap.create_empty(), IdentityRules())


def by_rule(found: Matched, size: int) -> dict[str, set[Pair]]:
    """Return the pairs that each rule added to those of the more trusted ones."""
    graph = nx.Graph()
    graph.add_nodes_from(range(size))
    before: set[Pair] = set()
    answer: dict[str, set[Pair]] = {}
    for rule in RULES:
        edges = found.edges.filter(rule=rule).select("identity_a", "identity_b").rows()
        graph.add_edges_from((_position(one), _position(other)) for one, other in edges)
        now = {pair for part in nx.connected_components(graph) for pair in combinations(sorted(part), 2)}
        answer[rule] = now - before
        before = now
    return answer


def _position(identity_id: str) -> int:
    return int(identity_id.removeprefix("git:"))


def scores(found: Mapping[str, set[Pair]], truth: set[Pair], within: set[int]) -> list[Score]:
    """Return the score of each method over the pairs of the authors within."""
    true = _among(truth, within)
    return [score(method, _among(pairs, within), true) for method, pairs in found.items()]


def _among(pairs: set[Pair], within: set[int]) -> set[Pair]:
    return {pair for pair in pairs if within.issuperset(pair)}


def show(title: str, lines: Sequence[Score]) -> None:
    """Print scores as a table."""
    print(f"\n{title:<42}{'pairs':>8}{'right':>8}{'precision':>11}{'recall':>9}{'F1':>8}")
    for line in lines:
        figures = f"{line.pairs:>8,}{line.right:>8,}{line.precision:>11.3f}{line.recall:>9.3f}{line.f1:>8.3f}"
        print(f"{line.method:<42}{figures}")


def main() -> int:
    """Measure one repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument("--wrong", action="store_true", help="list the pairs that were wrong instead, with their rule")
    options = parser.parse_args()

    mapped = authors_of(options.repository)
    authors = sorted(mapped)
    truth = pairs_of([mapped[author] for author in authors])
    if not truth:
        print(f"{options.repository}: no .mailmap that joins anybody, so no truth to compare with", file=sys.stderr)
        return 2
    began = time.perf_counter()
    found = matched(authors)
    seconds = time.perf_counter() - began
    rules = by_rule(found, len(authors))
    if options.wrong:
        for rule, pairs in rules.items():
            for pair in sorted(pairs - truth):
                print(rule, *(f"{name} <{email}>" for name, email in (authors[at] for at in pair)), sep="\t")
        return 0

    methods = {"leadline": set().union(*rules.values())} | peers(authors)
    named = named_in_mailmap(options.repository, mapped)
    report = {
        "all authors": set(range(len(authors))),
        "authors named in .mailmap": {at for at, author in enumerate(authors) if author in named},
    }
    if options.json:
        tables = {
            title: {
                "identities": len(within),
                "true_pairs": len(_among(truth, within)),
                "methods": [asdict(line) for line in scores(methods, truth, within)],
                "rules": [asdict(line) for line in scores(rules, truth, within)],
            }
            for title, within in report.items()
        }
        print(json.dumps({"seconds": round(seconds, 3)} | tables, indent=2))
        return 0
    for title, within in report.items():
        print(f"\n{title}: {len(within):,} identities, {len(_among(truth, within)):,} true pairs")
        show("method", scores(methods, truth, within))
        show("rule of leadline, in order of trust", scores(rules, truth, within))
    print(f"\nmatched in {seconds:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
