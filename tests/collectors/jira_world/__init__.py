"""A Jira in memory, Cloud or Server, and the HTTP server that shows it."""
