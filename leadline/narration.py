"""How a run tells what happens: in sentences for people, or as facts for programs."""

from typing import Protocol


class Say(Protocol):
    """How a run tells what happens; a problem is to be heard even where nothing else is."""

    def __call__(
        self, text: str, *, detail: bool = False, problem: bool = False, event: str = "told", **facts: object
    ) -> None:
        """Say one thing: `text` for people, a `detail` only where they asked for it; event and facts for programs."""
        ...
