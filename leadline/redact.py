"""Secrets in texts: recognised by their shape, or known because an environment variable holds them."""

import os
import re

MASK = "***"
_SHAPES = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{6,}|github_pat_[A-Za-z0-9_]{6,}|gl(?:pat|cbt|dt|ft|rt|soat)-[A-Za-z0-9_.-]{6,}"
    r"|xox[abprs]-[A-Za-z0-9-]{6,}|ATATT[A-Za-z0-9_=-]{10,}|AKIA[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_PASSWORD = re.compile(r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)")
_USER = re.compile(r"(?<=http://)[^/@\s]+(?=@)|(?<=https://)[^/@\s]+(?=@)", re.IGNORECASE)
"""A token can stand in place of the user, too."""
_VARIABLE = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|(?:^|_)(?:PAT|KEY)$", re.IGNORECASE)
_SHORTEST = 8


def is_secret(text: str) -> bool:
    """Whether the text has the shape of a token that a platform issues."""
    return bool(_SHAPES.search(text))


def has_password(url: str) -> bool:
    """Whether a URL carries a password or a token."""
    return bool(_PASSWORD.search(url)) or is_secret(url)


def without_credentials(url: str) -> str:
    """The URL without user and password; the user of an SSH address stays, because it is part of the address."""
    if url.lower().startswith("ssh://"):
        return re.sub(r"(?<=://)([^/@\s:]*):[^/@\s]*(?=@)", r"\1", url)
    return re.sub(r"(?<=://)[^/@\s]*@", "", url)


def redact(text: str) -> str:
    """The text with every secret replaced: tokens by shape, passwords in URLs, values of variables named like one."""
    text = _SHAPES.sub(MASK, _USER.sub(MASK, _PASSWORD.sub(MASK, text)))
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST and _VARIABLE.search(name):
            text = text.replace(value, MASK)
    return text
