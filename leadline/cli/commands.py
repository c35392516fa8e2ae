"""The list of commands: name, the module that holds it as `command`, and its line in `leadline --help`.

The modules are imported only when their command runs, so that help stays fast.
"""

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("leadline.cli.init", "Write a commented leadline.toml, filled from a repository"),
    "doctor": ("leadline.cli.doctor", "Check configuration, sources, git, warehouse and freshness"),
    "run": ("leadline.cli.run", "Collect, compute and publish: what cron calls"),
    "collect": ("leadline.cli.collect", "Pull what is new from the sources into the warehouse"),
    "compute": ("leadline.cli.compute", "Compute every metric and publish the results"),
    "serve": ("leadline.cli.serve", "Serve the dashboards"),
    "actions": ("leadline.cli.actions", "Show the ranked list of what to do next"),
    "forecast": ("leadline.cli.forecast", "Say when work will be done, or how much by a date"),
    "report": ("leadline.cli.report", "Write the digest to send or commit"),
    "metrics": ("leadline.cli.metrics", "Show the catalogue of metrics and their definitions"),
    "sql": ("leadline.cli.sql", "Query what is published, read-only"),
    "export": ("leadline.cli.export", "Write every published table to files"),
    "record": ("leadline.cli.record", "Report a deployment or an incident, from any pipeline or pager"),
    "identities": ("leadline.cli.identities", "Show who was merged with whom, and why"),
    "status": ("leadline.cli.status", "Show the last runs, freshness and row counts"),
    "rebuild": ("leadline.cli.rebuild", "Derive the core tables again from what is on disk"),
    "config": ("leadline.cli.config", "Show or check the configuration"),
}
