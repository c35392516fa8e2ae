"""Pull requests: what happened to them, who reviewed, what was said."""

from warehouse.tables import columns as col
from warehouse.tables.base import SourceTable


class PullRequests(SourceTable):
    """Pull requests and merge requests."""

    pr_id = col.key("`<repository>#<number>`")
    repo_id = col.text("Repository it merges into")
    number = col.number("Number within the repository")
    title = col.text("Title")
    url = col.text("Web address")
    author_id = col.person("Who opened it")
    state = col.text("`open`, `merged` or `closed`")
    is_draft = col.flag("Whether it is a draft now")
    base_branch = col.text("Branch it merges into")
    head_branch = col.mention("Branch it comes from")
    head_sha = col.text("Last commit of that branch")
    is_fork = col.flag("Whether that branch is in another repository, or in one that is gone")
    created_at = col.instant("When it was opened")
    updated_at = col.instant("When it last changed")
    ready_at = col.instant(
        "Last change from draft to ready before the first human answer; the opening if never a draft"
    )
    first_commit_at = col.instant("Earliest authored date of the commits it ever had")
    merged_at = col.instant("When it was merged")
    closed_at = col.instant("When it was closed or merged, the last time")
    merge_sha = col.text("Commit that the merge made on the base branch")
    merged_by_id = col.person("Who merged it")
    additions = col.number("Lines added")
    deletions = col.number("Lines deleted")
    changed_files = col.number("Number of files changed")
    commit_count = col.number("Number of commits")
    labels = col.texts("Labels")
    milestone = col.text("Title of its milestone")
    body_length = col.number("Length of the description in characters")


class PullRequestCommits(SourceTable):
    """Every commit that a pull request ever contained, force-pushed ones included."""

    pr_id = col.key("Pull request")
    sha = col.key("Commit")
    author_id = col.person("Who wrote the commit")
    authored_at = col.instant("When it was written")
    committed_at = col.instant("When it was applied")


class PullRequestFiles(SourceTable):
    """The files that a pull request changes, as it stands now or was merged."""

    pr_id = col.key("Pull request")
    path = col.key("Path after the change")
    change = col.text("`A` added, `M` modified, `D` deleted, `R` renamed, `C` copied, `T` type changed")
    additions = col.number("Lines added")
    deletions = col.number("Lines deleted")


class PullRequestEvents(SourceTable):
    """What happened to a pull request."""

    event_id = col.key("`<source>:<native id>`")
    pr_id = col.text("Pull request")
    kind = col.text(
        "`ready_for_review`, `converted_to_draft`, `review_requested`, `force_pushed`, `closed`, `merged`, …"
    )
    actor_id = col.person("Who did it")
    subject_id = col.person("Whom it concerns: the reviewer that was asked, for example")
    subject_team = col.text("The platform's team whom it concerns, as `<organisation>/<name>`")
    occurred_at = col.instant("When")


class Reviews(SourceTable):
    """Reviews of pull requests."""

    review_id = col.key("`<source>:<native id>`")
    pr_id = col.text("Pull request")
    reviewer_id = col.person("Who reviewed")
    state = col.text("`approved`, `changes_requested`, `commented` or `dismissed`")
    submitted_at = col.instant("When it was submitted")
    comment_count = col.number("Number of inline comments")
    body_length = col.number("Length of the text in characters")


class Comments(SourceTable):
    """Comments on pull requests and tickets; their text is not stored."""

    comment_id = col.key("`<source>:<native id>`")
    pr_id = col.text("Pull request, where it is on one")
    ticket_id = col.text("Ticket, where it is on one")
    author_id = col.person("Who wrote it")
    created_at = col.instant("When")
    path = col.text("File it stands at, for an inline comment")
    in_review = col.flag("Whether it is part of a review")
    body_length = col.number("Length of the text in characters")


class PullRequestMentions(SourceTable):
    """What the texts of a pull request name that may be a ticket; which of them are is in `pull_request_tickets`."""

    pr_id = col.key("Pull request")
    reference = col.key("`owner/name#12` or `APP-12`")
    found_in = col.key("`branch`, `title`, `body`, `commit` or `closing_reference`")


class PullRequestTickets(SourceTable):
    """Which pull request serves which ticket."""

    pr_id = col.key("Pull request")
    ticket_id = col.key("Ticket")
    found_in = col.text("`branch`, `title`, `body`, `commit` or `closing_reference`")
