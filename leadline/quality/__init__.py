"""Data quality: faults in what was collected, how many rows each concerns, and the figure that suffers.

- `leadline.quality.code`, `leadline.quality.platform`: faults that can be found in the tables, one query each.
- `leadline.quality.repairs`: what collectors changed or left out, explained.
- `leadline.quality.findings`: all of it as rows of `meta.data_quality`.
"""

from leadline.quality.findings import findings

__all__ = ["findings"]
