"""Clones: made, brought up to date, made anew when broken; and what is said when that cannot be done."""

import base64
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from git_support import Repository, collected
from memory import Memory

from collectors.git import GitError, GitSource, RepositoryUnreachable, check, collect
from collectors.git.process import Git, reading_environment


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "clones"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "app")
    repository.commit("first", {"a": "a\n"})
    return repository


def failures(clones: Path, *repositories: Path | str, **options: object) -> tuple[Memory, list[GitError]]:
    memory = Memory()
    with pytest.raises(ExceptionGroup, match="repositories of local failed") as caught:
        collected(clones, *repositories, into=memory, **options)
    return memory, list(caught.value.exceptions)


def only_failure(clones: Path, repository: Path | str, **options: object) -> GitError:
    return failures(clones, repository, **options)[1][0]


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_sha256(tmp_path: Path, clones: Path) -> None:
    repository = Repository(tmp_path / "app", "--object-format=sha256")
    assert collected(clones, f"file://{repository.path}").table("commits").is_empty()
    sha = repository.commit("first", {"a": "a\nb\n"})
    repository.git("tag", "-a", "-m", "one", "v1")
    memory = collected(clones, f"file://{repository.path}")
    assert len(sha) == 64
    assert memory.table("commits")["sha"].to_list() == [sha]
    assert memory.table("head_files")["lines"].to_list() == [2]
    assert memory.table("tags")["sha"].to_list() == [sha]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_shallow_clone_is_refused(repository: Repository, tmp_path: Path, clones: Path, prefix: str) -> None:
    repository.commit("second")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repository.path}", str(shallow)], check=True)
    error = only_failure(clones, f"{prefix}{shallow}")
    assert "shallow" in str(error)
    assert "fetch --unshallow" in error.hint
    subprocess.run(["git", "-C", str(shallow), "fetch", "-q", "--unshallow"], check=True)
    assert collected(clones, shallow).table("commits").height == 2


def test_one_failing_repository_does_not_stop_the_others(repository: Repository, tmp_path: Path, clones: Path) -> None:
    (tmp_path / "plain").mkdir()
    memory, errors = failures(clones, tmp_path / "missing", "ext::sh -c id", repository.path, tmp_path / "plain")
    assert memory.table("commits").height == 1
    assert [type(error) for error in errors] == [GitError, RepositoryUnreachable, RepositoryUnreachable]
    assert "transport helpers" in str(errors[0])
    assert str(tmp_path / "missing") in str(errors[1])
    assert "path" in errors[1].hint
    assert str(tmp_path / "plain") in str(errors[2])


@pytest.mark.parametrize("damage", ["objects", "HEAD", "refs", "lock", "everything"])
def test_a_broken_clone_is_made_anew(repository: Repository, clones: Path, damage: str) -> None:
    memory = collected(clones, repository.path)
    (clone,) = clones.iterdir()
    repository.commit("second", {"b": "b\n"})
    match damage:
        case "objects":
            shutil.rmtree(clone / "objects")
        case "HEAD":
            (clone / "HEAD").write_text("nonsense\n")
        case "refs":
            (clone / "packed-refs").write_bytes(b"\xff\xfe nonsense\n")
        case "lock":
            (clone / "refs" / "heads" / "main.lock").write_text("")
        case _:
            shutil.rmtree(clone)
    clone.with_suffix(".new").mkdir(parents=True)
    (clone.with_suffix(".new") / "interrupted").write_text("")
    collected(clones, repository.path, into=memory)
    assert memory.table("commits").height == 2
    assert [path.name for path in clones.iterdir()] == [clone.name]


