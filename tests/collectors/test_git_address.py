"""Which addresses are accepted, and what they are called."""

from pathlib import Path

import pytest

from collectors.git.address import named, parse
from collectors.git.errors import GitError, without_credentials


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        ("https://example.org/group/lib.git", "https://example.org/group/lib.git", "group/lib"),
        ("https://me:token@example.org:8443/lib", "https://example.org:8443/lib", "lib"),
        ("https://token@example.org/a/b/c.git/", "https://example.org/a/b/c.git/", "a/b/c"),
        ("http://[::1]:80/lib", "http://[::1]:80/lib", "lib"),
        ("ssh://git@example.org:22/~/lib.git", "ssh://git@example.org:22/~/lib.git", "lib"),
        ("ssh://git:secret@example.org/lib.git", "ssh://git@example.org/lib.git", "lib"),
        ("git@example.org:group/lib.git", "git@example.org:group/lib.git", "group/lib"),
        ("example.org:lib", "example.org:lib", "lib"),
        ("/srv/git/app.git", "/srv/git/app.git", "app"),
        ("/srv/git/app/.git", "/srv/git/app/.git", "app"),
        ("/srv/a::b", "/srv/a::b", "a::b"),
        ("file:///srv/git/my%20app.git", "/srv/git/my app.git", "my app"),
        ("file://localhost/srv/app", "/srv/app", "app"),
    ],
)
def test_accepted(text: str, url: str, name: str) -> None:
    address = parse(text)
    assert (address.url, address.short_name) == (url, name)
    assert "secret" not in repr(address)
    assert "token" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-x",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c id",
        "ext::https://example.org/x",
        "fd::7",
        "file::/srv/app",
        "::x",
        "git://example.org/x",
        "ftp://example.org/x",
        "javascript://x",
        "https://",
        "https:///path",
        "https://exa mple.org/x",
        "https://[::1/x",
        "ssh://-oProxyCommand=id/x",
        "ssh://-o@example.org/x",
        "file://example.org/srv/app",
        "https://example.org/a\nb",
        "a\0b",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(GitError, match="is refused") as caught:
        parse(text)
    assert "https://" in caught.value.hint


def test_hosts_that_look_like_options_are_paths_at_most() -> None:
    assert parse("a/-oProxyCommand=id:x").is_local
    assert parse("git@-oProxyCommand=id:x").is_local


def test_the_current_folder_is_named_after_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my-app").mkdir()
    monkeypatch.chdir(tmp_path / "my-app")
    assert parse(".").short_name == "my-app"


def test_names_are_unique_and_the_first_keeps_the_short_one() -> None:
    urls = [
        "https://a.example/x/lib.git",
        "https://b.example/x/lib.git",
        "/srv/lib",
        "/home/lib",
        "/srv/lib/.",
        "ssh://x/lib",
    ]
    assert list(named(map(parse, urls))) == [
        "x/lib",
        "b.example/x/lib",
        "lib",
        "home/lib",
        parse("ssh://x/lib").folder("lib")[:-4],
    ]


def test_folders_are_readable_and_safe() -> None:
    folder = parse("https://example.org/group/../../lib name.git").folder("group/../../lib name")
    assert folder.startswith("group-..-..-lib-name-")
    assert "/" not in folder


def test_credentials_are_taken_out_of_messages() -> None:
    message = "fatal: unable to access 'https://me:p%40ss@example.org/x/': https://t@h/y"
    assert without_credentials(message) == "fatal: unable to access 'https://example.org/x/': https://h/y"
