"""Results that are remembered until the partner's data changes.

Every import and change raises the partner's version in its own transaction, and a request reads the version before
anything else. A result is kept under the version that was read, for one scope, arguments and day: under a later
version it is never found, and it cannot be older than its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.context import Arguments, Columns, Context, Relation


@dataclass(frozen=True)
class Remembered:
    """A relation whose results are remembered. They are shared: nobody may alter one."""

    relation: Relation
    name: str
    weigh: Callable[[Any], int]
    """How many values a result holds."""

    async def load(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Sequence[Any]:
        memory, version = context.remembered, context.data_version
        if memory is None or memory.most == 0 or version is None:
            return await self.relation.load(context, parents, arguments, columns)
        viewer = context.viewer
        scope = None if viewer.sees_all_customers else viewer.admin_id
        place = (viewer.partner_id, version, scope, self.name, context.today, arguments, columns)
        found = [memory.get((place, parent)) for parent in parents]
        missing = [parent for parent, result in zip(parents, found, strict=True) if result is None]
        if missing:
            computed = iter(await self.relation.load(context, missing, arguments, columns))
            for n, parent in enumerate(parents):
                if found[n] is None:
                    found[n] = next(computed)
                    memory.put((place, parent), found[n], self.weigh(found[n]))
        return found
