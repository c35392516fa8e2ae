"""The digest to send or commit: what to act on, how the period went, where code and knowledge are at risk."""

from leadline.report.digest import Digest, digest
from leadline.report.render import render

__all__ = ["Digest", "digest", "render"]
