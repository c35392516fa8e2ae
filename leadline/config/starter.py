"""The first `leadline.toml`: filled from what a repository says, with every other setting as a comment."""

import re
from pathlib import Path

from leadline.config.survey import Survey


def starter(survey: Survey, timezone: str) -> str:
    """The text of a configuration that loads as it stands, and also with every commented setting uncommented.

    Settings are commented with `#` alone, explanations with `# `.
    """
    import tomlkit
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701 - this is TOML; every value passes through the filter `toml`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["toml"] = lambda value: tomlkit.item(value).as_string()
    environment.filters["comment"] = lambda value: re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", value)
    offered = survey.remote
    return environment.get_template("leadline.toml.j2").render(
        survey=survey,
        timezone=timezone,
        repository=_as_glob(survey.name),
        github=offered if offered and offered.kind == "github" else None,
        gitlab=offered if offered and offered.kind == "gitlab" else None,
        example_team=_unused("Payments", survey),
        parent_team=_unused("Platform", survey),
    )


def _as_glob(name: str) -> str:
    """The name as a pattern that means it; any repository where the name cannot be written as one."""
    return "*" if re.search(r"[:*?\[\]\\\x00-\x1f]|^[\s/]|[\s/]$|//", name) or name == "" else name


def _unused(name: str, survey: Survey) -> str:
    taken = {team.casefold() for team in survey.teams}
    return name if name.casefold() not in taken else f"{name} (example)"
