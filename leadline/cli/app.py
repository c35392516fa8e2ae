"""What the global options of one call say; commands get it with `@click.pass_obj`."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from leadline.config import Config


@dataclass
class App:
    """The global options, and the configuration they lead to."""

    config_path: Path | None = None
    """The file named by `--config`; None means: look for it upwards from the working directory."""
    overrides: dict[str, object] = field(default_factory=dict)
    """Values of `--set`, by dotted key."""
    as_of: "date | datetime | None" = None
    """What `--as-of` names: everything is read as it could be known then."""
    anew: bool = False
    """Whether that is made again, even where nothing was collected since."""
    quiet: bool = False
    verbose: bool = False

    @cached_property
    def config(self) -> "Config":
        """The configuration, loaded when a command first asks for it; a ConfigError lists its mistakes.

        With `as_of` it is over the folder in which everything is told as of then, which is made where it has to be.
        """
        from leadline.config import load

        found = load(self.config_path, self.overrides)
        if self.as_of is None:
            return found
        from leadline import batch
        from leadline.cli.output import narrate

        return batch.as_known(found, self.as_of, narrate, anew=self.anew)
