"""One number for a scope and a period: `metrics.observations`."""
