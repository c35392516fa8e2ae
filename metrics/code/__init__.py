"""Files, who wrote them, how they change together, and where knowledge of them would be lost."""
