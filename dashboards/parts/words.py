"""Numbers, times and names as people read them."""

from datetime import UTC, date, datetime

from dashboards import settings

MISSING = "–"

MINUS = "\N{MINUS SIGN}"

LARGE = 100
"""From here on, digits behind the point say nothing."""

_SHOWN_UNITS = {"days", "months", "lines", "rounds", "per week", "per 100 lines"}

CLOCKS = {"seconds": False, "working_seconds": True}
"""Units of spans of time, and whether they run on the working clock."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_STEPS = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


def number(value: float | None, unit: str = "count") -> str:
    """A value in its unit: `1,234`, `12 %`, `3.5 days`; a dash where it is not known."""
    if value is None:
        return MISSING
    if unit == "share":
        return share(value)
    if unit in CLOCKS:
        return span(value, working=CLOCKS[unit])
    if float(value).is_integer() or abs(value) >= LARGE:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2g}"
    return f"{text} {unit}" if unit in _SHOWN_UNITS else text


def between(low: float, high: float, unit: str = "count") -> str:
    """A range in its unit, which is said once: `2.9 to 4.4 days`, `40 min to 2 h`; one value where both read alike."""
    first, last = number(low, unit), number(high, unit)
    if first == last:
        return first
    value, _, named = first.partition(" ")
    return f"{value if named == last.partition(' ')[2] else first} to {last}"


def share(value: float | None) -> str:
    """A share as a percentage: `12 %`, with one digit below 10 %."""
    if value is None:
        return MISSING
    percent = 100 * value
    return f"{percent:.1f} %" if 0 < abs(percent) < 9.95 else f"{percent:.0f} %"  # noqa: PLR2004 - two digits


def span(seconds: float | None, *, working: bool = False) -> str:
    """A span of time in the unit a person would use: `42 min`, `7.5 h`, `3.2 days`.

    Working time stays in hours: how long a working day is, the configuration says.
    """
    if seconds is None:
        return MISSING
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min" if seconds >= _MINUTE or not seconds else "< 1 min"
    if working or seconds < 2 * _DAY:
        return f"{_digits(seconds / _HOUR)} h"
    return f"{_digits(seconds / _DAY)} days"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= LARGE or f"{value:.1f}".endswith(".0") else f"{value:.1f}"


def reason(key: str | None) -> str:
    """Why something is not known, in words: `no_review` is `no review`."""
    return (key or "not known").replace("_", " ")


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
