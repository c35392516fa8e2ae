"""What a share of few items allows to be said: the Wilson interval."""

Z = 1.959964
"""Standard deviations on either side that hold 95 %."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): between 0 and 1, and never empty; `of` is above 0."""
    share, square = hits / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * (share * (1 - share) / of + square / (4 * of * of)) ** 0.5
    return max(middle - half, 0.0), min(middle + half, 1.0)
