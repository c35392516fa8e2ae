"""The one declaration of the warehouse's tables.

Each table is a dataframely schema: it is the contract of the frames, the source of the DuckDB tables, of the data
dictionary and of the reference page.
"""

from warehouse.tables import code, delivery, meta, people, reviews, tickets
from warehouse.tables.base import SourceTable, Table, by_name, table_name
from warehouse.tables.page import Page, Payload, State

CORE: dict[str, type[Table]] = by_name(
    people.People,
    people.Identities,
    people.AccountSignatures,
    people.Mailmap,
    people.IdentityEdges,
    people.IdentitySuspects,
    people.Teams,
    people.TeamMembers,
    people.TeamScopes,
    people.ServiceScopes,
    code.Repositories,
    code.Commits,
    code.CommitParents,
    code.CommitFiles,
    code.CommitTrailers,
    code.Tags,
    code.HeadFiles,
    code.CodeOwners,
    reviews.PullRequests,
    reviews.PullRequestCommits,
    reviews.PullRequestFiles,
    reviews.PullRequestEvents,
    reviews.Reviews,
    reviews.Comments,
    reviews.PullRequestMentions,
    reviews.PullRequestTickets,
    tickets.Tickets,
    tickets.TicketChanges,
    tickets.TicketStatusIntervals,
    tickets.TicketLinks,
    tickets.Sprints,
    tickets.TicketSprints,
    tickets.Milestones,
    delivery.Deployments,
    delivery.DeploymentStatuses,
    delivery.CiRuns,
    delivery.Releases,
    delivery.Incidents,
)
"""Tables of schema `main`, by name."""

META: dict[str, type[Table]] = by_name(
    meta.Runs, meta.RunSources, meta.SyncState, meta.DataQuality, meta.Repairs, meta.PublishedFigures
)
"""Tables of schema `meta`, by name; the dictionary and the catalogue are written when publishing."""

__all__ = ["CORE", "META", "Page", "Payload", "SourceTable", "State", "Table", "by_name", "table_name"]
