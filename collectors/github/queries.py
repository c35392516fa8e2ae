"""What is asked of GitHub's GraphQL: one selection for each thing, used for whole pages and for what a page left out.

Nested lists ask for as much as typical items have; what is longer is completed (`completion`). Sizes keep a page of
the largest size far below GitHub's limit of 500,000 nodes.
"""

from collections.abc import Mapping, Sequence

_FRAGMENTS = """
fragment Who on Actor {
  __typename login
  ... on User { databaseId name }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId name }
}
fragment Signature on GitActor { name email user { __typename login databaseId name } }
"""


def _with_fragments(query: str) -> str:
    """The query with the fragments that it uses: GitHub refuses those that are not."""
    used = [fragment for fragment in _FRAGMENTS.split("fragment ")[1:] if f"...{fragment.split()[0]}" in query]
    return query + "".join(f"\nfragment {fragment}" for fragment in used)


_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_TIMED = "id createdAt actor { ...Who }"
_COMMIT = "oid authoredDate committedDate author { ...Signature }"
_COMMENT = "id createdAt body author { ...Who }"
_LABELS = "name"
_ASSIGNEE = (
    "assignee { __typename ... on User { login databaseId name } ... on Bot { login databaseId } "
    "... on Mannequin { login databaseId } ... on Organization { login databaseId name } }"
)
_REVIEWER = (
    "requestedReviewer { __typename ... on User { login databaseId name } ... on Bot { login databaseId } "
    "... on Mannequin { login databaseId } ... on Team { slug organization { login } } }"
)

_PULL_REQUEST_EVENTS = {
    "ReadyForReviewEvent": "",
    "ConvertToDraftEvent": "",
    "ReviewRequestedEvent": _REVIEWER,
    "ReviewRequestRemovedEvent": _REVIEWER,
    "HeadRefForcePushedEvent": f"beforeCommit {{ {_COMMIT} }}",
    "ClosedEvent": "",
    "ReopenedEvent": "",
    "MergedEvent": "",
    "AddedToMergeQueueEvent": "",
    "RemovedFromMergeQueueEvent": "",
    "ReviewDismissedEvent": "",
    "LabeledEvent": "label { name }",
    "UnlabeledEvent": "label { name }",
    "AssignedEvent": _ASSIGNEE,
    "UnassignedEvent": _ASSIGNEE,
    "RenamedTitleEvent": "",
}
_ISSUE_EVENTS = {
    "ClosedEvent": "stateReason",
    "ReopenedEvent": "",
    "LabeledEvent": "label { name }",
    "UnlabeledEvent": "label { name }",
    "AssignedEvent": _ASSIGNEE,
    "UnassignedEvent": _ASSIGNEE,
    "MilestonedEvent": "milestoneTitle",
    "DemilestonedEvent": "milestoneTitle",
    "RenamedTitleEvent": "previousTitle currentTitle",
    "CrossReferencedEvent": (
        "source { __typename ... on Issue { number repository { nameWithOwner } } "
        "... on PullRequest { number repository { nameWithOwner } } }"
    ),
}

_BOARD = (
    'id project { title } status: fieldValueByName(name: "Status") '
    "{ __typename ... on ProjectV2ItemFieldSingleSelectValue { name updatedAt } }"
)


