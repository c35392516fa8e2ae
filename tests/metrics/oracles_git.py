"""The definitions once more, in plain Python: slow, obvious, and sharing nothing with the pipelines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from math import ceil, log

from git_worlds import Change, Row

File = tuple[str, str]
Folded = list[tuple[Change, list[tuple[File, Row]]]]


def is_counted(path: str) -> bool:
    """Invented documentation is the only kind of file that is not people's work."""
    return not path.startswith("docs/")


def fold(changes: Sequence[Change]) -> Folded:
    """Walk back from the newest commit and remember what every path is called in the end."""
    newest: dict[File, str] = {}
    folded: Folded = []
    for change in reversed(changes):
        named = [((change.repo_id, newest.get((change.repo_id, row["path"]), row["path"])), row) for row in change.rows]
        for file, row in named:
            if row["change"] == "R":
                newest[change.repo_id, row["old_path"]] = file[1]
        folded.append((change, _one_row_a_file(named)))
    return folded[::-1]


def _one_row_a_file(named: list[tuple[File, Row]]) -> list[tuple[File, Row]]:
    """What a commit did to one file under two of its names is one change; a deletion only if it was nothing else."""
    rows: dict[File, Row] = {}
    for file, row in named:
        other = rows.get(file)
        rows[file] = (
            row
            if other is None
            else {
                "change": row["change"] if other["change"] == "D" else other["change"],
                "additions": row["additions"] + other["additions"],
            }
        )
    return list(rows.items())


def now(folded: Folded, head: Iterable[File]) -> Folded:
    """Only the files that exist at the head and are people's work."""
    alive = {file for file in head if is_counted(file[1])}
    return [(change, [(file, row) for file, row in named if file in alive]) for change, named in folded]


def coupling(files_of_commits: Iterable[Iterable[str]], least: int = 5, degree: float = 30, most: int = 30) -> dict:
    """Pairs with (shared, average, degree); `files_of_commits` holds all files of each commit."""
    revisions: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for files in map(set, files_of_commits):
        if len(files) <= most:
            revisions.update(files)
            shared.update(combinations(sorted(files), 2))
    found = {}
    for (a, b), both in shared.items():
        average = (revisions[a] + revisions[b]) / 2
        if both >= least and average >= least and 100 * both / average >= degree:
            found[a, b] = (both, average, 100 * both / average)
    return found


def sum_of_coupling(folded: Folded) -> Counter[File]:
    sums: Counter[File] = Counter()
    for change, named in folded:
        files = {file for file, _ in named if is_counted(file[1])}
        if not change.is_bulk:
            for file in files:
                sums[file] += len(files) - 1
    return sums


def fragmentation(credits_of_revisions: Iterable[dict[str, float]]) -> float:
    by_person: Counter[str] = Counter()
    for credit in credits_of_revisions:
        by_person.update(credit)
    whole = sum(by_person.values())
    return 1 - sum((part / whole) ** 2 for part in by_person.values())


def shares(folded: Folded) -> dict[tuple[File, str], float]:
    added: defaultdict[File, Counter[str]] = defaultdict(Counter)
    for change, named in folded:
        for file, row in named:
            for person, weight in change.people.items():
                added[file][person] += row["additions"] * weight
    return {
        (file, person): lines / sum(people.values())
        for file, people in added.items()
        if sum(people.values()) > 0
        for person, lines in people.items()
    }


def authorship(folded: Folded) -> dict[tuple[File, str], tuple[float, bool]]:
    """Degree of authorship, and whether it makes an author."""
    history: defaultdict[File, list[tuple[Change, Row]]] = defaultdict(list)
    for change, named in folded:
        for file, row in named:
            history[file].append((change, row))
    found = {}
    for file, entries in history.items():
        people = {person for change, _ in entries for person in change.people}
        lasting = [change for change, row in entries if row["change"] != "D"]
        creation, later = lasting[:1], lasting[1:]
        creators = {person for change in creation for person in change.people}
        own = {person: sum(change.people.get(person, 0) for change in later) for person in people}
        doa = {
            person: 3.293
            + 1.098 * (person in creators)
            + 0.164 * own[person]
            - 0.321 * log(1 + sum(own.values()) - own[person])
            for person in people
        }
        for person, degree in doa.items():
            is_author = degree / max(doa.values()) > 0.75 and (degree >= 3.293 or person in creators)
            found[file, person] = (degree, is_author)
    return found


def truck_factor(files: set[File], authors: dict[File, set[str]], changes: dict[str, float]) -> tuple[int, list[str]]:
    """The method step by step: remove, look whether half of the files keep an author, remove the next."""
    left = {file: set(people) for file, people in authors.items() if file in files}
    authored = Counter(person for people in left.values() for person in people)
    removed: list[str] = []
    while sum(1 for people in left.values() if people) >= len(files) / 2 and any(left.values()):
        count = Counter(person for people in left.values() for person in people)
        top = min(count, key=lambda person: (-count[person], -changes[person], person))
        removed.append(top)
        for people in left.values():
            people.discard(top)
    kept = [person for person in removed if authored[person] >= authored[removed[0]] / 10]
    return len(kept), kept


def whole_months(start: datetime, end: datetime) -> int:
    """Count the months up, one by one."""
    months = 0
    while (end.year * 12 + end.month) - (start.year * 12 + start.month) > months:
        reached = (end.day, end.time()) >= (start.day, start.time())
        if (start.year * 12 + start.month) + months + 1 == end.year * 12 + end.month and not reached:
            break
        months += 1
    return months


def percent_rank(values: dict[File, float]) -> dict[File, float]:
    others = max(len(values) - 1, 1)
    return {file: sum(other < value for other in values.values()) / others for file, value in values.items()}


def hotspot_scores(folded: Folded, lines: dict[File, int], since: datetime, until: datetime) -> dict[File, float]:
    revisions = {
        file: float(
            sum(1 for change, named in folded if since < change.at <= until for other, _ in named if other == file)
        )
        for file in lines
    }
    often, large = percent_rank(revisions), percent_rank({file: float(size) for file, size in lines.items()})
    return {file: often[file] * large[file] for file in lines if revisions[file] > 0}


def knowers(folded: Folded, as_of: datetime, seen: dict[str, datetime]) -> Counter[File]:
    """How many people know each file and were seen in the last 90 days."""
    known: defaultdict[File, set[str]] = defaultdict(set)
    created: set[File] = set()
    for change, named in folded:
        for file, row in named:
            is_creation = file not in created and row["change"] != "D"
            if is_creation:
                created.add(file)
            if is_creation or not change.is_bulk:
                known[file] |= {p for p in change.people if seen[p] >= as_of - timedelta(days=90)}
    return Counter({file: len(people) for file, people in known.items()})


def absence_factor(contributions: Sequence[float]) -> int:
    return next(
        n
        for n in range(ceil(len(contributions)) + 1)
        if sum(sorted(contributions, reverse=True)[:n]) >= sum(contributions) / 2
    )
