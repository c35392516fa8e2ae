"""The first configuration as it would be with every commented setting in effect."""

import re


def uncommented(text: str) -> str:
    """The text with every commented setting in effect."""
    return re.sub(r"^#(?=[^\s#])", "", text, flags=re.MULTILINE)
