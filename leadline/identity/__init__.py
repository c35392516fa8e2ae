"""Who is who: accounts and author signatures of all sources joined to people."""

from leadline.identity.matching import Matched, match
from leadline.identity.members import find_person, resolve_members
from leadline.identity.rules import RULES, IdentityRules

__all__ = ["RULES", "IdentityRules", "Matched", "find_person", "match", "resolve_members"]
