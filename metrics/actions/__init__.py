"""Rules that propose what to do next, and the one ranked list that comes of them."""
