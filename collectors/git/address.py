"""Where a repository is: which addresses are accepted, and the name that follows from one."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from collectors.git.errors import GitError, without_credentials

PROTOCOLS = ("file", "http", "https", "ssh")

_TRANSPORT_HELPER = re.compile(r"^[A-Za-z0-9+.-]*::")
_SCP_LIKE = re.compile(r"^(?:[\w.+][\w.+-]*@)?(?:[\w.][\w.-]*|\[[0-9A-Fa-f:.]+\]):(?!//)(?P<path>[^-].*)$")
_HOST = re.compile(r"^(?:[\w.][\w.-]*|[0-9A-Fa-f:.%]+)$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Address:
    """A repository's address, taken apart: credentials are kept beside the URL, never in it."""

    url: str
    """What git is given and what is stored: an absolute path or a URL without credentials."""
    segments: tuple[str, ...]
    """Host and path, from which names are made."""
    is_local: bool = False
    username: str | None = None
    password: str | None = None

    @property
    def short_name(self) -> str:
        """`app` for `/srv/git/app.git`, `group/lib` for `https://example.org/group/lib.git`."""
        return self.segments[-1] if self.is_local else "/".join(self.segments[1:])

    def folder(self, name: str) -> str:
        """A readable folder name that no other address has."""
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60] or "repository"
        return f"{readable}-{sha256(self.url.encode(errors='surrogateescape')).hexdigest()[:12]}.git"

    def __repr__(self) -> str:
        return f"Address({self.url!r})"


def parse(text: str) -> Address:
    """The address that a configured text stands for.

    Accepted are paths, `file`, `http`, `https` and `ssh` URLs and `[user@]host:path`. Transport helpers
    (`ext::…`), other protocols and anything that git could take for an option raise GitError.
    """
    if not text.strip() or text.startswith("-") or _CONTROL.search(text):
        raise _refused(text, "it is empty, starts with a dash or contains control characters")
    if _TRANSPORT_HELPER.match(text):
        raise _refused(text, "transport helpers are not allowed")
    if "://" in text:
        return _from_url(text)
    match = _SCP_LIKE.match(text)
    if match and not Path(text).exists():
        host = text[: match.start("path") - 1].rpartition("@")[2]
        return Address(url=text, segments=(host, *_segments(match["path"])))
    return _local(Path(text))


def named(addresses: Iterable[Address]) -> dict[str, Address]:
    """The addresses by name; on a clash, later ones take more of their path into the name."""
    names: dict[str, Address] = {}
    for address in addresses:
        if any(address.url == other.url for other in names.values()):
            continue
        names[_unused_name(address, names)] = address
    return names


def _unused_name(address: Address, taken: dict[str, Address]) -> str:
    candidates = [address.short_name]
    candidates += ["/".join(address.segments[-n:]) for n in range(2, len(address.segments) + 1)]
    candidates.append(address.folder(address.short_name).removesuffix(".git"))
    return next(name for name in candidates if name not in taken)


def _from_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError as error:
        raise _refused(text, "it is not a valid URL") from error
    if parts.scheme not in PROTOCOLS:
        raise _refused(text, f"the protocol {parts.scheme or 'of it'} is not allowed")
    if parts.scheme == "file":
        if host not in ("", "localhost"):
            raise _refused(text, "a file URL names no host")
        return _local(Path(unquote(parts.path)))
    if not _HOST.match(host) or (parts.username or "").startswith("-"):
        raise _refused(text, "it names no valid host")
    location = parts.netloc.rpartition("@")[2]
    username = unquote(parts.username) if parts.username else None
    if parts.scheme == "ssh" and username:
        location = f"{quote(username)}@{location}"
    return Address(
        url=urlunsplit((parts.scheme, location, parts.path, parts.query, "")),
        segments=(host, *_segments(unquote(parts.path))),
        username=username if parts.scheme != "ssh" else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _local(path: Path) -> Address:
    # Symbolic links stay: a link that points elsewhere tomorrow is still the same repository.
    absolute = os.path.abspath(path.expanduser())  # noqa: PTH100
    segments = _segments(absolute)
    if len(segments) > 1 and segments[-1] == ".git":
        segments = segments[:-1]
    return Address(url=absolute, segments=segments or ("repository",), is_local=True)


def _segments(path: str) -> tuple[str, ...]:
    parts = [part for part in path.split("/") if part not in ("", ".", "~")]
    if parts and parts[-1] != ".git":
        parts[-1] = parts[-1].removesuffix(".git")
    return tuple(parts)


def _refused(text: str, why: str) -> GitError:
    return GitError(
        f"repository {without_credentials(text)!r} is refused: {why}",
        hint="give a path, an https://, http://, ssh:// or file:// URL, or user@host:path",
    )
