"""What the server tells the pages: where the data is, how to call it, in which zone to show time.

Streamlit runs `dashboards.app` as a script, so it is told through the environment.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

_DIRECTORY = "LEADLINE_DASHBOARDS_DIRECTORY"
_NAME = "LEADLINE_DASHBOARDS_NAME"
_ZONE = "LEADLINE_DASHBOARDS_ZONE"


@dataclass(frozen=True)
class Settings:
    """Folder of the data, name of what is measured, reporting zone."""

    directory: Path
    name: str = "leadline"
    zone: str = "UTC"

    @property
    def tz(self) -> ZoneInfo:
        """The reporting zone; raises zoneinfo.ZoneInfoNotFoundError for a name that is none."""
        return ZoneInfo(self.zone)

    def announce(self) -> None:
        """Put the settings where the pages of this process find them."""
        os.environ.update({_DIRECTORY: str(self.directory), _NAME: self.name, _ZONE: self.zone})


def current() -> Settings:
    """The settings of this process; without a server the data is looked for in `leadline-data`."""
    return Settings(
        directory=Path(os.environ.get(_DIRECTORY, "leadline-data")).absolute(),
        name=os.environ.get(_NAME, "leadline"),
        zone=os.environ.get(_ZONE, "UTC"),
    )
