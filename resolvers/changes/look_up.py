"""Finding what a change is on, within what the viewer may see and change."""

from collections.abc import Mapping, Sequence

from resolvers.changes.change import Change, Target
from resolvers.changes.errors import UserErrorCode
from resolvers.row import Row
from resolvers.scope import visible

MOST_IDS = 1000
MAY_NOT = "You see this customer, but the role that permits this change does not cover it."

Path = tuple[str, ...]
Found = Mapping[Path, Row]
"""Rows, each once, by the place in the input that first named it."""


async def customers(change: Change, ids: Sequence[str], field: str = "customerIds") -> Found:
    """The customers with these IDs. What is missing or not the viewer's to change is a problem each."""
    return await _customers(change, _numbers(change, "Customer", ids, field))


async def customer(change: Change, id: str, field: str = "customerId") -> Row | None:
    """The customer with this ID; None, and a problem, if it is missing or not the viewer's to change."""
    number = change.number("Customer", id, field)
    found = await _customers(change, {} if number is None else {(field,): number})
    return found.get((field,))


async def _customers(change: Change, numbers: Mapping[Path, int]) -> Found:
    sql = (
        f"SELECT c.id, c.external_id, c.name, c.is_own_organization, {visible(change.rights, 'c.id')} AS changeable"
        " FROM customers c WHERE c.partner_id = :partner AND c.id = ANY(:ids::bigint[])"
        f" AND {visible(change.viewer, 'c.id')}"
    )
    rows = {row.id: row for row in await change.fetch(sql, ids=list(numbers.values()))}
    for path, number in numbers.items():
        if number not in rows:
            change.problem(UserErrorCode.NOT_FOUND, "There is no such customer.", *path)
        elif not rows[number].changeable:
            change.problem(UserErrorCode.NOT_ALLOWED, MAY_NOT, *path)
    return {path: rows[number] for path, number in numbers.items() if number in rows}


async def tags(change: Change, ids: Sequence[str], field: str = "tagIds") -> Found:
    """The tags with these IDs; a missing one is a problem each."""
    numbers = _numbers(change, "Tag", ids, field)
    sql = "SELECT g.id, g.name FROM tags g WHERE g.partner_id = :partner AND g.id = ANY(:ids::bigint[])"
    rows = {row.id: row for row in await change.fetch(sql, ids=list(numbers.values()))}
    for path, number in numbers.items():
        if number not in rows:
            change.problem(UserErrorCode.NOT_FOUND, "There is no such tag.", *path)
    return {path: rows[number] for path, number in numbers.items() if number in rows}


def targets(type_name: str, found: Found) -> tuple[Target, ...]:
    return tuple(Target(type_name, row.id, row.name) for row in found.values())


def named(targets: Sequence[Target]) -> Target:
    """What the audit trail names of several: the first, and how many more there are."""
    first, more = targets[0], len(targets) - 1
    return Target(first.type, first.id, f"{first.name} and {more} more" if more else first.name)


def _numbers(change: Change, type_name: str, ids: Sequence[str], field: str) -> dict[Path, int]:
    """The numbers in the IDs, each once, by where it was first given."""
    if not 0 < len(ids) <= MOST_IDS:
        change.problem(UserErrorCode.INVALID, f"{field}: give 1 to {MOST_IDS} IDs, not {len(ids)}.", field)
        return {}
    numbers: dict[int, Path] = {}
    for position, value in enumerate(ids):
        number = change.number(type_name, value, field, str(position))
        if number is not None:
            numbers.setdefault(number, (field, str(position)))
    return {path: number for number, path in numbers.items()}
