"""How data comes in: readers, validation, staging, merging, derived tables; and the demo's data."""

from ingest.partner_name import fault_of_name
from ingest.result import ImportFailed, ImportResult, Problem, Progress, TableCount
from ingest.retention import drop_old_calls
from ingest.run import rebuild, rebuild_missing, run_import

__all__ = [
    "ImportFailed",
    "ImportResult",
    "Problem",
    "Progress",
    "TableCount",
    "drop_old_calls",
    "fault_of_name",
    "rebuild",
    "rebuild_missing",
    "run_import",
]