def _screaming(name: str) -> str:
    """`ClosedEvent` as the enumeration of event types writes it: `CLOSED_EVENT`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).upper().strip("_")


def _events(kinds: Mapping[str, str]) -> tuple[str, str]:
    """The arguments and the selection of the events of the given kinds."""
    types = ", ".join(map(_screaming, kinds))
    parts = " ".join(f"... on {name} {{ {_TIMED} {more} }}" for name, more in kinds.items())
    return f"itemTypes: [{types}]", f"__typename {parts}"


_PULL_REQUEST_EVENT_TYPES, _PULL_REQUEST_EVENT = _events(_PULL_REQUEST_EVENTS)
_ISSUE_EVENT_TYPES, _ISSUE_EVENT = _events(_ISSUE_EVENTS)

_REVIEW_COMMENT = "id createdAt path body author { ...Who }"
_REVIEW = (
    "__typename id state submittedAt body author { ...Who } "
    f"comments(first: 15) {{ totalCount {_PAGE_INFO} nodes {{ {_REVIEW_COMMENT} }} }}"
)

NESTED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("PullRequest", "commits"): ("", f"commit {{ {_COMMIT} message }}"),
    ("PullRequest", "reviews"): ("", _REVIEW),
    ("PullRequest", "comments"): ("", _COMMENT),
    ("PullRequest", "files"): ("", "path changeType additions deletions"),
    ("PullRequest", "labels"): ("", _LABELS),
    ("PullRequest", "timelineItems"): (_PULL_REQUEST_EVENT_TYPES, _PULL_REQUEST_EVENT),
    ("PullRequest", "closingIssuesReferences"): ("", "number repository { nameWithOwner }"),
    ("PullRequestReview", "comments"): ("", _REVIEW_COMMENT),
    ("Issue", "comments"): ("", _COMMENT),
    ("Issue", "labels"): ("", _LABELS),
    ("Issue", "assignees"): ("", "__typename login databaseId name"),
    ("Issue", "timelineItems"): (_ISSUE_EVENT_TYPES, _ISSUE_EVENT),
    ("Issue", "projectItems"): ("", _BOARD),
    ("Deployment", "statuses"): ("", "id state createdAt"),
}
"""Lists inside items, by type and field: further arguments, and what is asked of each element."""

_SIZES = {
    ("PullRequest", "commits"): 40,
    ("PullRequest", "reviews"): 30,
    ("PullRequest", "comments"): 30,
    ("PullRequest", "files"): 60,
    ("PullRequest", "labels"): 10,
    ("PullRequest", "timelineItems"): 60,
    ("PullRequest", "closingIssuesReferences"): 5,
    ("Issue", "comments"): 30,
    ("Issue", "labels"): 10,
    ("Issue", "assignees"): 5,
    ("Issue", "timelineItems"): 50,
    ("Issue", "projectItems"): 5,
    ("Deployment", "statuses"): 10,
}
"""How many elements of a list come with a page."""


def _lists(kind: str, *, without: Sequence[str] = ()) -> str:
    """The selections of all nested lists of a type."""
    parts = []
    for (owner, name), (arguments, selection) in NESTED.items():
        if owner == kind and name not in without:
            given = f"first: {_SIZES[owner, name]}" + (f", {arguments}" if arguments else "")
            parts.append(f"{name}({given}) {{ {_PAGE_INFO} nodes {{ {selection} }} }}")
    return "\n".join(parts)


_PULL_REQUEST = f"""
__typename id number title url state isDraft createdAt updatedAt mergedAt closedAt body
baseRefName headRefName headRefOid isCrossRepository additions deletions changedFiles
author {{ ...Who }} mergedBy {{ ...Who }} mergeCommit {{ oid author {{ ...Signature }} }} milestone {{ title }}
commitCount: commits {{ totalCount }}
{_lists("PullRequest")}
"""

_ISSUE = """
__typename id number title url state stateReason createdAt updatedAt closedAt body
author { ...Who } milestone { title } parent { number repository { nameWithOwner } }
"""

_IN_REPOSITORY = (
    "query($id: ID!, $first: Int!, $after: String) {{ node(id: $id) {{ ... on Repository {{ {list} }} }} }}"
)


def _listing(field: str, arguments: str, selection: str) -> str:
    """A query for a page of a list of a repository."""
    asked = f"page: {field}(first: $first, after: $after, {arguments}) {{ {_PAGE_INFO} nodes {{ {selection} }} }}"
    return _with_fragments(_IN_REPOSITORY.format(list=asked))


_NEWEST_CHANGE = "orderBy: {field: UPDATED_AT, direction: DESC}"
_NEWEST = "orderBy: {field: CREATED_AT, direction: DESC}"

LISTINGS: Mapping[str, str] = {
    "pull_requests": _listing("pullRequests", _NEWEST_CHANGE, _PULL_REQUEST),
    "tickets": _listing("issues", _NEWEST_CHANGE, _ISSUE + _lists("Issue")),
    "tickets without board": _listing("issues", _NEWEST_CHANGE, _ISSUE + _lists("Issue", without=["projectItems"])),
    "deployments": _listing(
        "deployments",
        _NEWEST,
        "__typename id databaseId createdAt updatedAt state environment originalEnvironment commitOid ref { name } "
        "creator { ...Who } " + _lists("Deployment"),
    ),
    "releases": _listing(
        "releases",
        _NEWEST,
        "id databaseId name tagName isPrerelease isDraft createdAt publishedAt updatedAt url "
        "author { __typename login databaseId name }",
    ),
    "milestones": _listing("milestones", _NEWEST_CHANGE, "id number title state dueOn closedAt updatedAt"),
    "issue_numbers": _listing("issues", _NEWEST, "number"),
    "pull_requests skipped": _listing("pullRequests", _NEWEST_CHANGE, "number updatedAt"),
    "tickets skipped": _listing("issues", _NEWEST_CHANGE, "number updatedAt"),
}
"""A page of each list of a repository; `node.page` holds it."""

_REPOSITORY = """
__typename id databaseId nameWithOwner url isArchived isFork isEmpty hasIssuesEnabled pushedAt
defaultBranchRef { name target { __typename oid
  ... on Commit { checkSuites(last: 1) { totalCount nodes { updatedAt } } } } }
pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }
issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }
deployments(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { createdAt updatedAt } }
releases(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { totalCount nodes { createdAt updatedAt } }
milestones(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { updatedAt } }
"""

OWNED = f"""
query($owner: String!, $first: Int!, $after: String) {{
  repositoryOwner(login: $owner) {{
    page: repositories(
      first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: {{field: NAME, direction: ASC}}
    ) {{ {_PAGE_INFO} nodes {{ {_REPOSITORY} }} }}
  }}
}}
"""
"""A page of the repositories of an owner, with what tells whether anything in them is new."""


def pulse(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The query, with its variables, for what tells whether anything is new in each repository `r0`, `r1`, …."""
    variables: dict[str, str] = {}
    parts, declared = [], []
    for number, name in enumerate(names):
        owner, _, short = name.partition("/")
        variables |= {f"o{number}": owner, f"n{number}": short}
        declared.append(f"$o{number}: String!, $n{number}: String!")
        parts.append(f"r{number}: repository(owner: $o{number}, name: $n{number}) {{ {_REPOSITORY} }}")
    return f"query({', '.join(declared)}) {{ {' '.join(parts)} }}", variables


def completion(parts: Sequence[tuple[str, str, str, str]]) -> tuple[str, dict[str, str]]:
    """The query, with its variables, for the next elements of nested lists `c0`, `c1`, ….

    Each part is the type and the id of an item, the name of its list, and the cursor to go on from.
    """
    variables: dict[str, str] = {}
    asked, declared = [], []
    for number, (kind, identifier, field, cursor) in enumerate(parts):
        arguments, selection = NESTED[kind, field]
        variables |= {f"i{number}": identifier, f"a{number}": cursor}
        declared.append(f"$i{number}: ID!, $a{number}: String!")
        given = f"first: 100, after: $a{number}" + (f", {arguments}" if arguments else "")
        asked.append(
            f"c{number}: node(id: $i{number}) {{ ... on {kind} {{ "
            f"page: {field}({given}) {{ {_PAGE_INFO} nodes {{ {selection} }} }} }} }}"
        )
    return _with_fragments(f"query({', '.join(declared)}) {{ {' '.join(asked)} }}"), variables
