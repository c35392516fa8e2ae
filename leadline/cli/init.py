"""`leadline init`: the first configuration, filled from a repository."""

from pathlib import Path

import click

from leadline.cli.output import narrate
from leadline.errors import ConfigError


@click.command
@click.argument("path_or_url", default=".")
@click.option("--output", type=click.Path(path_type=Path), default="leadline.toml", help="File to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
def command(path_or_url: str, output: Path, *, force: bool) -> None:
    """Write a commented leadline.toml for the repository here, or the one at PATH_OR_URL.

    It names the repository as a source, guesses teams from CODEOWNERS, and offers its GitHub or GitLab project as a
    comment. Credentials of an address are left out.
    """
    from leadline.config.starter import starter
    from leadline.config.survey import machine_timezone, survey
    from leadline.redact import has_password

    if output.is_dir():
        output /= "leadline.toml"
    if output.exists() and not force:
        raise ConfigError(f"{output} exists already", hint="replace it with --force, or write another with --output")
    found = survey(path_or_url, output.absolute().parent)
    _write(output, starter(found, machine_timezone()))
    if has_password(path_or_url):
        narrate("the credentials of the address were left out; git's credential helper or an SSH key provides them")
    teams = f", {len(found.teams)} teams from CODEOWNERS" if found.teams else ""
    narrate(f"wrote {output}: repository {found.name}{teams}")
    if found.release_tags:
        narrate(f"releases are guessed from the tags: {found.release_tags.pattern}, see [deployments]")
    if found.remote:
        narrate(f"it is on {found.remote.host}: see the commented source for pull requests and issues")
    narrate("hint: next, `leadline run`")


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except UnicodeEncodeError:
        raise ConfigError(
            "the path of the repository is not valid UTF-8, which TOML cannot hold",
            hint="rename the folder, or give another path to it",
        ) from None
    except OSError as error:
        raise ConfigError(f"{output} cannot be written: {error.strerror}") from None
