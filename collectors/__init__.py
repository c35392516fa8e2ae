"""Collectors: an API's answers, or a repository's history, become rows of the core tables."""
