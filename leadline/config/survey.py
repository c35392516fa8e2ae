"""What a repository says about itself: name, default branch, remote, the teams of CODEOWNERS, its release tags."""

import os
import re
import subprocess
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from leadline.config.release_tags import ReleaseTags, guess
from leadline.config.types import git_repository, is_remote, path_glob
from leadline.errors import ConfigError
from leadline.redact import without_credentials

_SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
_OF_ANOTHER = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"}
_EVERYTHING = {"*", "**", "/*", "/**", "/"}


@dataclass(frozen=True)
class Remote:
    """A repository on GitHub or GitLab."""

    kind: str
    """`github` or `gitlab`."""
    host: str
    path: str
    """`owner/name`."""


@dataclass(frozen=True)
class Owned:
    """What a team owns of a repository, as CODEOWNERS says."""

    everything: bool = False
    """Whether it owns what no other rule gives away."""
    patterns: tuple[str, ...] = ()
    """Patterns of paths from the top of the repository."""


@dataclass(frozen=True)
class Survey:
    """What is known about the repository that a configuration is written for."""

    name: str
    """How its source will call it: the folder of a local one, the path of a remote one."""
    repository: str
    """Its path, or its address without credentials."""
    default_branch: str | None = None
    remote: Remote | None = None
    teams: Mapping[str, Owned] = field(default_factory=dict)
    """The teams that CODEOWNERS names."""
    release_tags: ReleaseTags | None = None
    """Which tags are releases, where the default does not tell."""


def survey(path_or_url: str, folder: Path) -> Survey:
    """What can be seen of a repository without a network; `folder` will hold the configuration.

    Raises ConfigError where there is no repository, or its address cannot be used.
    """
    if is_remote(path_or_url) and not Path(path_or_url).exists():
        return _of_address(path_or_url)
    path = Path(path_or_url)
    if not path.exists():
        raise ConfigError(f"{path} does not exist", hint="give the path or the URL of a git repository")
    top = _top(path)
    url = _git(top, "remote", "get-url", "origin") or _git(top, "remote", "get-url", _first_remote(top))
    return Survey(
        name=_without_suffix(top.name) or "repository",
        repository=_written(top, folder.resolve()),
        default_branch=_default_branch(top),
        remote=remote_of(url) if url else None,
        teams=_teams(top),
        release_tags=guess(_tags(top)),
    )


def machine_timezone() -> str:
    """The machine's IANA time zone; UTC where it does not tell."""
    link = Path("/etc/localtime")
    linked = str(link.resolve()).partition("zoneinfo/")[2] if link.is_symlink() else ""
    return next(filter(_is_timezone, (os.environ.get("TZ", "").removeprefix(":"), linked)), "UTC")


