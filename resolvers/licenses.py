"""License lines, and their states on a day: of one line, or summed over a customer's."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kpis.in_force import LINE_IN_FORCE
from kpis.license_state import FIGURES, FIGURES_OF_TERMS, ONCE, SELECT_LINE_TERMS
from models.enums import Product
from resolvers.asking import Asking
from resolvers.context import Arguments, Columns, Context
from resolvers.entity import Entity, Join
from resolvers.order import in_order_of
from resolvers.question import Question, Statement, names
from resolvers.relations import Children, by_id
from resolvers.row import Row
from resolvers.scope import visible
from resolvers.texts import Texts
from resolvers.viewer import Viewer


class LicenseRow(Row):
    """A license line."""


class LicenseStateRow(Row):
    """The state of one or several license lines on a day."""


_BY_PRODUCT = in_order_of(Product, "l.product::text")

LICENSE = Entity(
    "License",
    LicenseRow,
    "licenses l",
    customer="ls.customer_id",
    # Its state today as well, so that it comes with the line.
    columns={"product": "l.product", "as_of": ":as_of::date", **FIGURES_OF_TERMS},
    joins={
        "ls": Join("JOIN license_states ls ON ls.partner_id = :partner AND ls.license_id = l.id"),
        "line": Join(f"CROSS JOIN LATERAL ({SELECT_LINE_TERMS} {ONCE}) line"),
    },
)

LICENSE_BY_ID = by_id(LICENSE)
LICENSES_OF_SUBSCRIPTION = Children(LICENSE, "l.subscription_id = parent.id", _BY_PRODUCT)
LICENSES_OF_TRIAL = Children(LICENSE, "l.trial_id = parent.id", _BY_PRODUCT)


@dataclass(frozen=True)
class LicenseStates(Asking):
    """The state of each parent's lines, summed. Arguments: `as_of`, and `product` where the lines are several."""

    lines: str
    """Which lines `ls` are the parent's: names `parent.id`."""
    _texts: Texts = field(default_factory=Texts, compare=False)

    def question(
        self, context: Context, parents: Sequence[int], arguments: Arguments, columns: Columns
    ) -> Question:
        given = dict(arguments)
        of_product, viewer = given.get("product") is not None, context.viewer
        key = (viewer.sees_all_customers, of_product, columns)
        statement = self._texts.get(key, lambda: self._sql(viewer, columns, of_product=of_product))
        values = context.parameters(given.get("as_of")) | {
            "parents": parents,
            "product": given.get("product"),
        }

        def read(rows: Sequence[Row]) -> Sequence[Row]:
            states = {row["parent_id"]: row for row in rows}
            return [states[parent] for parent in parents]

        return Question(statement, statement.bind(values), read)

    def _sql(self, viewer: Viewer, columns: Columns, *, of_product: bool) -> Statement:
        where = ["ls.partner_id = :partner", self.lines, visible(viewer, "ls.customer_id")]
        if of_product:
            where.append("ls.product = :product")
        figures = [f"{FIGURES[name]} AS {name}" for name in sorted(columns & FIGURES.keys())]
        figures.append("count(*) AS lines")
        select = ["parent.id AS parent_id", ":as_of::date AS as_of"]
        sql = (
            f"SELECT {', '.join(select)}, figures.* FROM unnest(:parents::bigint[]) AS parent(id)"
            f" CROSS JOIN LATERAL (SELECT {', '.join(figures)} FROM"
            f" ({SELECT_LINE_TERMS} FROM license_states ls WHERE {' AND '.join(where)} {ONCE}) line) figures"
        )
        return Statement(sql, LicenseStateRow, names([*select, *figures]))


STATE_OF_LICENSE = LicenseStates("ls.license_id = parent.id")
LICENSES_OF_CUSTOMER = LicenseStates(f"ls.customer_id = parent.id AND {LINE_IN_FORCE}")
