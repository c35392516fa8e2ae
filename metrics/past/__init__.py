"""The core tables as a collection at an instant in the past would have filled them, as far as sources keep history."""
