"""`python -m leadline` is the `leadline` program."""

import sys

from leadline.cli import main

sys.exit(main())
