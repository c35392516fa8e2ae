"""What holds for all tests."""

import os

from hypothesis import HealthCheck, settings

# Tests say what is right, never how fast it is; on continuous integration they try the same examples every time.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
