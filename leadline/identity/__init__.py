"""Who is who: accounts and author signatures of all sources joined to people."""

from leadline.identity.matching import Matched, match
from leadline.identity.members import resolve_members
from leadline.identity.rules import RULES, IdentityRules

__all__ = ["RULES", "IdentityRules", "Matched", "match", "resolve_members"]
