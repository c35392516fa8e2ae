"""The command line: `main` is what the `leadline` program runs."""

import sys
from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; no exception leaves it."""
    from leadline.cli.app import App
    from leadline.cli.boundary import report
    from leadline.interrupt import listening

    app = App()
    with listening():
        try:
            from leadline.cli.group import leadline

            result = leadline.main(args, prog_name="leadline", standalone_mode=False, obj=app)
            sys.stdout.flush()
        except BaseException as error:  # noqa: BLE001 - this is the boundary: whatever happened becomes a line and a code
            return report(error, app)
    return result if isinstance(result, int) else 0
