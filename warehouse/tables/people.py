"""Who took part: people, the accounts and addresses they used, and the teams they belong to."""

from warehouse.tables import columns as col
from warehouse.tables.base import SourceTable, Table


class People(Table):
    """One row per person, program or AI agent, after identities have been merged."""

    person_id = col.key_known_person("Identifier of the person")
    name = col.personal("Name to show")
    email = col.personal("Preferred e-mail address")
    kind = col.text("`human`, `automation`, `ai_reviewer` or `ai_author`")
    is_bot = col.flag("Whether `kind` is anything but `human`")


class Identities(SourceTable):
    """One row per account or author signature a source named, with the person it was matched to."""

    identity_id = col.key_personal(
        "`<source>:<native id>`; for git authors the native id is `Name <e-mail>` as written"
    )
    account = col.personal("Login on the platform; null for a git author")
    name = col.personal("Name as the source wrote it")
    email = col.personal("E-mail address as the source wrote it")
    platform_type = col.text("What the platform says the account is (`User`, `Bot`, …); null for a git author")
    person_id = col.known_person("The person it belongs to, filled by the matcher")
    matched_by = col.text("The rule that joined it to its person; `self` where it stands alone")


class AccountSignatures(SourceTable):
    """Which account a platform takes the author of a commit for."""

    signature_id = col.key_personal("The identity as written in the commit, `<source>:Name <e-mail>`")
    account_id = col.key_personal("The identity of the account, `<source>:<number>`")


class Mailmap(SourceTable):
    """How a repository's own `.mailmap` corrects an author: a layer of its own, the raw author is kept."""

    repo_id = col.key("The repository whose `.mailmap` says so")
    identity_id = col.key_personal("The identity as written in the commits")
    mapped_name = col.personal("The name `.mailmap` gives it")
    mapped_email = col.personal("The e-mail address `.mailmap` gives it")


class IdentityEdges(Table):
    """Every reason that joined two identities, so that a merge can be understood and undone."""

    identity_a = col.key_personal("The identity that sorts first")
    identity_b = col.key_personal("The other identity")
    rule = col.key("The rule that joined them: `config`, `mailmap`, `platform`, `no_reply`, `email`, `name` or `login`")
    is_probable = col.flag("Whether the rule can be wrong: two people can share a name")


class IdentitySuspects(Table):
    """Identities that are alike but were not joined."""

    suspect = col.key_personal("What they have in common, as `<rule>: <key>`")
    identity_id = col.key_personal("One of the identities")
    person_id = col.known_person("The person it was matched to")
    rule = col.text("The rule that would have joined them")
    reason = col.text("Why it did not")


class Teams(Table):
    """The teams of the configuration."""

    team = col.key("Name of the team")
    parent = col.text("The team it is part of")


class TeamMembers(Table):
    """Who belongs to which team, and when."""

    team = col.key("Name of the team")
    person_id = col.key_person("The member")
    valid_from = col.key_instant("Start of the membership (1970-01-01 when it has no known start)")
    valid_to = col.instant("End of the membership; null while it lasts")


class ServiceScopes(Table):
    """What a service is built from, as the configuration says."""

    service = col.key("Name of the service")
    repository = col.key("Repository glob")
    pattern = col.key("Path glob from the top of the repository; empty for all of it")


class TeamScopes(Table):
    """What a team owns, as the configuration says."""

    team = col.key("Name of the team")
    kind = col.key("`repository`, `path` or `ticket_project`")
    pattern = col.key("Repository glob, `repository:path glob`, or ticket project key")
