"""The day on which the suite runs: one for all of it, whatever midnight falls into it.

`PARTNERHUB_TEST_DAY=2028-02-29` runs it as if on another day near it.
"""

import os
from datetime import date

from resolvers.context import utc_today

TODAY = date.fromisoformat(os.environ.get("PARTNERHUB_TEST_DAY") or utc_today().isoformat())
