"""The history of the code: repositories, commits, files, trailers, tags."""

from warehouse.tables import columns as col
from warehouse.tables.base import SourceTable


class Repositories(SourceTable):
    """The repositories that were collected."""

    repo_id = col.key("`<source>:<name>`")
    name = col.text("Name of the repository within its source")
    url = col.text("Where it was collected from, without credentials")
    default_branch = col.text("Name of the default branch; null for an empty repository")
    archived = col.flag("Whether the platform marks it as archived")
    platform_id = col.text("What the platform calls it for good, whatever its name; null for plain git")
    is_fork = col.flag("Whether the platform says that it is a fork")


class Commits(SourceTable):
    """Every commit that a branch, tag or pull request reaches."""

    repo_id = col.key("Repository")
    sha = col.key("Full object id")
    author_id = col.person("Who wrote it")
    committer_id = col.person("Who applied it")
    author_name = col.personal("Author name as written in the commit, never mapped")
    author_email = col.personal("Author e-mail as written in the commit, never mapped")
    authored_at = col.instant("When it was written; null when the date is beyond range")
    author_offset_minutes = col.number("The author's offset from UTC in minutes, as written in the commit")
    committed_at = col.instant("When it was applied; null when the date is beyond range")
    parent_count = col.number("Number of parents")
    is_merge = col.flag("Whether it has more than one parent")
    subject = col.mention("First line of the message")
    reverts_sha = col.text("The commit that the message says it reverts, as written (it can be abbreviated)")
    additions = col.number("Lines added, binary files left out; null for a merge or while not counted")
    deletions = col.number("Lines deleted, binary files left out; null for a merge or while not counted")
    files_changed = col.number("Number of files changed; null for a merge")
    on_default_branch = col.flag("Whether the default branch reaches it")


class CommitParents(SourceTable):
    """The parents of every commit, in order."""

    repo_id = col.key("Repository")
    sha = col.key("The commit")
    position = col.key_number("0 for the first parent")
    parent_sha = col.text("The parent")


class CommitFiles(SourceTable):
    """Which files a commit changed; merges have none."""

    repo_id = col.key("Repository")
    sha = col.key("The commit")
    path = col.key("Path after the change; bytes that are not UTF-8 are shown as `\\xNN`")
    old_path = col.text("Path before a rename or copy")
    change = col.text("`A` added, `M` modified, `D` deleted, `R` renamed, `C` copied, `T` type changed")
    additions = col.number("Lines added; null for a binary file or while not counted")
    deletions = col.number("Lines deleted; null for a binary file or while not counted")
    is_binary = col.flag("Whether git sees it as binary; null while not counted")


class CommitTrailers(SourceTable):
    """The trailers of commit messages (`Co-authored-by`, `Reviewed-by`, `Signed-off-by`, …)."""

    repo_id = col.key("Repository")
    sha = col.key("The commit")
    trailer = col.key("Name of the trailer, first letter upper case, the rest lower case")
    value = col.key_personal("Value as written")
    person_id = col.person("The person that the value names, where it is `Name <e-mail>`")


class Tags(SourceTable):
    """The tags of a repository."""

    repo_id = col.key("Repository")
    name = col.key("Name of the tag")
    sha = col.text("The commit that the tag points to")
    tagged_at = col.instant("When the tag was made, or the commit's date for a lightweight tag")


class HeadFiles(SourceTable):
    """The files that exist at the head of the default branch."""

    repo_id = col.key("Repository")
    path = col.key("Path at the head")
    blob_sha = col.text("Object id of the content")
    lines = col.number("Number of lines; null for a binary file")
    is_binary = col.flag("Whether git sees it as binary")
    is_generated = col.flag("`linguist-generated` of `.gitattributes`; null where it says nothing")
    is_vendored = col.flag("`linguist-vendored` of `.gitattributes`; null where it says nothing")
    is_documentation = col.flag("`linguist-documentation` of `.gitattributes`; null where it says nothing")


class CodeOwners(SourceTable):
    """The rules of a repository's CODEOWNERS file, in order: the last one that matches a path wins."""

    repo_id = col.key("Repository")
    position = col.key_number("Line of the rule in the file")
    pattern = col.text("Path pattern as written")
    owners = col.personal("The owners it names, separated by spaces; empty where the rule takes ownership away")
