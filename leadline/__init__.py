"""leadline: analytics for tech leads, from git, pull requests and tickets to what to do next."""
