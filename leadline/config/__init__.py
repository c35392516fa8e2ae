"""The configuration: `leadline.toml`, the environment and the command line as one frozen object."""

from leadline.config.loading import FILE_NAME, find, load
from leadline.config.model import Config
from leadline.config.people import named_people
from leadline.config.sources import GitHubSource, GitLabSource, GitSource, JiraSource, Source
from leadline.config.teams import Member, Service, Team

__all__ = [
    "FILE_NAME",
    "Config",
    "GitHubSource",
    "GitLabSource",
    "GitSource",
    "JiraSource",
    "Member",
    "Service",
    "Source",
    "Team",
    "find",
    "load",
    "named_people",
]
