"""The reference pages, written from the declarations in the code: `python -m leadline.reference FOLDER`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from leadline.catalogue import published_tables
from metrics.catalogue import METRICS, RULES
from metrics.registry import Metric, Rule


def pages() -> dict[str, str]:
    """Return the text of every reference page by file name."""
    from leadline.cli.reference import markdown as commands
    from leadline.config.reference import markdown as configuration
    from warehouse.dictionary import reference_markdown as tables

    return {
        "actions.md": rules_markdown(RULES),
        "commands.md": commands(),
        "configuration.md": configuration(),
        "metrics.md": metrics_markdown(METRICS),
        "tables.md": tables(published_tables()),
    }


def metrics_markdown(metrics: Iterable[Metric]) -> str:
    """Return the metric catalogue as a page, by responsibility."""
    lines = [
        "# Metrics",
        "",
        "Written by `make docs` from the catalogue; `leadline metrics show NAME` shows the same. A metric's figures by",
        "period stand in `metrics.observations`, the items behind them in the table it names.",
    ]
    by_name = sorted(metrics, key=lambda metric: metric.name)
    for responsibility in sorted({metric.responsibility for metric in by_name}):
        lines += ["", f"## {responsibility.replace('_', ' ').capitalize()}"]
        for metric in by_name:
            if metric.responsibility == responsibility:
                lines += _metric(metric)
    return "\n".join(lines) + "\n"


def _metric(metric: Metric) -> list[str]:
    better = {"higher": "higher is better", "lower": "lower is better", "neutral": "neither way is better as such"}
    return [
        "",
        f"### `{metric.name}`: {metric.title}",
        "",
        metric.definition,
        "",
        f"- Unit: {metric.unit}; {better[metric.direction]}",
        f"- Items: `metrics.{metric.table}`; computed from {', '.join(f'`{name}`' for name in metric.inputs)}",
        f"- Left out: {metric.exclusions}",
        f"- Pitfalls: {metric.pitfalls}",
        f"- Source: {metric.source}",
    ]


def rules_markdown(rules: Iterable[Rule]) -> str:
    """Return the rules behind `leadline actions` as a page."""
    lines = [
        "# Action rules",
        "",
        "Written by `make docs` from the rules. What they propose stands in `metrics.actions`.",
    ]
    for rule in sorted(rules, key=lambda rule: rule.name):
        lines += [
            "",
            f"## `{rule.name}`: {rule.title}",
            "",
            rule.definition,
            "",
            f"- Serves: {rule.responsibility.replace('_', ' ')}",
            f"- Reads: {', '.join(f'`{name}`' for name in rule.propose.inputs)}",
        ]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Write every page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
