"""The one ranked list of what to do next."""

from metrics.registry import Intermediate
from warehouse.tables import Table
from warehouse.tables import columns as col


class ActionCandidates(Intermediate):
    """What the rules propose."""

    rule = col.key("Name of the rule")
    item_kind = col.key("`file`, `folder`, `file_pair`, `repository`, …")
    item_id = col.key("`<repository>:<path>`, or what names the item")
    team = col.text("The team it is for; null where no team owns the item")
    responsibility = col.text("What a tech lead answers for that it serves")
    url = col.text("Where to look at it; null where not known")
    title = col.text("What is wrong, in one short sentence")
    why = col.text("The numbers and items behind it")
    next_step = col.text("What to do")
    actor_id = col.person("Who can do it, where it is a person's own item")
    actor_team = col.text("The team that can do it")
    days_saved = col.real("Days expected to be saved")
    basis = col.text("How that was estimated")
    confidence = col.real("How sure the rule is, 0 to 1")


class Actions(Table):
    """What to do next: at most ten a team, one an item, best first."""

    action_id = col.key("Stable as long as rule and item stay the same")
    rule = col.text("Name of the rule")
    responsibility = col.text("What a tech lead answers for that it serves")
    team = col.text("The team it is for; null where no team owns the item")
    item_kind = col.text("`file`, `folder`, `file_pair`, `repository`, …")
    item_id = col.text("`<repository>:<path>`, or what names the item")
    url = col.text("Where to look at it; null where not known")
    title = col.text("What is wrong, in one short sentence")
    why = col.text("The numbers and items behind it")
    next_step = col.text("What to do")
    actor_id = col.person("Who can do it, where it is a person's own item")
    actor_team = col.text("The team that can do it")
    days_saved = col.real("Days expected to be saved")
    basis = col.text("How that was estimated")
    confidence = col.real("How sure the rule is, 0 to 1")
    rank = col.number("Place in the team's list, from 1")
    first_seen_at = col.instant("When it was first proposed")
