"""A small company's repository: two years of history, made in a moment and the same every time."""

import random
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

PEOPLE = (
    ("Ana Ruiz", "ana@acme.example"),
    ("Ana Ruiz", "ana.ruiz@home.example"),
    ("Ben Østergård", "ben@acme.example"),
    ("Chloé Martin", "chloe@acme.example"),
    ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
)
FOLDERS = ("api", "billing", "search", "web")
FILES = tuple(f"{folder}/part_{number}.py" for folder in FOLDERS for number in range(8))


@dataclass
class World:
    """A bare repository at `path` that grows by `grow`."""

    path: Path
    commits: int = 0
    tags: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", self.path], check=True)

    def grow(self, count: int, *, until: datetime | None = None, days: float = 730) -> None:
        """Add commits on `main`, evenly spread over so many days before `until`, with a tag every 40th."""
        until = until or datetime.now(UTC)
        start = "from refs/heads/main^0\n" if self.commits else ""
        script = ""
        for place in range(count):
            script += self._commit(
                until - timedelta(days=days) * (count - place - 1) / count, start if place == 0 else ""
            )
        self._import(script)

    def tidy(self, at: datetime) -> None:
        """Remove the first file and rename the second one, in one commit."""
        stamp = f"{PEOPLE[2][0]} <{PEOPLE[2][1]}> {at.timestamp():.0f} +0100\n"
        text = f"commit refs/heads/main\nauthor {stamp}committer {stamp}data 4\nTidy\nfrom refs/heads/main^0\n"
        first, second = sorted(self.lines)[:2]
        self._import(f"{text}D {first}\nR {second} {second}.old\n\n")
        self.commits += 1

    def _import(self, script: str) -> None:
        command = ["git", "-C", str(self.path), "fast-import", "--quiet", "--force"]
        subprocess.run(command, input=script.encode(), check=True)

    def _commit(self, at: datetime, start: str) -> str:
        name, email = self.chance.choice(PEOPLE)
        stamp = f"{name} <{email}> {at.timestamp():.0f} +0100\n"
        message = f"Change {self.commits}"
        text = f"commit refs/heads/main\nauthor {stamp}committer {stamp}data {len(message)}\n{message}\n{start}"
        for path in self.chance.sample(FILES, k=self.chance.randint(1, 3)):
            self.lines[path] = self.lines.get(path, 0) + self.chance.randint(1, 9)
            content = "".join(f"{path} line {number}\n" for number in range(self.lines[path]))
            text += f"M 100644 inline {path}\ndata {len(content)}\n{content}\n"
        self.commits += 1
        if self.commits % 40 == 0:
            self.tags += 1
            text += f"\nreset refs/tags/v1.{self.tags}\nfrom refs/heads/main\n"
        return text + "\n"
