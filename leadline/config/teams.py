"""Who works together and what they own: teams, their members, services."""

from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from leadline.config.types import PathGlob, RepositoryGlob, RepositoryPathGlob, Section, Text, Unique


class Member(Section):
    """A member of a team; written as plain text, or as a table where the membership has a start or an end."""

    id: Text = Field(examples=["ana@acme.example", "github:ana-dev", "Ana Doe <ana@acme.example>"])
    """Any identity of the person."""
    start: date | None = Field(None, alias="from", examples=[date(2026, 1, 1)])
    """First day in the team."""
    end: date | None = Field(None, alias="to", examples=[date(2026, 6, 30)])
    """Last day in the team."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f'the membership of "{self.id}" ends before it starts')
        return self


def _member(value: object) -> object:
    if not isinstance(value, str | dict | Member):
        raise ValueError(f"expected an identity as text, or a table with id, from and to, got {value}")
    return {"id": value} if isinstance(value, str) else value


class Team(Section):
    """A team: its people, and what it owns."""

    name: Text = Field(examples=["Payments"])
    """Name of the team."""
    parent: Text | None = Field(default=None, examples=["Platform"])
    """Name of the team it is part of."""
    members: tuple[Annotated[Member, BeforeValidator(_member, json_schema_input_type=Text | Member)], ...] = Field(
        default=(), examples=[["ana@acme.example", "github:ana-dev"]]
    )
    """Any identity of each person, or `{ id = "…", from = 2026-01-01, to = 2026-06-30 }` with dates."""
    repositories: Annotated[tuple[RepositoryGlob, ...], Unique] = Field(default=(), examples=[["acme/app"]])
    """Repositories it owns, globs allowed."""
    paths: Annotated[tuple[RepositoryPathGlob, ...], Unique] = Field(
        default=(), examples=[["acme/mono:services/payments/**"]]
    )
    """Parts of repositories, as `repository:pattern` from its top; `*` stays in a folder, `**` crosses folders."""
    ticket_projects: Annotated[tuple[Text, ...], Unique] = Field(default=(), examples=[["APP"]])
    """Ticket projects it owns."""


class Service(Section):
    """A deployable part of a repository; by default each repository is one."""

    name: Text = Field(examples=["payments"])
    """Name of the service."""
    repository: RepositoryGlob = Field(examples=["acme/mono"])
    """The repository it lives in."""
    paths: Annotated[tuple[PathGlob, ...], Unique] = Field(default=(), examples=[["services/payments/**"]])
    """The part of the repository it is built from, as patterns from its top; empty means all of it."""
