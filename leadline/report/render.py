"""The digest as Markdown or as one HTML page that needs nothing else."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from leadline.report.digest import Digest

Form = Literal["md", "html"]

_MARKUP = re.compile(r"[\\`*\[\]<>|#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""What Markdown could take for markup; an underscore within a word is none."""

_ADDRESS = re.compile(r"https?://[^\s()<>\[\]\"'`|\\]+")

_SPARK_WIDTH, _SPARK_HEIGHT = 96.0, 22.0


def render(digest: Digest, form: Form) -> str:
    """Return the digest as text in the given form."""
    environment = Environment(
        loader=PackageLoader("leadline.report"),
        autoescape=select_autoescape(["html.jinja"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "figure": figure,
        "change": change,
        "signed": signed,
        "day": day,
        "cell": cell,
        "spark": spark,
        "span": span,
        "address": address,
    }
    return environment.get_template(f"digest.{form}.jinja").render(digest=digest)


def figure(value: float | None, unit: str = "") -> str:
    """Return a number as people read it: shares in percent, times in a fitting unit, whole numbers without decimals."""
    if value is None:
        return "–"
    if unit == "share":
        return _percent(f"{value:.0%}")
    if unit == "seconds":
        return span(value)
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"  # noqa: PLR2004 - three digits are enough


def span(seconds: float | None) -> str:
    """Return a length of time as people say it: 45 s, 12 min, 5.5 h, 3.2 days; a dash for none."""
    if seconds is None:
        return "–"
    for unit, length, below in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 2 * 86_400)):
        if seconds < below:
            return f"{seconds / length:.{int(unit == 'h')}f} {unit}"
    return f"{seconds / 86_400:.1f} days"


def address(url: object) -> str | None:
    """Return an address that can stand in a link of either form; None for what is none, or could break out of it."""
    return url if isinstance(url, str) and _ADDRESS.fullmatch(url) else None


def change(value: float | None, usual: float | None) -> str:
    """Return how far a value lies from what is usual, in percent; a dash where that cannot be said."""
    if value is None or not usual:
        return "–"
    return signed(value / usual - 1)


def signed(share: float | None) -> str:
    """Return a relative change as +12 % or −12 %; a dash for none."""
    return "–" if share is None else _percent(f"{share:+.0%}")


def _percent(text: str) -> str:
    return text.replace("%", " %").replace("-", "−")


def day(value: date | datetime | None) -> str:
    """Return a date as 2026-01-31, an instant with its minute; a dash for none."""
    if value is None:
        return "–"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else f"{value:%Y-%m-%d}"


def cell(value: object) -> str:
    """Return text that cannot break out of a cell of a Markdown table, nor become a link or markup in it."""
    text = " ".join(str(value).split())
    return _MARKUP.sub(r"\\\g<0>", text)


def spark(values: Sequence[float | None]) -> str:
    """Return the points of an SVG polyline through the values; missing ones are skipped."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line needs two points
        return ""
    low, high = min(known), max(known)
    step = _SPARK_WIDTH / (len(values) - 1)
    height = _SPARK_HEIGHT - 4
    return " ".join(
        f"{position * step:.1f},{_SPARK_HEIGHT - 2 - (value - low) / ((high - low) or 1) * height:.1f}"
        for position, value in enumerate(values)
        if value is not None
    )
