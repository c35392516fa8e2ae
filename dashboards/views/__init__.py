"""The tabs of the pages: each draws one view of what is chosen."""
