"""The batch: collect from the sources, match identities, compute, publish.

Each step works on an open warehouse and can be run on its own. A run that is killed anywhere is continued by the next
one; a source that fails leaves the others, and what was collected before, untouched.

- `run`: what is asked of a run, and what it has achieved.
- `collecting`, `computing`: its two halves.
- `whole`: both in one run.
- `past`: everything as of an instant in the past, in a folder of its own.
"""

from leadline.batch.collecting import collect, rebuild
from leadline.batch.computing import compute
from leadline.batch.past import as_known
from leadline.batch.run import Options, Run, now, opened
from leadline.batch.whole import run_all

__all__ = ["Options", "Run", "as_known", "collect", "compute", "now", "opened", "rebuild", "run_all"]
