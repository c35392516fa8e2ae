"""Delivery: what reached production, how safely, and what builds cost."""
