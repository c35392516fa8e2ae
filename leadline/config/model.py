"""The configuration: every section of `leadline.toml` as a frozen model with its defaults."""

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, PrivateAttr, model_validator

from leadline.config.origins import Key, Origin, nearest
from leadline.config.sources import Source
from leadline.config.teams import Service, Team
from leadline.config.types import (
    Count,
    FilePath,
    Flag,
    Hours,
    Positive,
    Regex,
    Section,
    Several,
    Some,
    Text,
    TimeZone,
    Unique,
    absolute,
    is_remote,
    opening_hours,
)

Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
Rung = Literal["deployment", "ci_run", "release", "tag", "merge"]


class Leadline(Section):
    """What the report is about."""

    name: Text = Field(default="leadline", examples=["Acme platform"])
    """Name shown on dashboards and reports."""
    timezone: TimeZone = Field(default="UTC", examples=["Europe/Berlin"])
    """The reporting zone: which day and week an instant belongs to."""


class Calendar(Section):
    """The working clock, shown beside the calendar clock."""

    workdays: Annotated[tuple[Weekday, ...], Some, Unique] = ("Mon", "Tue", "Wed", "Thu", "Fri")
    """Days of the week that are worked."""
    hours: Hours = "09:00-17:30"
    """Working hours in the reporting zone."""
    holidays: tuple[date, ...] = Field(default=(), examples=[[date(2026, 12, 25)]])
    """Days that are not worked."""

    @property
    def opens(self) -> time:
        """Start of the working day."""
        return opening_hours(self.hours)[0]

    @property
    def closes(self) -> time:
        """End of the working day; 24:00 is the last microsecond of the day."""
        return opening_hours(self.hours)[1]

    @property
    def worked(self) -> tuple[int, ...]:
        """The days of the week that are worked, Monday is 0."""
        return tuple(get_args(Weekday).index(day) for day in self.workdays)


class Warehouse(Section):
    """Where the data is kept."""

    path: FilePath = "leadline-data"
    """Folder of the data, relative to the configuration file; clones and raw answers are kept there too."""
    keep_payloads: Flag = True
    """Whether to archive raw answers, so that `leadline rebuild` needs no API call."""
    retention_days: Count = 0
    """Forget what is older than this; 0 keeps everything."""


class Identities(Section):
    """What the matcher of identities cannot know."""

    merge: tuple[Annotated[tuple[Text, ...], Several], ...] = Field(
        default=(), examples=[[["ana@acme.example", "ana@home.example"]]]
    )
    """Groups of identities that are one person."""
    not_same: tuple[Annotated[tuple[Text, ...], Several], ...] = Field(
        default=(), examples=[[["J. Smith <js@acme.example>", "J. Smith <jsm@acme.example>"]]]
    )
    """Groups of identities that are different people, though they look alike."""
    bots: Annotated[tuple[Text, ...], Unique] = Field(default=(), examples=[["release-train"]])
    """Accounts and names that are programs."""


class Deployments(Section):
    """Where production deployments are found."""

    rungs: Annotated[tuple[Rung, ...], Some, Unique] = (
        "deployment",
        "ci_run",
        "release",
        "tag",
        "merge",
    )
    """Where to look, in this order; the first that has any wins."""
    environment: Regex = "^prod"
    """Regular expression: which environments are production."""
    ci_run: Regex = "deploy"
    """Regular expression: which CI runs deploy."""
    tag: Regex = r"^v?\d+\.\d+"
    """Regular expression: which tags are releases."""


class TicketRule(Section):
    """Which tickets are meant: those of one of the types, or with one of the labels."""

    type: tuple[Text, ...] = Field(default=(), examples=[["Bug"]])
    """Types of tickets."""
    labels: tuple[Text, ...] = Field(default=(), examples=[["bug"]])
    """Labels of tickets or pull requests."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.type or self.labels):
            raise ValueError("expected at least one type or label")
        return self


class Incidents(Section):
    """Which tickets are incidents."""

    tickets: TicketRule = TicketRule(type=("Incident",), labels=("incident", "sev1"))
    """Types and labels that make a ticket an incident."""


Need = Literal["assignee", "estimate", "description", "parent", "due_date"]


class Readiness(Section):
    """What a ticket should have before work on it begins."""

    needs: Annotated[tuple[Need, ...], Unique] = ("assignee",)
    """A ticket without one of them is not ready; empty asks for nothing."""


class Privacy(Section):
    """Who sees figures about single people, and how small a group may be."""

    people: Literal["off", "self", "leads"] = "self"
    """Who sees person-level figures: nobody, each person their own, or leads too."""
    minimum_group: Positive = 4
    """A figure about fewer people than this is suppressed."""


INVESTMENT = {
    "feature": TicketRule(type=("Story", "Feature"), labels=("enhancement",)),
    "bug": TicketRule(type=("Bug",), labels=("bug",)),
    "debt": TicketRule(labels=("tech-debt", "refactor")),
    "keep_the_lights_on": TicketRule(labels=("ops", "dependencies")),
}
"""The kinds of work that are told apart unless the configuration names its own."""


class Config(Section):
    """The whole configuration as it is in effect: defaults, file, environment and command line together."""

    leadline: Leadline = Leadline()
    """What the report is about."""
    calendar: Calendar = Calendar()
    """The working clock, shown beside the calendar clock."""
    warehouse: Warehouse = Warehouse()
    """Where the data is kept."""
    source: Annotated[tuple[Source, ...], Some]
    """Where data comes from; at least one."""
    team: tuple[Team, ...] = ()
    """Teams: their people, and what they own."""
    service: tuple[Service, ...] = ()
    """Deployable parts of repositories; by default each repository is one."""
    identities: Identities = Identities()
    """What the matcher of identities cannot know."""
    deployments: Deployments = Deployments()
    """Where production deployments are found."""
    incidents: Incidents = Incidents()
    """Which tickets are incidents."""
    readiness: Readiness = Readiness()
    """What a ticket should have before work on it begins."""
    investment: Mapping[Text, TicketRule] = INVESTMENT
    """Kinds of work, each with the tickets it takes; the first match wins, the rest is "unclassified"."""
    privacy: Privacy = Privacy()
    """Who sees figures about single people, and how small a group may be."""

    _path: Path = PrivateAttr(default_factory=lambda: Path("leadline.toml").absolute())
    _origins: Mapping[Key, Origin] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any) -> None:
        """Keep where the configuration was read from."""
        if context:
            self._path, self._origins = context["path"], context["origins"]

    @property
    def path(self) -> Path:
        """The file it was read from."""
        return self._path

    @property
    def root(self) -> Path:
        """The folder of the file; relative paths start here."""
        return self._path.parent

    @property
    def directory(self) -> Path:
        """The folder of the warehouse."""
        return Path(self.locate(self.warehouse.path))

    def locate(self, repository: str) -> str:
        """A path of the configuration as an absolute one; the address of a remote repository as it is."""
        if is_remote(repository):
            return repository
        return absolute(repository, self.root)

    def origin(self, *key: str | int) -> Origin:
        """Where the value of a key comes from, such as `origin("source", 0, "name")`."""
        return nearest(self._origins, key) or Origin("default")

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of `leadline.toml`, for editors that complete and check it."""
        schema = cls.model_json_schema()
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "leadline.toml"}
