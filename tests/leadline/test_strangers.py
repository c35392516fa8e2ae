"""People of the configuration whom nobody collected answers to are told, with their place."""

from pathlib import Path

from leadline.config import load
from leadline.identity import IdentityRules
from leadline.people import strangers
from tests.leadline.conftest import configure, leadline
from tests.leadline.identity_frames import git, matched
from tests.leadline.world import World

PEOPLE = """
[[team]]
name = "Core"
members = ["ana@acme.example", "bne@acme.example", "Jo Li"]

[identities]
merge = [
    ["ana@acme.example", "ana@nowhere.example"],
]
not_same = [["Ben Roe <ben@acme.example>", "gone"]]
bots = ["ana@acme.example",
    "release-train"]
"""

TOLD = """\
leadline.toml:11: team[0].members[1]: no collected identity is "bne@acme.example"; did you mean "ben@acme.example"?
leadline.toml:11: team[0].members[2]: 2 people answer to "Jo Li"; give an e-mail address of the one who is meant
leadline.toml:15: identities.merge[0][1]: no collected identity is "ana@nowhere.example"; \
did you mean "ana@acme.example"?
leadline.toml:17: identities.not_same[0][1]: no collected identity is "gone"
leadline.toml:19: identities.bots[1]: no collected identity is "release-train"\
"""


def test_each_is_told_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    configure(tmp_path, tmp_path, more=PEOPLE)
    signatures = ("Ana <ana@acme.example>", "Ben Roe <ben@acme.example>", "Jo Li <jo@a.eu>", "Jo Li <li@b.eu>")
    found = matched(git(*signatures), IdentityRules(not_same=[["jo@a.eu", "li@b.eu"]]))

    told = [str(problem) for problem in strangers(load(tmp_path / "leadline.toml"), found)]

    assert "\n".join(told).replace(f"{tmp_path}/", "") == TOLD


def test_a_run_warns_of_them_and_publishes_no_name_where_people_are_off(world: World, tmp_path: Path) -> None:
    off = '\n[identities]\nbots = ["release-train@acme.example"]\n\n[privacy]\npeople = "off"\n'
    configure(tmp_path, world.path, more=off)

    done = leadline(tmp_path, "--quiet", "run")
    hint = leadline(tmp_path, "sql", "FROM meta.data_quality", "--format", "csv").stdout

    assert "identities.bots[0]: no collected identity is" in done.stderr
    assert "unknown_identities,warning,1," in hint
    assert "release-train" not in hint
