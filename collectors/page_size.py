"""How many elements to ask a platform for at a time."""

from dataclasses import dataclass


@dataclass
class Size:
    """How many elements are asked for at a time: halved when they are too heavy, slowly more again."""

    most: int
    now: int = 0
    _well: int = 0

    def __post_init__(self) -> None:
        self.now = self.now or self.most

    def halve(self) -> None:
        """Ask for less."""
        self.now, self._well = max(self.now // 2, 1), 0

    def went_well(self) -> None:
        """Ask for more after some that went well."""
        self._well += 1
        if self._well >= 8 and self.now < self.most:  # noqa: PLR2004
            self.now, self._well = min(self.now * 2, self.most), 0
