"""Changes that were asked for before: answered again under their key, and not made twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.changes.change import Change
from resolvers.changes.errors import UserErrorCode, refuse

LONGEST_KEY = 200
KEPT = "interval '24 hours'"
_FIELD = "idempotencyKey"

_FOUND = f"""
SELECT k.path, k.fingerprint, k.ids FROM idempotency_keys k
WHERE k.partner_id = :partner AND k.admin_id = :admin AND k.key = :key AND k.created_at > now() - {KEPT}
"""
# One of the same name that is a day old is written over; the other old ones go.
_KEEP = f"""
WITH forgotten AS (
    DELETE FROM idempotency_keys k WHERE k.partner_id = :partner AND k.created_at <= now() - {KEPT} AND k.key <> :key
)
INSERT INTO idempotency_keys (partner_id, admin_id, key, path, fingerprint, ids, created_at)
VALUES (:partner, :admin, :key::text, :path::text, :fingerprint::text, :ids::bigint[], now())
ON CONFLICT (partner_id, admin_id, key, path) DO UPDATE
SET fingerprint = excluded.fingerprint, ids = excluded.ids, created_at = excluded.created_at
"""


@dataclass(frozen=True)
class Key:
    """A client's own name for what it asks, the place of the change in its operation, and what is asked."""

    key: str
    path: str
    fingerprint: str


async def first_answer(change: Change, key: Key) -> tuple[int, ...] | None:
    """The ids that the change came to when it was made; None if it was not. Raises Refused for another's key."""
    if not 0 < len(key.key) <= LONGEST_KEY or not key.key.isprintable():
        message = f"Give a key of 1 to {LONGEST_KEY} printable characters, such as a random UUID."
        raise refuse(UserErrorCode.INVALID, message, _FIELD)
    answer = None
    for row in await change.fetch(_FOUND, key=key.key):
        if row.fingerprint != key.fingerprint:
            message = "This key was used for another operation or other variables; take a new key for each."
            raise refuse(UserErrorCode.CONFLICT, message, _FIELD)
        if row.path == key.path:
            answer = tuple(row.ids)
    return answer


async def keep_answer(change: Change, key: Key, ids: Sequence[int]) -> None:
    """Remember what the change came to, and forget what is a day old."""
    await change.fetch(_KEEP, key=key.key, path=key.path, fingerprint=key.fingerprint, ids=list(ids))
