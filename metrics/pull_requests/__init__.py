"""Pull requests: how they flow, who answers, what waits."""
