"""Whether the people whose work depends on each other talk, and which team waits for which."""