def test_a_missing_object_is_an_error_that_names_it(repository: Repository, tmp_path: Path, clones: Path) -> None:
    text = "".join(f"{n}\n" for n in range(100))
    repository.commit("second", {"a": text})
    repository.commit("third", {"a": text + "more\n", "b": "b\n"})
    blob = repository.git("rev-parse", "HEAD~1:a")
    collected(clones, repository.path, line_counts=False)
    (clone,) = clones.iterdir()
    (clone / "objects" / blob[:2] / blob[2:]).unlink()
    memory = Memory()
    with pytest.RaisesGroup(GitError) as caught:
        collected(clones, repository.path, into=memory, offline=True)
    error = caught.value.exceptions[0]
    assert blob in str(error)
    assert "app" in str(error)
    assert str(clone) in error.hint
    assert memory.table("commits")["additions"].null_count() == 3

    (repository.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert blob in str(only_failure(tmp_path / "other", f"file://{repository.path}"))


def test_refused_credentials(clones: Path) -> None:
    seen: list[str] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with served(Refusing) as host:
        error = only_failure(clones, f"http://user:s3cret@{host}/group/lib.git")
    assert isinstance(error, RepositoryUnreachable)
    assert "Basic " + base64.b64encode(b"user:s3cret").decode() in seen
    assert "s3cret" not in f"{error!r} {error} {error.hint}"
    assert "credentials" in error.hint


def test_credentials_are_used_but_never_kept(repository: Repository, tmp_path: Path, clones: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", str(repository.path), str(tmp_path / "lib.git")], check=True)
    subprocess.run(["git", "-C", str(tmp_path / "lib.git"), "update-server-info"], check=True)

    class Guarded(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            if self.headers.get("Authorization") == "Basic " + base64.b64encode(b"user:s3cret").decode():
                return super().do_GET()
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
            return None

        def log_message(self, *arguments: object) -> None:
            pass

    with served(Guarded) as host:
        memory = collected(clones, f"http://user:s3cret@{host}/lib.git")
        findings = list(check(GitSource("local", (f"http://user:s3cret@{host}/lib.git",))))
    assert memory.table("commits").height == 1
    assert memory.table("repositories")["url"].to_list() == [f"http://{host}/lib.git"]
    assert [finding.ok for finding in findings] == [True, True]
    assert "s3cret" not in repr(findings)
    for file in clones.rglob("*"):
        assert not file.is_file() or b"s3cret" not in file.read_bytes()


def test_a_source_that_hangs_is_given_up(clones: Path) -> None:
    released = threading.Event()

    class Hanging(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            released.wait(20)

        def log_message(self, *arguments: object) -> None:
            pass

    with served(Hanging) as host:
        started = time.monotonic()
        error = only_failure(clones, f"http://{host}/lib.git", timeout_seconds=0.5)
        assert time.monotonic() - started < 10
        released.set()
    assert isinstance(error, RepositoryUnreachable)
    assert "longer than 0.5 s" in str(error)


def test_closing_ends_the_threads(repository: Repository, clones: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.git.reading._SMALLEST_CHUNK", 1)
    monkeypatch.setattr("collectors.git.reading._PAGE", 1)
    for n in range(20):
        repository.commit(str(n))
    pages = collect(GitSource("local", (str(repository.path),)), Memory(), clones=clones)
    next(iter(pages))
    pages.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("git")]


def test_stopped_processes_take_their_children_along(repository: Repository) -> None:
    git = Git("app", reading_environment(), 60.0, settings=("alias.wait=!sleep 60 & sleep 60",))
    failed: list[GitError] = []

    def wait() -> None:
        try:
            git.output("wait")
        except GitError as error:
            failed.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.5)
    git.stop()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert len(failed) == 1


def test_settings_of_the_surroundings_do_not_matter(
    repository: Repository, tmp_path: Path, clones: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("mv", "a", "b")
    repository.commit("renamed")
    plain = collected(clones, repository.path).everything()
    config = tmp_path / "gitconfig"
    config.write_text(
        "[diff]\n\trenames = false\n\tnoprefix = true\n\trelative = true\n"
        "[log]\n\tshowSignature = true\n\tfollow = true\n"
        "[core]\n\tquotePath = true\n\thooksPath = /nowhere\n[color]\n\tui = always\n[format]\n\tpretty = oneline\n"
        "[i18n]\n\tlogOutputEncoding = latin1\n[fetch]\n\tfsckObjects = true\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert collected(tmp_path / "again", repository.path).everything() == plain


def test_check_says_what_stands_in_the_way(repository: Repository, tmp_path: Path) -> None:
    source = GitSource("local", (str(repository.path), str(tmp_path / "missing"), "-x", "git://example.org/x"))
    git, good, missing, option, protocol = check(source)
    assert git.ok
    assert git.detail.startswith("git version")
    assert (good.name, good.ok, good.hint) == ("app", True, None)
    assert "1 branches, 0 tags" in good.detail
    assert [finding.ok for finding in (missing, option, protocol)] == [False] * 3
    assert all(finding.hint for finding in (missing, option, protocol))


def test_git_is_not_installed(repository: Repository, clones: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clones))
    (finding,) = check(GitSource("local", (str(repository.path),)))
    assert not finding.ok
    assert "install git" in str(finding.hint)
