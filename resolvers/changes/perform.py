"""Carrying a change out: one transaction, in turn with the partner's other changes and imports."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

import asyncpg
import orjson

from kpis.derived import refresh_derived
from models.enums import PartnerRole
from models.notices import CHANNEL, CUSTOMER_CHANGED
from resolvers.changes.change import Change, Done, Facts
from resolvers.changes.errors import Refused, UserError, UserErrorCode, refuse
from resolvers.changes.repeated import Key, first_answer, keep_answer
from resolvers.context import Context
from resolvers.viewer import Permission, Viewer

CUSTOMERS_A_NOTICE = 300
"""PostgreSQL takes 8,000 bytes a notice; an id has 20 at most."""
TURN_SECONDS = 10
"""How long a change waits for its turn in this process, and then for those of others."""
ATTEMPTS = 5

_BUSY = "Another change or an import of your partner's data is under way. Try again in a moment."
_ASKED_TO_RETRY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


@dataclass(frozen=True)
class Action:
    """A kind of change: its name in the audit trail, what it takes, and how it is done."""

    name: str
    permission: Permission
    act: Callable[..., Awaitable[Done]]


@dataclass(frozen=True)
class Outcome:
    """What came of a change: the ids of the rows that it is about, or why nothing was changed."""

    ids: tuple[int, ...] = ()
    user_errors: tuple[UserError, ...] = ()


async def perform(context: Context, action: Action, key: Key | None = None, **arguments: Any) -> Outcome:
    """Carry out the action: all of it, audit event included, or nothing and the reasons."""
    try:
        async with _turn(context):
            return await _until_settled(context, action, key, arguments)
    except Refused as refused:
        return Outcome(user_errors=refused.errors)
    finally:
        context.forget()


# ---- taking turns ----------------------------------------------------------------------------------

_turns: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()


@asynccontextmanager
async def _turn(context: Context) -> AsyncIterator[None]:
    """Changes of one partner wait for each other here first, and so hold one of the pool's connections, not all."""
    lock = _turns.setdefault((id(context.database.client), context.viewer.partner_id), asyncio.Lock())
    await context.database.give_back()
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await lock.acquire()
    except TimeoutError:
        raise refuse(UserErrorCode.CONFLICT, _BUSY) from None
    try:
        yield
    finally:
        lock.release()


async def _until_settled(
    context: Context, action: Action, key: Key | None, arguments: dict[str, Any]
) -> Outcome:
    """The outcome, after as many attempts as the database asks for."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _in_transaction(context, action, key, arguments)
        except asyncpg.LockNotAvailableError:
            break
        except _ASKED_TO_RETRY:
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))
    raise refuse(UserErrorCode.CONFLICT, _BUSY)


# ---- the transaction -------------------------------------------------------------------------------

# Imports take the same lock. What follows it sees everything that was committed before it was had.
_LOCK = "SET LOCAL lock_timeout = '{seconds}s'; SELECT FROM partners WHERE id = {partner:d} FOR UPDATE"
_ROLES = "SELECT a.roles FROM partner_admins a WHERE a.partner_id = :partner AND a.id = :admin AND a.active"
# All in one statement: the shorter the lock is held, the shorter others wait.
_RECORD = """
WITH event AS (
    INSERT INTO audit_events
        (partner_id, at, actor_id, action, target_type, target_id, target_name, targets, before, after)
    VALUES (:partner, clock_timestamp(), :admin, :action::text, :type::text, :target::bigint, :name::text,
        :targets::text[], :before::jsonb, :after::jsonb)
), version AS (
    UPDATE partners p SET data_version = p.data_version + 1 WHERE p.id = :partner
)
SELECT pg_notify(:channel::text, notice) FROM unnest(:notices::text[]) notice
"""


async def _in_transaction(
    context: Context, action: Action, key: Key | None, arguments: dict[str, Any]
) -> Outcome:
    async with context.database.transaction() as connection:
        change = Change(context, connection, context.viewer, action.permission)
        await connection.execute(_LOCK.format(seconds=TURN_SECONDS, partner=context.viewer.partner_id))
        change.viewer = context.viewer = await _viewer_now(change)
        if key and (ids := await first_answer(change, key)) is not None:
            return Outcome(ids)
        if action.permission not in change.viewer.permissions:
            message = f"This needs the permission {action.permission}, which none of your roles has."
            raise refuse(UserErrorCode.NOT_ALLOWED, message)
        done = await action.act(change, **arguments)
        change.settle()
        if done.licenses:
            bands = context.policy.size_bands
            await refresh_derived(connection, change.viewer.partner_id, list(done.licenses), bands)
        await _record(change, action.name, done)
        if key:
            await keep_answer(change, key, done.ids)
        return Outcome(done.ids)


async def _viewer_now(change: Change) -> Viewer:
    """The viewer with the roles of this moment, which may be fewer than when the request was signed in."""
    rows = await change.fetch(_ROLES)
    roles = frozenset(PartnerRole(role) for row in rows for role in row.roles)
    return Viewer(change.viewer.partner_id, change.viewer.admin_id, roles)


async def _record(change: Change, action: str, done: Done) -> None:
    """The audit event, the partner's data version, and word to those who listen."""
    target = done.target
    await change.fetch(
        _RECORD,
        action=action,
        type=target.type,
        target=target.id,
        name=target.name,
        targets=[f"{each.type}:{each.id}" for each in (target, *done.also)],
        before=_json(done.before),
        after=_json(done.after),
        channel=CHANNEL,
        notices=_notices(change.viewer.partner_id, sorted(done.customers)),
    )


def _notices(partner: int, customers: Sequence[int]) -> list[str]:
    """Which customers look different, in notices that PostgreSQL takes."""
    starts = range(0, len(customers), CUSTOMERS_A_NOTICE)
    parts = (customers[start : start + CUSTOMERS_A_NOTICE] for start in starts)
    return [
        orjson.dumps({"event": CUSTOMER_CHANGED, "partner": partner, "customers": part}).decode()
        for part in parts
    ]


def _json(facts: Facts | None) -> str | None:
    return None if facts is None else orjson.dumps(facts).decode()
