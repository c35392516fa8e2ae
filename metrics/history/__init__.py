"""What happened when: commits by week, churn, reverts, contributors, releases."""
