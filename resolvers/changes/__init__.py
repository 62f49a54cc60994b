"""How rows are changed: each change one transaction, from the check of rights to the audit event."""
