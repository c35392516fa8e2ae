"""What the room of coordination computes, in plain Python, one pair at a time."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
from coordination_worlds import FILES, OWNED
from git_worlds import Row, World
from oracles_git import coupling
from oracles_pull_requests import worked

WINDOW = timedelta(days=90)
Pair = tuple[str, str]


class Oracle:
    """One world, asked about piece by piece."""

    def __init__(self, world: World, minimum_group: int, tables: dict[str, list[Row]]) -> None:
        self.world = world
        self.as_of = world.as_of
        self.minimum_group = minimum_group
        self.tables = tables
        self.kinds = {row["person_id"]: row["kind"] for row in world.tables["people"]}
        self.members: defaultdict[str, set[str]] = defaultdict(set)
        for person in self.kinds:
            for team in self.teams_of(person, self.as_of):
                self.members[team].add(person)
        self.work = self._work()
        self.ties = self._ties()
        self.voices = self._voices()
        self.talks = Counter(pair for place in self.voices.values() for pair in combinations(sorted(place), 2))
        self.needs = self._needs()
        tables = world.tables
        dates = [row["submitted_at"] for row in tables["reviews"]] + [row["created_at"] for row in tables["comments"]]
        self.is_heard = any(at <= self.as_of for at in dates)
        values = list(self.needs.values())
        strong = max(2.0, float(np.quantile(values, 0.75))) if values else 0.0
        self.gaps = {
            pair for pair, value in self.needs.items() if value >= strong and pair not in self.talks and self.is_heard
        }

    def is_human(self, person: str | None) -> bool:
        return person is not None and self.kinds.get(person) == "human"

    def teams_of(self, person: str | None, at: datetime) -> set[str]:
        return {
            row["team"]
            for row in self.world.tables["team_members"]
            if row["person_id"] == person and row["valid_from"] <= at and (not row["valid_to"] or at < row["valid_to"])
        }

    def recent(self, at: datetime | None) -> bool:
        return at is not None and self.as_of - WINDOW < at <= self.as_of

    def is_shown(self, *teams: str) -> bool:
        return all(len(self.members[team]) >= self.minimum_group for team in teams)

    def _commits(self) -> list[tuple[Row, set[str], list[str]]]:
        """Every commit with its people and its files."""
        found = []
        for commit in self.world.tables["commits"]:
            named = [row for row in self.world.tables["commit_trailers"] if row["sha"] == commit["sha"]]
            people = {commit["author_id"], *(row["person_id"] for row in named)}
            paths = [row["path"] for row in self.world.tables["commit_files"] if row["sha"] == commit["sha"]]
            found.append((commit, {p for p in people if self.is_human(p)}, paths))
        return found

    def _work(self) -> dict[str, Counter[str]]:
        work: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for commit, people, paths in self._commits():
            if self.recent(commit["committed_at"]) and len(paths) <= 30:
                for person in people:
                    work[person].update(path for path in paths if path in FILES)
        return {person: files for person, files in work.items() if files}

    def _ties(self) -> dict[Pair, int]:
        told = [
            [path for path in paths if path in FILES]
            for commit, _, paths in self._commits()
            if commit["committed_at"] <= self.as_of and len(paths) <= 30
        ]
        ties = {}
        for (a, b), (shared, *_) in coupling(told).items():
            ties[a, b] = ties[b, a] = shared
        return ties

    def _needs(self) -> dict[Pair, int]:
        needs = {}
        for a, b in combinations(sorted(self.work), 2):
            value = sum(self._bonds(a, b).values())
            if value:
                needs[a, b] = value
        return needs

    def _bonds(self, a: str, b: str) -> Counter[tuple[str, str]]:
        """How much every pair of files (one of each person) binds the two."""
        return Counter(
            {
                (f, g): n * m * (1 if f == g else self.ties.get((f, g), 0))
                for f, n in self.work[a].items()
                for g, m in self.work[b].items()
            }
        )

    def gap_files(self, a: str, b: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for (f, g), value in self._bonds(a, b).items():
            found[f] += value / 2  # type: ignore[assignment]
            found[g] += value / 2  # type: ignore[assignment]
        return Counter({file: value for file, value in found.items() if value})

    def _until(self, pr: Row) -> datetime:
        ends = [pr.get("closed_at")] if pr.get("closed_at") and pr["closed_at"] <= self.as_of else []
        return min([self.as_of, *(end for end in ends if end)])

    def remarks(self, pr: Row) -> list[tuple[str, datetime, str]]:
        """What humans other than the author said: who, when, what."""
        tables = self.world.tables
        said = [
            *((r["reviewer_id"], r["submitted_at"], "review") for r in tables["reviews"] if r["pr_id"] == pr["pr_id"]),
            *((c["author_id"], c["created_at"], "comment") for c in tables["comments"] if c["pr_id"] == pr["pr_id"]),
        ]
        until = self._until(pr)
        return [
            (who, at, what) for who, at, what in said if at <= until and self.is_human(who) and who != pr["author_id"]
        ]

    def _voices(self) -> dict[str, set[str]]:
        places: defaultdict[str, set[str]] = defaultdict(set)
        tables = self.world.tables
        for pr in tables["pull_requests"]:
            by_author = [
                c["created_at"]
                for c in tables["comments"]
                if c["pr_id"] == pr["pr_id"]
                and c["author_id"] == pr["author_id"]
                and c["created_at"] <= self._until(pr)
            ]
            by_author += [
                r["submitted_at"]
                for r in tables["reviews"]
                if r["pr_id"] == pr["pr_id"]
                and r["reviewer_id"] == pr["author_id"]
                and r["submitted_at"] <= self._until(pr)
            ]
            others = {who for who, at, _ in self.remarks(pr) if self.recent(at)}
            places[pr["pr_id"]] |= others
            if others or any(self.recent(at) for at in by_author):
                places[pr["pr_id"]].add(pr["author_id"])
        for comment in tables["comments"]:
            if comment.get("ticket_id") and self.recent(comment["created_at"]):
                places[comment["ticket_id"]].add(comment["author_id"])
        for ticket in tables["tickets"]:
            if self.recent(ticket["created_at"]):
                places[ticket["ticket_id"]].add(ticket.get("reporter_id"))
        for commit, people, _ in self._commits():
            if self.recent(commit["committed_at"]):
                places[commit["sha"]] |= people
        return {place: {who for who in people if self.is_human(who)} for place, people in places.items()}

    def team_pairs(self, pair: Pair) -> set[Pair]:
        own, other = (self.teams_of(person, self.as_of) for person in pair)
        if common := own & other:
            return {(team, team) for team in common}
        return {(min(a, b), max(a, b)) for a in own for b in other}

    def coordination(self) -> dict[Pair, Row]:
        pairs: defaultdict[Pair, list[Pair]] = defaultdict(list)
        for team in self.members:
            pairs[team, team] = []
        for pair in self.needs:
            for teams in self.team_pairs(pair):
                pairs[teams].append(pair)
        offsets = self.offsets()
        return {teams: self._congruence(teams, found, offsets) for teams, found in pairs.items()}

    def _congruence(self, teams: Pair, pairs: list[Pair], offsets: dict[str, int]) -> Row:
        row: Row = {"people_a": len(self.members[teams[0]]), "people_b": len(self.members[teams[1]])}
        if not self.is_shown(*teams):
            return row | {"required": None, "congruence": None, "paths": None, "reason": "group_too_small"}
        is_told = self.is_heard or not pairs
        talked = [pair for pair in pairs if pair in self.talks]
        weight = sum(self.needs[pair] for pair in pairs)
        hours = {
            pair: max(0.0, 8 - abs(offsets[pair[0]] - offsets[pair[1]]) / 60)
            for pair in pairs
            if pair[0] in offsets and pair[1] in offsets
        }
        return row | {
            "required": len(pairs),
            "satisfied": len(talked) if is_told else None,
            "gaps": sum(pair in self.gaps for pair in pairs) if is_told else None,
            "congruence": len(talked) / len(pairs) if pairs and is_told else None,
            "weighted_congruence": sum(self.needs[p] for p in talked) / weight if pairs and is_told else None,
            "overlap_hours": sum(value * self.needs[pair] for pair, value in hours.items())
            / sum(self.needs[pair] for pair in hours)
            if hours
            else None,
            "overlap_coverage": len(hours) / len(pairs) if pairs else None,
            "pairs_apart": sum(value < 2 for value in hours.values()),
            "paths": self._most(sum((self.gap_files(*pair) for pair in pairs if pair in self.gaps), Counter()), 5),
            "reason": ("no_requirement" if not pairs else None if is_told else "no_conversations"),
        }

    @staticmethod
    def _most(weights: Counter[str], most: int) -> list[str]:
        return [f"hub:acme/app:{path}" for path in sorted(weights, key=lambda path: (-weights[path], path))[:most]]

    def gap_rows(self) -> dict[Pair, tuple[str, str, int, list[str]]]:
        rows = {}
        for pair in self.gaps:
            if self.teams_of(pair[0], self.as_of) & self.teams_of(pair[1], self.as_of):
                continue
            shown = [
                sorted(team for team in self.teams_of(person, self.as_of) if self.is_shown(team)) for person in pair
            ]
            if all(shown):
                paths = self._most(self.gap_files(*pair), 3)
                rows[pair] = (shown[0][0], shown[1][0], self.needs[pair], paths)
        return rows

    def offsets(self) -> dict[str, int]:
        seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for commit in self.world.tables["commits"]:
            offset = commit.get("author_offset_minutes")
            is_late = self.as_of - timedelta(days=60) < commit["authored_at"] <= self.as_of
            if is_late and offset is not None and self.is_human(commit["author_id"]):
                seen[commit["author_id"]][offset] += 1
        found = {}
        for person, offsets in seen.items():
            if offsets[0] <= 0.8 * offsets.total():
                del offsets[0]
            if offsets:
                found[person] = min(offsets, key=lambda offset: (-offsets[offset], offset))
        return found

    def communication(self) -> dict[str, Row]:
        """By scope; the whole is `*`."""
        silent = set(self.kinds) - {person for pair in self.talks for person in pair}
        people = {person for pair in (*self.talks, *self.needs) for person in pair}
        brokers = self._brokers()
        rows = {}
        scopes: dict[str, set[str]] = {"*": people, **self.members} if people else dict(self.members)
        for scope, inside in scopes.items():
            pairs = [pair for pair in self.needs if scope == "*" or inside & set(pair)]
            own = {person for team, person in brokers if scope in ("*", team)}
            rows[scope] = (
                {
                    "people": len(inside),
                    "required": len(pairs),
                    "missing": sum(pair not in self.talks for pair in pairs) if self.is_heard or not pairs else None,
                    "silos": sum(bool(silent & set(p)) for p in pairs) if self.is_heard or not pairs else None,
                    "brokers": len(own),
                    "broker_ids": sorted(own),
                    "reason": None if self.is_heard or not pairs else "no_conversations",
                }
                if len(inside) >= self.minimum_group
                else {"people": len(inside), "required": None, "broker_ids": None, "reason": "group_too_small"}
            )
        return rows

    def _brokers(self) -> set[tuple[str, str]]:
        speakers: defaultdict[Pair, set[str]] = defaultdict(set)
        for a, b in self.talks:
            own, other = self.teams_of(a, self.as_of), self.teams_of(b, self.as_of)
            if own & other:
                continue
            for team in own:
                for second in other:
                    if self.is_shown(team, second):
                        speakers[team, second].add(a)
                        speakers[second, team].add(b)
        return {(team, next(iter(people))) for (team, _), people in speakers.items() if len(people) == 1}

    def review_networks(self, active: set[str]) -> dict[str, Row]:
        edges: Counter[Pair] = Counter()
        authors = set()
        for pr in self.world.tables["pull_requests"]:
            if not self.is_human(pr["author_id"]):
                continue
            if self.recent(pr["created_at"]):
                authors.add(pr["author_id"])
            for who, at, what in self.remarks(pr):
                if what == "review" and self.recent(at):
                    edges[pr["author_id"], who] += 1
        eligible = {"*": authors | {person for edge in edges for person in edge}}
        eligible |= {team: people & active for team, people in self.members.items()}
        return {scope: self._reviews(scope, people, edges) for scope, people in eligible.items() if people}

    def _reviews(self, scope: str, people: set[str], edges: Counter[Pair]) -> Row:
        if not (self.is_shown(scope) if scope != "*" else len(people) >= self.minimum_group):
            return {"people": None, "gini": None, "reason": "group_too_small"}
        given = sorted(sum(n for (_, who), n in edges.items() if who == person) for person in people)
        received = {edge: n for edge, n in edges.items() if edge[0] in people}
        inside = [edge for edge in received if edge[1] in people]
        n, total = len(people), sum(given)
        gini = 2 * sum(i * x for i, x in enumerate(given, 1)) / (n * total) - (n + 1) / n if total else None
        outside = sum(n for edge, n in received.items() if edge[1] not in people)
        return {
            "people": n,
            "reviewers": sum(x > 0 for x in given),
            "reviews_given": total,
            "reviews_received": sum(received.values()),
            "across_share": outside / sum(received.values()) if received and scope != "*" else None,
            "reciprocity": sum(edge[::-1] in edges for edge in inside) / len(inside) if inside else None,
            "top_three_share": sum(given[-3:]) / total if total else None,
            "gini": gini,
            "gini_corrected": gini / (1 - 1 / n) if gini is not None and n > 1 else None,
            "isolated": sum(not any(person in edge for edge in edges) for person in people),
            "reason": None if total or received else "no_reviews",
        }

    def team_work(self) -> dict[str, Counter[str]]:
        work: dict[str, Counter[str]] = {}
        for team, people in self.members.items():
            total: Counter[str] = Counter()
            for person in people:
                part = len(self.teams_of(person, self.as_of))
                for file, n in self.work.get(person, Counter()).items():
                    total[file] += n / part  # type: ignore[assignment]
            work[team] = total
        return work

    def structure(self) -> dict[str, Row]:
        in_all: Counter[str] = sum(self.work.values(), Counter())
        rows = {}
        for team, work in self.team_work().items():
            if not self.is_shown(team):
                rows[team] = {"members": len(self.members[team]), "cohesion": None, "autonomy": None, "files": None}
                continue
            active = [self.work[person] for person in self.members[team] if person in self.work]
            cosines = [cosine(a, b) for a, b in combinations(active, 2)]
            own = sum(n for file, n in work.items() if n >= 2 / 3 * in_all[file] - 1e-9)
            rows[team] = {
                "members": len(self.members[team]),
                "active_members": len(active),
                "files": len(work),
                "changes": sum(work.values()),
                "cohesion": sum(cosines) / len(cosines) if cosines else None,
                "autonomy": own / sum(work.values()) if work else None,
            }
        return rows

    def coupling(self) -> dict[Pair, float | None]:
        work = self.team_work()
        return {
            (a, b): cosine(work[a], work[b]) if self.is_shown(a, b) else None
            for a, b in combinations(sorted(work), 2)
            if set(work[a]) & set(work[b])
        }

    def owners(self) -> dict[str, tuple[str, bool]]:
        """The team of every file, and whether CODEOWNERS says so."""
        owners = {}
        work = self.team_work()
        for path in FILES:
            by_team = {team: files[path] for team, files in work.items() if files[path]}
            if path in OWNED:
                owners[path] = (OWNED[path].lower().replace("blue-team", "blue team"), True)
            elif by_team:
                owners[path] = (min(by_team, key=lambda team: (-round(by_team[team], 9), team)), False)
        return owners

    def cross_team(self) -> dict[str, Row]:
        owners = self.owners()
        rows = {}
        for pr in self.world.tables["pull_requests"]:
            paths = {f["path"] for f in self.world.tables["pull_request_files"] if f["pr_id"] == pr["pr_id"]}
            found = [owners[path] for path in paths if path in owners]
            by_person = pr["author_id"] is None or self.is_human(pr["author_id"])
            if found and by_person and pr["created_at"] <= self.as_of:
                teams = sorted({team for team, _ in found})
                rows[pr["pr_id"]] = {
                    "files": len(found),
                    "owning_teams": teams,
                    "is_cross_team": len(teams) > 1,
                    "is_told": all(told for _, told in found),
                }
        return rows

    def hand_offs(self) -> dict[tuple[str, datetime], Row]:
        rows: dict[tuple[str, datetime], Row] = {}
        for ticket in self.world.tables["tickets"]:
            held = self._holders(ticket)
            people = [(at, person) for at, person in held if self.is_human(person)]
            for number in range(1, len(people)):
                (_, before), (at, person) = people[number - 1], people[number]
                if before != person:
                    back = number > 1 and people[number - 2][1] == person
                    rows[ticket["ticket_id"], at] = self._hand_off(ticket, at, before, person) | {"is_ping_pong": back}
        return rows

    def _holders(self, ticket: Row) -> list[tuple[datetime, str]]:
        changes = sorted(
            (
                row
                for row in self.world.tables["ticket_changes"]
                if row["ticket_id"] == ticket["ticket_id"] and row["changed_at"] <= self.as_of
            ),
            key=lambda row: (row["changed_at"], row["change_id"]),
        )
        given = [(row["changed_at"], row["to_value"]) for row in changes]
        if changes:
            given.insert(0, (ticket["created_at"], changes[0]["from_value"]))
        named = [(at, value.removesuffix("-7").removesuffix("@")) for at, value in given if value]
        kept: list[tuple[datetime, str]] = []
        for number, (at, person) in enumerate(named):
            if number + 1 < len(named) and named[number + 1][0] - at < timedelta(minutes=10):
                continue
            if not kept or kept[-1][1] != person:
                kept.append((at, person))
        return kept

    def _hand_off(self, ticket: Row, at: datetime, before: str, person: str) -> Row:
        had, got = self.teams_of(before, at), self.teams_of(person, at)
        first, second = (
            (min(had & got),) * 2 if had & got else (min(had, default=None), min(got, default=None))  # type: ignore[type-var]
        )
        tables = self.world.tables
        done = [
            *((row["actor_id"], row["changed_at"]) for row in tables["ticket_changes"] if self._is_of(row, ticket)),
            *((row["author_id"], row["created_at"]) for row in tables["comments"] if self._is_of(row, ticket)),
        ]
        acts = [
            when
            for who, when in done
            if at < when <= self.as_of and who and (who == person or self.teams_of(who, at) & got)
        ]
        acted = min(acts, default=None)
        return {
            "from_person_id": before,
            "to_person_id": person,
            "from_team": first,
            "to_team": second,
            "is_between_teams": first != second if first and second else None,
            "acted_at": acted,
            "wait_seconds": (acted - at).total_seconds() if acted else None,
            "wait_working_seconds": worked(at, acted),
        }

    @staticmethod
    def _is_of(row: Row, ticket: Row) -> bool:
        return bool(row["ticket_id"] == ticket["ticket_id"])

    def waits(self) -> set[tuple[Any, ...]]:
        """Kind, item, teams, begin, end, and whether it was answered."""
        found = self._review_waits() | self._blocked_waits() | self._hand_off_waits()
        return {wait for wait in found if wait[4] <= self.as_of and (wait[5] is None or self.recent(wait[5]))}

    def _review_waits(self) -> set[tuple[Any, ...]]:
        found = set()
        names = {team.replace(" ", "-"): team for team in {r["team"] for r in self.world.tables["team_members"]}}
        flow = {row["pr_id"]: row for row in self.tables["pull_request_flow"]}
        for pr in self.world.tables["pull_requests"]:
            story = flow.get(pr["pr_id"])
            if not story or not story["team"] or not story["ready_at"] or not self.is_human(pr["author_id"]):
                continue
            own = self.teams_of(pr["author_id"], pr["created_at"])
            asked = self._touched(pr, story, own)
            for event in self.world.tables["pull_request_events"]:
                if event["pr_id"] != pr["pr_id"] or event["occurred_at"] > self.as_of:
                    continue
                teams = self.teams_of(event["subject_id"], event["occurred_at"])
                if event["subject_team"]:
                    name = event["subject_team"].split("/")[1]
                    teams |= {names[name]} if name in names else set()
                if teams and not teams & own:
                    team = min(teams)
                    asked[team] = min(asked.get(team, event["occurred_at"]), event["occurred_at"])
            for team, at in asked.items():
                found |= self._review_wait(pr, story, team, max(at, story["ready_at"]))
        return found

    def _touched(self, pr: Row, story: Row, own: set[str]) -> dict[str, datetime]:
        paths = {row["path"] for row in self.world.tables["pull_request_files"] if row["pr_id"] == pr["pr_id"]}
        teams = {OWNED[path].lower().replace("blue-team", "blue team") for path in paths if path in OWNED}
        return dict.fromkeys(teams - own, story["ready_at"])

    def _review_wait(self, pr: Row, story: Row, team: str, start: datetime) -> set[tuple[Any, ...]]:
        ended = story["merged_at"] or story["closed_at"]
        if ended and start > ended:
            return set()
        answers = [at for who, at, _ in self.remarks(pr) if team in self.teams_of(who, at)]
        end = max(start, min(answers)) if answers else ended
        answered = bool(answers) if end else None
        return {("review", pr["pr_id"], story["team"], team, start, end, answered)}

    def _blocked_waits(self) -> set[tuple[Any, ...]]:
        teams = {row["ticket_id"]: row["team"] for row in self.tables["ticket_flow"]}
        spans: defaultdict[tuple[str, str, str], list[tuple[datetime, datetime, bool]]] = defaultdict(list)
        for row in self.tables["ticket_blocks"]:
            own, other = teams[row["ticket_id"]], teams.get(row["by"])
            if row["cause"] == "link" and own and other and own != other:
                spans[row["ticket_id"], own, other].append((row["blocked_at"], row["unblocked_at"], row["is_blocked"]))
        found = set()
        for item, times in spans.items():
            merged: list[tuple[datetime, datetime, bool]] = []
            for start, end, is_open in sorted(times):
                if merged and start <= merged[-1][1]:
                    first, until, was_open = merged.pop()
                    merged.append((first, max(until, end), was_open or is_open))
                else:
                    merged.append((start, end, is_open))
            for start, end, is_open in merged:
                found.add(("blocked", *item, start, None if is_open else end, None if is_open else True))
        return found

    def _hand_off_waits(self) -> set[tuple[Any, ...]]:
        resolved = {row["ticket_id"]: row.get("resolved_at") for row in self.world.tables["tickets"]}
        rows = self.hand_offs()
        found = set()
        for (ticket, at), row in rows.items():
            if not row["is_between_teams"]:
                continue
            ends = [later for other, later in rows if other == ticket and later > at]
            over = resolved[ticket]
            if over and at <= over <= self.as_of:
                ends.append(over)
            left, acted = min(ends, default=None), row["acted_at"]
            answered = acted is not None and (left is None or acted <= left)
            end = acted if answered else left
            teams = (row["from_team"], row["to_team"])
            found.add(("hand_off", ticket, *teams, at, end, answered if end else None))
        return found


def cosine(a: Counter[str], b: Counter[str]) -> float:
    dot = sum(n * b[file] for file, n in a.items())
    return float(dot / sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values())))