def _is_timezone(name: str) -> bool:
    try:
        return bool(name) and bool(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False


def remote_of(url: str) -> Remote | None:
    """The GitHub or GitLab repository that an address belongs to, or None."""
    found = re.fullmatch(
        r"(?:(?:https?|ssh|git)://(?:[^/@]*@)?([\w.-]+)(?::\d+)?/|(?:[\w.-]+@)?([\w.-]+):)([\w.~-]+(?:/[\w.-]+)+)",
        _without_suffix(url.rstrip("/")),
    )
    if not found:
        return None
    host = (found[1] or found[2]).lower()
    kind = next((kind for kind in ("github", "gitlab") if kind in host), None)
    return Remote(kind, host, found[3]) if kind and (kind == "gitlab" or found[3].count("/") == 1) else None


def codeowner_teams(text: str) -> dict[str, Owned]:
    """The teams (`@organisation/team`) of a CODEOWNERS file, and what each of them owns; other owners are left out."""
    from collectors.git.owners import rules

    everything: list[str] = []
    patterns: dict[str, dict[str, None]] = {}
    for _, written, named in rules(text).iter_rows():
        if written.startswith("!"):  # CODEOWNERS knows no exceptions
            continue
        owners = re.findall(r"@[\w.-]+(?:/[\w.-]+)+", named)
        pattern = _from_top(re.sub(r"\\(.)", r"\1", written))
        for owner in owners:
            patterns.setdefault(owner, {})
            if written not in _EVERYTHING and _is_pattern(pattern):
                patterns[owner][pattern] = None
        if written in _EVERYTHING:
            everything = owners
    return {name: Owned(owner in everything, tuple(patterns[owner])) for owner, name in _names(list(patterns)).items()}


def _names(owners: list[str]) -> dict[str, str]:
    """The short name of each team; its full one where two short names are alike."""
    short = [owner.rpartition("/")[2].casefold() for owner in owners]
    return {
        owner: owner.rpartition("/")[2] if short.count(name) == 1 else owner.removeprefix("@")
        for owner, name in zip(owners, short, strict=True)
    }


def _from_top(pattern: str) -> str:
    """A pattern of CODEOWNERS, which may mean any depth, as one that starts at the top of the repository."""
    anchored = "/" in pattern.rstrip("/")
    path = pattern.strip("/") + ("/**" if pattern.endswith("/") else "")
    return path if anchored or path.startswith("**/") else f"**/{path}"


def _is_pattern(pattern: str) -> bool:
    try:
        return bool(path_glob(pattern))
    except ValueError:
        return False


def _of_address(url: str) -> Survey:
    address = without_credentials(url)
    try:
        git_repository(address)
    except ValueError as error:
        raise ConfigError(str(error), hint="give a path, an https, http, ssh or file URL, or user@host:path") from None
    path = unquote(re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*|^[^/:]+:", "", address))
    segments = _without_suffix(path.strip("/")).split("/")
    name = segments[-1] if address.startswith("file:") else "/".join(segments)
    return Survey(name=name or "repository", repository=address, remote=remote_of(address))


def _top(path: Path) -> Path:
    """The top folder of the repository around a path, or the repository itself where it is bare."""
    start = path if path.is_dir() else path.parent
    top = _git(start, "rev-parse", "--show-toplevel") or _git(start, "rev-parse", "--absolute-git-dir")
    if top:
        return Path(top)
    why = _run(start, "rev-parse", "--absolute-git-dir").stderr.decode(errors="replace").strip().splitlines()
    raise ConfigError(
        f"{path.resolve()} cannot be used: {(why or ['git found no repository'])[0].removeprefix('fatal: ')}",
        hint="run it inside a git repository, or give the path or URL of one: leadline init PATH_OR_URL",
    )


def _written(top: Path, folder: Path) -> str:
    """The path as the configuration holds it: relative where the repository is below its folder."""
    if top == folder:
        return "."
    return f"./{top.relative_to(folder)}" if top.is_relative_to(folder) else str(top)


def _default_branch(top: Path) -> str | None:
    remote_head = _git(top, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return remote_head.partition("/")[2] if remote_head else _git(top, "symbolic-ref", "--short", "HEAD")


def _first_remote(top: Path) -> str:
    return (_git(top, "remote") or "origin").splitlines()[0]


def _teams(top: Path) -> dict[str, Owned]:
    from collectors.git.owners import PLACES

    for path in PLACES:
        text = _git(top, "show", f"HEAD:{path}")
        if text is not None:
            return codeowner_teams(text)
    return {}


def _tags(top: Path) -> list[str]:
    names = (_git(top, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags") or "").splitlines()
    return [name for name in names if name.isprintable()]


def _without_suffix(path: str) -> str:
    return re.sub(r"/?\.git$", "", path)


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers, without the last newline; None where it refuses."""
    done = _run(folder, *arguments)
    return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n") if done.returncode == 0 else None


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *_SAFE, "-C", folder, *arguments],
            capture_output=True,
            check=False,
            # Called from a hook, git would take the hook's repository for the one that is asked about.
            env={name: value for name, value in os.environ.items() if name not in _OF_ANOTHER},
        )
    except FileNotFoundError:
        raise ConfigError("the program git is not installed", hint="install git, then run it again") from None
