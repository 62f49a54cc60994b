"""Changes of tags, and of which customers wear them."""

from collections.abc import Mapping, Sequence

from models.bounds import LONGEST_TAG, LONGEST_TAG_DESCRIPTION
from models.search import fold
from resolvers.changes import look_up, texts
from resolvers.changes.change import Change, Done, Target
from resolvers.changes.errors import UserErrorCode, refuse
from resolvers.changes.look_up import Found
from resolvers.changes.perform import Action
from resolvers.row import Row
from resolvers.viewer import Permission


async def _create(change: Change, name: str, description: str | None) -> Done:
    name = texts.name(change, name, LONGEST_TAG, "name")
    description = texts.description(change, description, LONGEST_TAG_DESCRIPTION, "description")
    change.settle()
    await _require_free(change, name)
    rows = await change.fetch(
        "INSERT INTO tags (partner_id, name, name_key, description, created_at, created_by_id) VALUES"
        " (:partner, :name::text, :key::text, :description::text, clock_timestamp(), :admin) RETURNING id",
        name=name,
        key=fold(name),
        description=description,
    )
    tag = rows[0].id
    return Done((tag,), Target("Tag", tag, name), after={"name": name, "description": description})


async def _update(change: Change, id: str, given: Mapping[str, str | None]) -> Done:
    """`given` has the fields to change: a name, a description or both."""
    if not given:
        change.problem(UserErrorCode.INVALID, "Give a name, a description or both.")
    tag = await _tag(change, id)
    name, description = tag.name, tag.description
    if (new_name := given.get("name")) is not None:
        name = texts.name(change, new_name, LONGEST_TAG, "name")
    if "description" in given:
        description = texts.description(change, given["description"], LONGEST_TAG_DESCRIPTION, "description")
    change.settle()
    await _require_free(change, name, tag.id)
    before = {"name": tag.name, "description": tag.description}
    after = {"name": name, "description": description}
    await change.fetch(
        "UPDATE tags g SET name = :name::text, name_key = :key::text, description = :description::text"
        " WHERE g.partner_id = :partner AND g.id = :tag::bigint",
        tag=tag.id,
        name=name,
        key=fold(name),
        description=description,
    )
    return Done(
        (tag.id,),
        Target("Tag", tag.id, name),
        before,
        after,
        customers=[row.id for row in await _wearers(change, tag.id)] if before != after else [],
    )


async def _delete(change: Change, id: str) -> Done:
    """A tag is the partner's, so it goes for all customers, also for those that the viewer does not see."""
    tag = await _tag(change, id)
    wearers = await _wearers(change, tag.id)
    await change.fetch(
        "DELETE FROM customer_tags ct WHERE ct.partner_id = :partner AND ct.tag_id = :tag::bigint", tag=tag.id
    )
    await change.fetch("DELETE FROM tags g WHERE g.partner_id = :partner AND g.id = :tag::bigint", tag=tag.id)
    before = {
        "name": tag.name,
        "description": tag.description,
        "customers": [row.external_id for row in wearers],
    }
    customers = [row.id for row in wearers]
    return Done((tag.id,), Target("Tag", tag.id, tag.name), before, customers=customers)


async def _tag(change: Change, id: str) -> Row:
    number = change.number("Tag", id, "id")
    change.settle()
    sql = (
        "SELECT g.id, g.name, g.description FROM tags g WHERE g.partner_id = :partner AND g.id = :tag::bigint"
    )
    rows = await change.fetch(sql, tag=number)
    if not rows:
        raise refuse(UserErrorCode.NOT_FOUND, "There is no such tag.", "input", "id")
    return rows[0]


async def _require_free(change: Change, name: str, tag: int | None = None) -> None:
    """Refuse a name that another tag has."""
    sql = (
        "SELECT g.name FROM tags g WHERE g.partner_id = :partner AND g.name_key = :key::text"
        " AND g.id IS DISTINCT FROM :tag::bigint"
    )
    rows = await change.fetch(sql, key=fold(name), tag=tag)
    if rows:
        message = f"There is already a tag {rows[0].name!r}; the case makes no difference. Take another name."
        raise refuse(UserErrorCode.TAKEN, message, "input", "name")


