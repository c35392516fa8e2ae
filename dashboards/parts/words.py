"""Numbers, times and names as people read them."""

from datetime import UTC, date, datetime

from dashboards import settings

MISSING = "–"

MINUS = "\N{MINUS SIGN}"

LARGE = 100
"""From here on, digits behind the point say nothing."""

_SHOWN_UNITS = {"days", "months", "per week"}

_STEPS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def number(value: float | None, unit: str = "count") -> str:
    """A value in its unit: `1,234`, `12 %`, `3.5 days`; a dash where it is not known."""
    if value is None:
        return MISSING
    if unit == "share":
        return share(value)
    if float(value).is_integer() or abs(value) >= LARGE:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"
    return f"{text} {unit}" if unit in _SHOWN_UNITS else text


def share(value: float | None) -> str:
    """A share as a percentage: `12 %`, with one digit below 10 %."""
    if value is None:
        return MISSING
    percent = 100 * value
    return f"{percent:.1f} %" if 0 < abs(percent) < 9.95 else f"{percent:.0f} %"  # noqa: PLR2004 - two digits


def change(value: float, digits: int = 0, unit: str = "%") -> str:
    """A difference in hundredths with its sign, a proper minus: `+311 %`, `−5 %`, `−1.5 points`, `0 %`."""
    text = f"{100 * value:+,.{digits}f}"
    return f"{text.lstrip('+-') if float(text.replace(',', '')) == 0 else text.replace('-', MINUS)} {unit}"


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 file`, `2,345 files`."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def instant(value: datetime | None) -> str:
    """A UTC instant in the reporting zone: `23 Nov 2026, 18:03 UTC`."""
    if value is None:
        return MISSING
    local = value.replace(tzinfo=UTC).astimezone(settings.current().tz)
    return f"{local.day} {local:%b %Y, %H:%M} {local:%Z}"


def day(value: date | None) -> str:
    """A date: `23 Nov 2026`."""
    return MISSING if value is None else f"{value.day} {value:%b %Y}"


def ago(value: datetime | None) -> str:
    """How long ago a UTC instant was: `3 minutes ago`."""
    if value is None:
        return MISSING
    seconds = (datetime.now(UTC).replace(tzinfo=None) - value).total_seconds()
    for size, name in _STEPS:
        if seconds >= size:
            return f"{count(int(seconds // size), name)} ago"
    return "just now"


def plain(text: str | None) -> str:
    """Text from the data, safe inside Markdown: nothing in it is formatting."""
    escaped = (text or "").replace("\\", "\\\\")
    for sign in "`*_{}[]<>#|~$:":
        escaped = escaped.replace(sign, f"\\{sign}")
    return " ".join(escaped.split())


def responsibility(key: str | None) -> str:
    """A tech lead's responsibility in words: `problem_solving` is `Problem solving`."""
    return (key or "").replace("_", " ").capitalize()
