"""What PostgreSQL tells its listeners at the moment of a commit: which events, and where."""

CHANNEL = "partnerhub"
CUSTOMER_CHANGED = "customerChanged"
DATA_IMPORTED = "dataImported"
