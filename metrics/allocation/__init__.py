"""Where the effort goes: kinds of work, load, focus, work outside working hours, bugs."""
