"""IDs of what is made here rather than imported."""

import secrets


def external_id(kind: str) -> str:
    """An ID that no file of the partner's holds, and that tells nothing."""
    return f"{kind}-{secrets.token_hex(8)}"
