"""Whose rules the phases of pull requests can be measured by.

`metrics.pull_requests.definitions` says what each of them measures.
"""

OWN = "leadline"

DEFINITIONS = (OWN, "devlake", "middleware", "linearb", "swarmia", "gitlab")
"""This product's own, and those of the tools that people come from."""
