"""What is asked of GitLab's GraphQL: one selection for each thing, used for whole pages and for what a page left out.

GitLab adds up the fields of a query to its complexity and refuses more than 250; lists count more the longer they are.
So a few lists that are cut are completed at a time, and never more than 50 items are asked for.
"""

from collections.abc import Mapping, Sequence

_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_USER = "id username name bot"
_NOTE = f"id body system internal createdAt author {{ {_USER} }}"

PULSE_AT_A_TIME = 50
"""Projects that are asked about in one request."""

PULSE = """
query($ids: [ID!], $first: Int!, $since: Time) {
  projects(ids: $ids, first: $first) { nodes {
    id fullPath webUrl archived
    repository { rootRef }
    mergeRequests(first: 1, sort: UPDATED_DESC) { count nodes { iid updatedAt } }
    issues(first: 1, sort: UPDATED_DESC) { count nodes { iid updatedAt } }
    releases(first: 1, sort: CREATED_DESC) { count nodes { tagName createdAt releasedAt } }
    milestones(first: 1, includeAncestors: true, sort: UPDATED_DESC) { nodes { id updatedAt } }
    pipelines(first: 1, updatedAfter: $since) { nodes { id } }
  } }
}
"""
"""What tells whether anything is new in each of many projects; `pipelines` are those that changed since an instant."""

NESTED: Mapping[tuple[str, str], str] = {
    ("MergeRequest", "notes"): f"{_NOTE} position {{ filePath }}",
    ("MergeRequest", "commits"): (
        f"sha authoredDate committedDate authorName authorEmail message author {{ {_USER} }}"
    ),
    ("Pipeline", "jobs"): "id name status allowFailure createdAt startedAt finishedAt",
}
"""Lists inside items, by type and field, and what is asked of each element; those of issues are in a widget."""


def _list(kind: str, field: str) -> str:
    return f"{field}(first: 100) {{ {_PAGE_INFO} nodes {{ {NESTED[kind, field]} }} }}"


MERGE_REQUESTS = f"""
query($path: ID!, $iids: [String!], $first: Int!) {{
  project(fullPath: $path) {{ page: mergeRequests(iids: $iids, first: $first) {{ nodes {{
    __typename id iid commitCount
    diffStatsSummary {{ additions deletions fileCount }}
    diffStats {{ path additions deletions }}
    author {{ {_USER} }} mergeUser {{ {_USER} }}
    reviewers(first: 20) {{ nodes {{ {_USER} }} }}
    assignees(first: 20) {{ nodes {{ {_USER} }} }}
    approvedBy(first: 20) {{ nodes {{ {_USER} }} }}
    {_list("MergeRequest", "notes")}
    {_list("MergeRequest", "commits")}
  }} }} }}
}}
"""
"""What the list of REST does not tell of merge requests."""

_DISCUSSIONS = f"{_PAGE_INFO} nodes {{ notes(first: 100) {{ {_PAGE_INFO} nodes {{ {_NOTE} }} }} }}"

ISSUES = f"""
query($path: ID!, $iids: [String!], $first: Int!) {{
  project(fullPath: $path) {{ page: workItems(iids: $iids, first: $first) {{ nodes {{
    __typename id iid author {{ {_USER} }}
    widgets {{ __typename
      ... on WorkItemWidgetAssignees {{ assignees(first: 20) {{ nodes {{ {_USER} }} }} }}
      ... on WorkItemWidgetHierarchy {{ parent {{ iid namespace {{ fullPath }} }} }}
      ... on WorkItemWidgetNotes {{ discussions(first: 100, filter: ALL_NOTES) {{ {_DISCUSSIONS} }} }}
    }}
  }} }} }}
}}
"""
"""What happened to issues: unlike the notes of REST, these tell of labels, states, milestones, weights, iterations."""

LABELS = f"""
query($path: ID!, $after: String) {{
  project(fullPath: $path) {{ page: labels(first: 100, after: $after, includeAncestorGroups: true) {{
    {_PAGE_INFO} nodes {{ id title }}
  }} }}
}}
"""
"""The labels of a project: notes name them by number."""

PIPELINES = f"""
query($path: ID!, $first: Int!, $after: String, $since: Time) {{
  project(fullPath: $path) {{ page: pipelines(first: $first, after: $after, updatedAfter: $since) {{
    {_PAGE_INFO}
    nodes {{
      __typename id iid name sha ref source status createdAt startedAt finishedAt updatedAt
      user {{ {_USER} }}
      {_list("Pipeline", "jobs")}
    }}
  }} }}
}}
"""
"""A page of pipelines that changed since an instant, newest first, with all attempts of their jobs."""

RELEASES = f"""
query($path: ID!, $after: String) {{
  project(fullPath: $path) {{ page: releases(first: 100, after: $after, sort: CREATED_DESC) {{
    {_PAGE_INFO} nodes {{ tagName name createdAt releasedAt upcomingRelease author {{ {_USER} }} links {{ selfUrl }} }}
  }} }}
}}
"""

MILESTONES = f"""
query($path: ID!, $after: String) {{
  project(fullPath: $path) {{ page: milestones(
    first: 100, after: $after, includeAncestors: true, sort: UPDATED_DESC
  ) {{ {_PAGE_INFO} nodes {{ id iid title state dueDate updatedAt projectMilestone }} }} }}
}}
"""

NUMBERS: Mapping[str, str] = {
    name: f"""
query($path: ID!, $after: String) {{
  project(fullPath: $path) {{ page: {field}(first: 100, after: $after, sort: CREATED_ASC) {{
    {_PAGE_INFO} nodes {{ iid }}
  }} }}
}}
"""
    for name, field in (("pull_requests", "mergeRequests"), ("tickets", "issues"))
}
"""A page of the numbers of all that is there, by stream: to find what is gone."""

MOST_COMPLETED = 3
"""Nested lists that are completed in one request: more would be too complex."""


def completion(parts: Sequence[tuple[str, str, str, str]], path: str) -> tuple[str, dict[str, str]]:
    """The query, with its variables, for the next elements of nested lists `c0`, `c1`, ….

    Each part is the type of an item, what it is asked for by, the name of its list, and the cursor to go on from.
    """
    variables: dict[str, str] = {}
    asked, declared = [], []
    for number, (kind, identifier, field, cursor) in enumerate(parts):
        variables |= {f"i{number}": identifier, f"a{number}": cursor}
        after = f"first: 100, after: $a{number}"
        if kind == "WorkItem":
            declared.append(f"$i{number}: WorkItemID!, $a{number}: String!")
            asked.append(
                f"c{number}: workItem(id: $i{number}) {{ widgets {{ __typename ... on WorkItemWidgetNotes {{ "
                f"discussions({after}, filter: ALL_NOTES) {{ {_DISCUSSIONS} }} }} }} }}"
            )
            continue
        page = f"page: {field}({after}) {{ {_PAGE_INFO} nodes {{ {NESTED[kind, field]} }} }}"
        if kind == "Pipeline":
            declared.append(f"$i{number}: ID!, $a{number}: String!")
            asked.append(f"c{number}: project(fullPath: $path) {{ item: pipeline(iid: $i{number}) {{ {page} }} }}")
            variables["path"] = path
        else:
            declared.append(f"$i{number}: MergeRequestID!, $a{number}: String!")
            asked.append(f"c{number}: mergeRequest(id: $i{number}) {{ {page} }}")
    if "path" in variables:
        declared.insert(0, "$path: ID!")
    return f"query({', '.join(declared)}) {{ {' '.join(asked)} }}", variables
