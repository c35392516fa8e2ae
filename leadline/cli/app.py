"""What the global options of one call say; commands get it with `@click.pass_obj`."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.config import Config


@dataclass
class App:
    """The global options, and the configuration they lead to."""

    config_path: Path | None = None
    """The file named by `--config`; None means: look for it upwards from the working directory."""
    overrides: dict[str, object] = field(default_factory=dict)
    """Values of `--set`, by dotted key."""
    quiet: bool = False
    verbose: bool = False

    @cached_property
    def config(self) -> "Config":
        """The configuration, loaded when a command first asks for it; a ConfigError lists its mistakes."""
        from leadline.config import load

        return load(self.config_path, self.overrides)
