"""Pull requests: their flow from the first commit to production, their reviews, and what waits."""
