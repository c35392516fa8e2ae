"""Tickets: their flow from the start of the work to its end, what waits, and what is too old."""
