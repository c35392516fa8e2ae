"""How people grow: newcomers and who answers them, cohort by cohort, and how knowledge spreads."""
