"""The bare clone of a repository: a cache that is made anew when it is broken."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from collectors.git.address import PROTOCOLS, Address
from collectors.git.errors import GitError, RepositoryUnreachable
from collectors.git.process import CommandError, Git, reaching_environment, reading_environment

_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_HELPER = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$LEADLINE_USERNAME" "$LEADLINE_PASSWORD"; }; f'
)
_FETCHING = (
    "gc.autoDetach=false",  # tidying up must not outlive the run
    "maintenance.autoDetach=false",
    "fetch.fsckObjects=false",  # nothing is ever checked out, and old histories are full of small faults
    "transfer.fsckObjects=false",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
)
_READING = (
    "core.quotePath=false",
    "core.attributesFile=/dev/null",
    "diff.renameLimit=1000",  # git's default since 2.34, also for older ones
    "log.mailmap=false",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
)
_FALLBACKS = ("refs/heads/main", "refs/heads/master", "refs/heads/trunk", "refs/heads/develop")


@dataclass(frozen=True)
class Refs:
    """The branches and tags of a repository, and which branch is the default one."""

    shas: Mapping[str, str]
    """Object id by full ref name."""
    head: str | None
    """Full name of the default branch; None for a repository without branches."""

    @property
    def head_sha(self) -> str | None:
        """The commit at the head of the default branch."""
        return self.shas[self.head] if self.head else None

    @property
    def default_branch(self) -> str | None:
        """Short name of the default branch."""
        return self.head.removeprefix("refs/heads/") if self.head else None

    @property
    def is_sha256(self) -> bool:
        """Whether object ids are SHA-256."""
        return any(len(sha) == 64 for sha in self.shas.values())  # noqa: PLR2004

    def digest(self, *more: object) -> str:
        """A short text that changes when a ref, the default branch, or `more` changes."""
        lines = [f"{name} {sha}" for name, sha in sorted(self.shas.items())]
        content = "\n".join([repr(more), self.head or "", *lines])
        return sha256(content.encode(errors="surrogateescape")).hexdigest()


class Clone:
    """The clone of one repository under `clones/`."""

    def __init__(self, address: Address, name: str, clones: Path, *, timeout_seconds: float) -> None:
        self.address = address
        self.directory = clones.resolve() / address.folder(name)
        self._remote = remote_git(address, name, timeout_seconds=timeout_seconds)
        self.git = Git(
            repository=name,
            environment=reading_environment(),
            timeout_seconds=timeout_seconds,
            directory=self.directory,
            settings=_READING,
            hint=f"if the repository is complete and sound (git fsck; not a partial clone), delete {self.directory} "
            "and collect again",
        )

    def announced(self) -> Refs:
        """The refs that the repository has now; one process, nothing is fetched."""
        return remote_refs(self._remote, self.address.url)

    def fetch(self, announced: Refs) -> None:
        """Bring the clone up to date; a missing, interrupted or broken one is made anew."""
        if (self.directory / "HEAD").exists():
            try:
                self._update(self.directory, announced)
            except CommandError as error:
                if error.timed_out:
                    raise
            else:
                return
        self._make(announced)

    def refs(self) -> Refs:
        """The refs of the clone; GitError when there is none yet."""
        if not (self.directory / "HEAD").exists():
            raise GitError(
                f"repository {self.git.repository}: there is no clone at {self.directory} yet",
                hint="collect it once with a connection",
            )
        lines = self.git.output("for-each-ref", "--format=%(objectname) %(HEAD)%(refname)", "refs/heads", "refs/tags")
        shas: dict[str, str] = {}
        head = None
        for line in lines.decode("utf-8", "surrogateescape").splitlines():
            sha, _, marked = line.partition(" ")
            name = marked[1:]
            shas[name] = sha
            if marked[0] == "*":
                head = name
        return Refs(shas, head)

    def _make(self, announced: Refs) -> None:
        fresh = self.directory.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.parent.mkdir(parents=True, exist_ok=True)
        if self.address.is_local and Path(self.address.url).is_dir():
            # Objects are hard links then: no second copy, and seconds instead of minutes.
            self._remote.output("clone", "--bare", "--quiet", "--template=", "--", self.address.url, str(fresh))
        else:
            algorithm = "sha256" if announced.is_sha256 else "sha1"
            self._remote.output(
                "init", "--bare", "--quiet", "--template=", f"--object-format={algorithm}", "--", str(fresh)
            )
        self._update(fresh, announced)
        shutil.rmtree(self.directory, ignore_errors=True)
        fresh.rename(self.directory)

    def _update(self, directory: Path, announced: Refs) -> None:
        complaints = self._remote.complaints(
            f"--git-dir={directory}",
            "fetch",
            "--quiet",
            "--prune",
            "--force",
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            self.address.url,
            *_REFSPECS,
        )
        if "shallow" in complaints or (directory / "shallow").exists():
            shutil.rmtree(directory, ignore_errors=True)
            raise GitError(
                f"repository {self.git.repository} ({self.address.url}) is a shallow clone: its history is cut off",
                hint=f"complete it with: git -C {self.address.url} fetch --unshallow",
            )
        head = announced.head or "refs/heads/main"
        self._remote.output(f"--git-dir={directory}", "symbolic-ref", "HEAD", head)


def remote_git(address: Address, name: str, *, timeout_seconds: float) -> Git:
    """The git program for talking to the repository; credentials go through the environment, never into arguments."""
    protocols = "file" if address.is_local else ":".join(p for p in PROTOCOLS if p != "file")
    environment = reaching_environment(protocols)
    settings: tuple[str, ...] = _FETCHING
    if address.password is not None or address.username is not None:
        environment |= {"LEADLINE_USERNAME": address.username or "", "LEADLINE_PASSWORD": address.password or ""}
        settings += ("credential.helper=", f"credential.helper={_HELPER}")
    return Git(
        repository=f"{name} ({address.url})",
        environment=environment,
        timeout_seconds=timeout_seconds,
        settings=settings,
    )


def remote_refs(git: Git, url: str) -> Refs:
    """The branches and tags a repository announces; RepositoryUnreachable when it does not answer."""
    try:
        listing = git.output("ls-remote", "--symref", "--", url)
    except CommandError as error:
        raise RepositoryUnreachable(str(error), hint=_advice(str(error), url)) from error
    shas: dict[str, str] = {}
    head = None
    for line in listing.decode("utf-8", "surrogateescape").splitlines():
        sha, _, name = line.partition("\t")
        if name == "HEAD" and sha.startswith("ref: "):
            head = sha.removeprefix("ref: ")
        elif name.startswith(("refs/heads/", "refs/tags/")) and not name.endswith("^{}"):
            shas[name] = sha
    return Refs(shas, head if head in shas else _likely_head(shas))


def _likely_head(shas: Mapping[str, str]) -> str | None:
    """The default branch of a repository whose HEAD names none, as with a detached one."""
    branches = sorted(name for name in shas if name.startswith("refs/heads/"))
    return next((name for name in (*_FALLBACKS, *branches) if name in shas), None)


def _advice(message: str, url: str) -> str:
    for sign, hint in _ADVICE.items():
        if sign in message:
            return hint.format(url=url)
    return "check the address, the network and the credentials (git ls-remote must work without asking)"


_ADVICE = {
    "dubious ownership": "it belongs to another user; if you trust it: git config --global --add safe.directory {url}",
    "not appear to be a git repository": "check the path: it must be a git repository or a bare one",
    "does not exist": "check the path or the URL",
    "not found": "check the URL, and that the credentials may see the repository",
    "took longer": "check the network and the server; the next run tries again",
    "could not read Username": "configure a credential helper, or use an ssh address",
    "Authentication failed": "check the credentials of the repository",
    "Permission denied": "check the ssh key and its agent: ssh must connect without asking",
}
