"""Which pull requests are a team's, in SQL: those that one of its members at the time opened, as in the figures."""

OF_TEAM = """($team IS NULL OR EXISTS (
    FROM team_members AS m
    WHERE m.team = $team AND m.person_id = f.author_id
        AND m.valid_from <= f.opened_at AND (m.valid_to IS NULL OR m.valid_to > f.opened_at)
))"""
"""The condition on a pull request `f` of `metrics.pull_request_flow`; none where $team is null.

One whose author was in two teams is in both.
"""
