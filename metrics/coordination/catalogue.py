"""The entries of the metric catalogue about coordination."""

from metrics.registry import Metric

_CODE = ("commits", "commit_parents", "commit_files", "head_files", "commit_trailers", "people", "team_members")
_TALK = ("pull_requests", "reviews", "comments", "tickets")
_BULK = "Commits of more than 30 files; files that are not people's work; programs"
_TICKETS = ("tickets", "ticket_changes", "identities", "people", "team_members", "team_scopes")

METRICS = (
    Metric(
        name="congruence",
        title="Socio-technical congruence",
        unit="share",
        direction="higher",
        responsibility="team_coordination",
        definition=(
            "Of the pairs of people whose work of the last 90 days depends on each other (the same files, or files "
            "that keep changing together), the share who talked: reviewed or commented on each other's pull requests, "
            "said something in the same one or in the same ticket, or share a commit."
        ),
        table="coordination",
        inputs=(*_CODE, *_TALK),
        exclusions=f"{_BULK}; of a team, pairs with one end outside it.",
        pitfalls=(
            "Talk at a table or in a chat leaves no trace. 1 is no goal: another cut of the code may be the better "
            "answer."
        ),
        source="Cataldo, Wagstrom, Herbsleb, Carley 2006",
    ),
    Metric(
        name="weighted_congruence",
        title="Socio-technical congruence, weighted",
        unit="share",
        direction="higher",
        responsibility="team_coordination",
        definition="The same, every pair counted by the strength of its requirement.",
        table="coordination",
        inputs=(*_CODE, *_TALK),
        exclusions=f"{_BULK}; of a team, pairs with one end outside it.",
        pitfalls="A few pairs who change the same files every day decide it.",
        source="Cataldo, Wagstrom, Herbsleb, Carley 2006",
    ),
    Metric(
        name="team_cohesion",
        title="Team cohesion",
        unit="share",
        direction="neutral",
        responsibility="team_coordination",
        definition="Mean cosine similarity of two members' changes by file in the last 90 days; 1 is the same mix.",
        table="team_structure",
        inputs=_CODE,
        exclusions=f"{_BULK}; members who changed nothing.",
        pitfalls="A team of specialists has little of it rightly.",
        source="leadline",
    ),
    Metric(
        name="team_autonomy",
        title="Team autonomy",
        unit="share",
        direction="higher",
        responsibility="team_coordination",
        definition=(
            "Share of a team's changes of the last 90 days in files where its members made at least two thirds of all "
            "changes."
        ),
        table="team_structure",
        inputs=_CODE,
        exclusions=f"{_BULK}.",
        pitfalls="A team that nobody dares to help is autonomous, too.",
        source="leadline",
    ),
    Metric(
        name="reviews_across_teams",
        title="Reviews across teams",
        unit="share",
        direction="neutral",
        responsibility="bridging",
        definition="Of the reviews that a team's pull requests got in the last 90 days, the share from outside it.",
        table="review_networks",
        inputs=("pull_requests", "reviews", "people", "team_members"),
        exclusions="Reviews by programs, and of pull requests by programs.",
        pitfalls="Many can mean a lively exchange, or a team that cannot merge on its own.",
        source="leadline",
    ),
    Metric(
        name="review_concentration",
        title="Reviews by the top three",
        unit="share",
        direction="lower",
        responsibility="allocation",
        definition="Share of the reviews given in the last 90 days that came from the three people who review most.",
        table="review_networks",
        inputs=("pull_requests", "reviews", "people", "team_members"),
        exclusions="Reviews by programs, and of pull requests by programs.",
        pitfalls="In a team of four it is high by its size: look at `gini_corrected` in the table.",
        source="leadline",
    ),
    Metric(
        name="cross_team_change",
        title="Cross-team changes",
        unit="share",
        direction="lower",
        responsibility="bridging",
        definition=(
            "Pull requests that touch files of two teams or more / all that touch a file of a team, merged in the "
            "period. A file's team is that of the configuration or CODEOWNERS, else the one that changes it most."
        ),
        table="cross_team_changes",
        inputs=("pull_requests", "pull_request_files", "head_files", "code_owners", "team_scopes", *_CODE),
        exclusions="Pull requests by programs; files that are not people's work.",
        pitfalls="Ownership is that of today: old periods are seen with the teams of now.",
        source="leadline",
    ),
    Metric(
        name="hand_offs",
        title="Hand-offs",
        unit="count",
        direction="lower",
        responsibility="bridging",
        definition="Changes of a ticket's assignee from one person to another, in the period in which they happened.",
        table="hand_offs",
        inputs=_TICKETS,
        exclusions="Programs; people who had the ticket for under 10 minutes.",
        pitfalls="Where tickets go to a tester by being assigned, every one has a hand-off by design.",
        source="leadline",
    ),
    Metric(
        name="ping_pong",
        title="Ping-pong",
        unit="share",
        direction="lower",
        responsibility="bridging",
        definition="Share of the hand-offs that go back to the person from whom the ticket had come (A → B → A).",
        table="hand_offs",
        inputs=_TICKETS,
        exclusions="Programs; people who had the ticket for under 10 minutes.",
        pitfalls="A reviewer who gives a ticket back is part of it.",
        source="leadline",
    ),
    Metric(
        name="hand_off_wait",
        title="Hand-off wait",
        unit="seconds",
        direction="lower",
        responsibility="bridging",
        definition=(
            "Median working time from the hand-off of a ticket to another team up to the first thing that team did in "
            "it; null for fewer than 5."
        ),
        table="hand_offs",
        inputs=(*_TICKETS, "comments"),
        exclusions="Hand-offs inside a team; those on which nobody acted, which `coverage` tells.",
        pitfalls="Work begins before the first trace of it.",
        source="leadline",
    ),
    Metric(
        name="blocked_on_others",
        title="Blocked on other teams",
        unit="seconds",
        direction="lower",
        responsibility="bridging",
        definition=(
            "Time of the last 90 days in which tickets in work were blocked by open tickets of another team, over all "
            "tickets; of each ticket the time counts once, whoever blocks it."
        ),
        table="team_wait_items",
        inputs=(*_TICKETS, "ticket_links", "ticket_status_intervals"),
        exclusions="Blocks by tickets of the own team, and by tickets of no team.",
        pitfalls="A link that was forgotten blocks until the other ticket is closed.",
        source="leadline",
    ),
)
"""Figures of coordination."""