async def _wearers(change: Change, tag: int) -> list[Row]:
    sql = (
        "SELECT c.id, c.external_id FROM customer_tags ct"
        " JOIN customers c ON c.partner_id = :partner AND c.id = ct.customer_id"
        " WHERE ct.partner_id = :partner AND ct.tag_id = :tag::bigint ORDER BY c.external_id"
    )
    return await change.fetch(sql, tag=tag)


# ---- on customers ----------------------------------------------------------------------------------


async def _add(change: Change, customer_ids: Sequence[str], tag_ids: Sequence[str]) -> Done:
    customers, tags = await _both(change, customer_ids, tag_ids)
    most = change.context.policy.tags_per_customer
    if len(tags) > most:
        message = f"A customer may wear {most} tags at most, and these are {len(tags)}."
        raise refuse(UserErrorCode.LIMIT_REACHED, message, "input", "tagIds")
    before = await _worn(change, customers)
    await change.fetch(
        "INSERT INTO customer_tags (partner_id, customer_id, tag_id)"
        " SELECT :partner, c.id, g.id FROM unnest(:customers::bigint[]) c(id), unnest(:tags::bigint[]) g(id)"
        " ON CONFLICT (partner_id, customer_id, tag_id) DO NOTHING",
        customers=[row.id for row in customers.values()],
        tags=[row.id for row in tags.values()],
    )
    after = await _worn(change, customers)
    for path, customer in customers.items():
        wears = len(after[customer.id])
        if wears > most and wears > len(before[customer.id]):
            message = f"{customer.name} would have {wears} tags; {most} is the most. Take some off first."
            change.problem(UserErrorCode.LIMIT_REACHED, message, *path)
    return _done(customers, tags, before, after)


async def _remove(change: Change, customer_ids: Sequence[str], tag_ids: Sequence[str]) -> Done:
    customers, tags = await _both(change, customer_ids, tag_ids)
    before = await _worn(change, customers)
    await change.fetch(
        "DELETE FROM customer_tags ct WHERE ct.partner_id = :partner"
        " AND ct.customer_id = ANY(:customers::bigint[]) AND ct.tag_id = ANY(:tags::bigint[])",
        customers=[row.id for row in customers.values()],
        tags=[row.id for row in tags.values()],
    )
    return _done(customers, tags, before, await _worn(change, customers))


async def _both(change: Change, customer_ids: Sequence[str], tag_ids: Sequence[str]) -> tuple[Found, Found]:
    customers = await look_up.customers(change, customer_ids)
    tags = await look_up.tags(change, tag_ids)
    change.settle()
    return customers, tags


async def _worn(change: Change, customers: Found) -> dict[int, list[str]]:
    """The names of each customer's tags."""
    sql = (
        "SELECT ct.customer_id, array_agg(g.name ORDER BY g.name_key) AS names FROM customer_tags ct"
        " JOIN tags g ON g.partner_id = :partner AND g.id = ct.tag_id"
        " WHERE ct.partner_id = :partner AND ct.customer_id = ANY(:customers::bigint[]) GROUP BY ct.customer_id"
    )
    ids = [row.id for row in customers.values()]
    rows = await change.fetch(sql, customers=ids)
    worn = {row.customer_id: row.names for row in rows}
    return {id: worn.get(id, []) for id in ids}


def _done(
    customers: Found, tags: Found, before: Mapping[int, list[str]], after: Mapping[int, list[str]]
) -> Done:
    targets = look_up.targets("Customer", customers)
    external = {row.id: row.external_id for row in customers.values()}
    return Done(
        tuple(external),
        look_up.named(targets),
        before={"tags": {external[id]: names for id, names in before.items()}},
        after={"tags": {external[id]: names for id, names in after.items()}},
        also=(*targets[1:], *look_up.targets("Tag", tags)),
        customers=[id for id in external if before[id] != after[id]],
    )


CREATE_TAG = Action("createTag", Permission.EDIT_TAGS, _create)
UPDATE_TAG = Action("updateTag", Permission.EDIT_TAGS, _update)
DELETE_TAG = Action("deleteTag", Permission.EDIT_TAGS, _delete)
ADD_TAGS = Action("addTags", Permission.EDIT_TAGS, _add)
REMOVE_TAGS = Action("removeTags", Permission.EDIT_TAGS, _remove)
