"""From collected identities to people and teams: the step between collecting and computing."""

from urllib.parse import urlsplit

from leadline.config import Config, named_people
from leadline.config.origins import dotted
from leadline.config.problems import nearest_to
from leadline.errors import Problem
from leadline.identity import IdentityRules, Matched, match, resolve_members
from leadline.teams import team_tables
from warehouse.store import Warehouse

_GITHUB = "api.github.com"


def hosts(config: Config) -> dict[str, str]:
    """Return where the accounts of each source live, `github.com` for example; plain git has no accounts."""
    names = {source.name: urlsplit(getattr(source, "base_url", "")).hostname for source in config.source}
    return {name: "github.com" if host == _GITHUB else host for name, host in names.items() if host}


def resolve(warehouse: Warehouse, config: Config) -> Matched:
    """Match all identities of the warehouse anew and store people, teams and who is who."""
    rules = IdentityRules(
        merge=config.identities.merge,
        not_same=config.identities.not_same,
        bots=config.identities.bots,
        hosts=hosts(config),
    )
    signatures = warehouse.read("account_signatures")
    matched = match(warehouse.read("identities"), warehouse.read("mailmap"), rules, signatures)
    for table, frame in {
        "people": matched.people,
        "identities": matched.identities,
        "identity_edges": matched.edges,
        "identity_suspects": matched.suspects,
        **team_tables(config, matched, rules.hosts),
    }.items():
        warehouse.replace(table, frame)
    return matched


def strangers(config: Config, matched: Matched) -> list[Problem]:
    """Return what the configuration says of people whom nobody collected answers to, each with its place in the file.

    Members of teams whom more than one person answers to are among them: nobody can tell who is meant.
    """
    said = list(named_people(config))
    asked = resolve_members(matched, [text for _, text in said], hosts(config))
    people_of = dict(asked.select("member", "candidates").iter_rows())
    known = sorted({*matched.identities["email"].drop_nulls(), *(text for text, people in people_of.items() if people)})
    problems = []
    for key, text in said:
        place = str(config.origin(*key))
        if not people_of[text]:
            message, nearest = f'no collected identity is "{text}"', nearest_to(text, known)
            problems.append(Problem(place, dotted(key), message, nearest))
        elif people_of[text] > 1 and key[0] == "team":
            message = f'{people_of[text]} people answer to "{text}"; give an e-mail address of the one who is meant'
            problems.append(Problem(place, dotted(key), message))
    return problems
