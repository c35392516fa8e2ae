"""Tickets of any tracker: their state, history, links, sprints and milestones."""

from warehouse.tables import columns as col
from warehouse.tables.base import SourceTable

NAMES_NOBODY = (
    "t.field IN ('status', 'title', 'type', 'priority', 'resolution', 'milestone', 'sprint', 'iteration', 'parent', "
    "'labels', 'components', 'links', 'story_points', 'estimate', 'due_on', 'weight')"
)
"""Fields whose values are no people; what trackers call their own fields can be anything, an assignee too."""


class Tickets(SourceTable):
    """Tickets and issues as they are now."""

    ticket_id = col.key("`<repository>#<number>` for an issue of a platform, `<source>:<native id>` else")
    key = col.text("Key that people use, such as `APP-12` or `owner/name#12`")
    project = col.text("Project key, or repository name")
    type = col.text("Type of the ticket")
    title = col.text("Title")
    status = col.text("Status as the tracker names it")
    status_category = col.text("`todo`, `in_progress` or `done`")
    status_id = col.text("Id of the status, where the tracker has one: it stays when the status is renamed")
    priority = col.text("Priority")
    reporter_id = col.person("Who reported it")
    assignee_id = col.person("Who is assigned now")
    created_at = col.instant("When it was created")
    updated_at = col.instant("When it last changed")
    resolved_at = col.instant("When it was resolved")
    resolution = col.text("How it was resolved")
    due_on = col.day("Due date")
    story_points = col.real("Story points")
    estimate_seconds = col.number("Original estimate in seconds")
    spent_seconds = col.number("Time logged in seconds")
    parent_key = col.text("Key of its parent or epic")
    milestone = col.text("Milestone or fix version")
    labels = col.texts("Labels")
    components = col.texts("Components")
    url = col.text("Web address")
    history_complete = col.flag("Whether its whole history was read, without a gap")
    body_length = col.number("Length of the description in characters")


class TicketChanges(SourceTable):
    """Every recorded change of a ticket's field."""

    change_id = col.key("`<source>:<native id>`")
    ticket_id = col.text("Ticket")
    field = col.text("Field that changed")
    from_value = col.mention("Value before", shown=NAMES_NOBODY)
    to_value = col.mention("Value after", shown=NAMES_NOBODY)
    actor_id = col.person("Who changed it")
    changed_at = col.instant("When")


class TicketStatusIntervals(SourceTable):
    """The statuses a ticket went through, the first one from its creation included."""

    ticket_id = col.key("Ticket")
    entered_at = col.key_instant("When it entered the status")
    status = col.text("Status")
    status_category = col.text("`todo`, `in_progress` or `done`")
    left_at = col.instant("When it left the status; null for the current one")
    actor_id = col.person("Who moved it there")
    status_id = col.text("Id of the status, where the tracker has one")


class TicketLinks(SourceTable):
    """Links between tickets."""

    ticket_id = col.key("Ticket")
    kind = col.key("`blocks`, `is_blocked_by`, `parent`, `relates` or `duplicates`")
    other_key = col.key("Key of the other ticket")


class Sprints(SourceTable):
    """Sprints and iterations."""

    sprint_id = col.key("`<source>:<native id>`")
    board = col.text("Board")
    name = col.text("Name")
    state = col.text("`future`, `active` or `closed`")
    started_at = col.instant("Start")
    ends_at = col.instant("Planned end")
    completed_at = col.instant("When it was completed; told beforehand of one that ends by itself")


class TicketSprints(SourceTable):
    """Which ticket was in which sprint, and when."""

    ticket_id = col.key("Ticket")
    sprint_id = col.key("Sprint")
    added_at = col.key_instant("When it was put into the sprint")
    removed_at = col.instant("When it was taken out; null while it is in")


class Milestones(SourceTable):
    """Milestones and versions."""

    milestone_id = col.key("`<source>:<native id>`")
    repo_id = col.text("Repository, for a platform's milestone")
    project = col.text("Project, for a tracker's version")
    title = col.text("Title")
    state = col.text("`open` or `closed`")
    due_on = col.day("Due date")
    closed_at = col.instant("When it was closed")
