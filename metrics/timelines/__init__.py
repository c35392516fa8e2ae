"""Timelines: when work will be done, how sure that is, and how often such promises were kept."""
