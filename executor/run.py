"""Running compiled operations, and leaving to graphql-core what they do not answer."""

import logging
import marshal
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import get_variable_values
from strawberry import Schema

from executor.batches import Batches, Given, Run
from executor.compile import NotCompiled, compile_operation, conditions
from executor.documents import Operation
from executor.leaves import Surprise
from executor.plan import Objects

log = logging.getLogger(__name__)

MOST_PLANS = 16
"""How many choices of what is skipped an operation may have; what has more is left to graphql-core."""
MOST_GIVEN = 16
"""So many sets of variables are remembered for an operation, of those that a screen asks with again and again."""
_LONGEST_GIVEN = 400
_CONDITIONS = "conditions"


class Found(NamedTuple):
    """A compiled operation's data, and what its values count for."""

    data: dict[str, Any]
    cost: int


class Compiled:
    """A schema's queries, compiled once each and kept with their documents."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.left: Counter[str] = Counter()
        """How often an operation was left to graphql-core: as it could not be compiled, or by a surprise."""

    async def run(self, operation: Operation, context: Any, variables: dict[str, Any] | None) -> Found | None:
        """The data of an operation that goes as planned; None for one that graphql-core has to answer."""
        try:
            given = self._given(operation, variables or {})
            plan: Objects | None = given.plan
            if plan is None:
                self.left["not compiled"] += 1
                return None
            run = Run(context, given)
            batches = Batches()
            data = plan.start(run, [None], batches)[0]
            await run.bring(batches)
        except Exception as error:  # whatever it is, graphql-core knows how to tell it
            log.debug("left to graphql-core: %r", error)
            self.left["surprise"] += 1
            return None
        return Found(data, run.cost)

    def _given(self, operation: Operation, variables: dict[str, Any]) -> Given:
        """The variables as fields take them, which depends on nothing but what was sent."""
        known = operation.given
        try:
            sent = marshal.dumps(variables, 2)  # tells 1 from 1.0 and true, and 2 is without references
        except ValueError:  # not from JSON
            return self._coerced(operation, variables)
        given = known.get(sent)
        if given is None:
            given = self._coerced(operation, variables)
            if len(sent) <= _LONGEST_GIVEN:
                if len(known) >= MOST_GIVEN:
                    known.clear()
                known[sent] = given
        return given

    def _coerced(self, operation: Operation, variables: dict[str, Any]) -> Given:
        definitions = operation.definition.variable_definitions
        # One mistake is enough: of each, the whole value is written down.
        values = get_variable_values(self._schema._schema, definitions or (), variables, max_errors=1)
        if isinstance(values, list):
            raise Surprise
        return Given(values, self._plan(operation, values.coerced))

    def _plan(self, operation: Operation, variables: dict[str, Any]) -> Objects | None:
        """The plan for these variables' choice of what is skipped; None if there is none."""
        memory, plans = operation.memory, operation.plans
        if _CONDITIONS not in memory:
            memory[_CONDITIONS] = _unless_not_compiled(lambda: conditions(operation))
        names = memory[_CONDITIONS]
        if names is None:
            return None
        chosen: tuple[Any, ...] = tuple(variables.get(name) for name in names)
        if not all(isinstance(value, bool) for value in chosen):
            raise Surprise
        if chosen not in plans and len(plans) < MOST_PLANS:
            choice = dict(zip(names, chosen, strict=True))
            plans[chosen] = _unless_not_compiled(lambda: compile_operation(self._schema, operation, choice))
        return plans.get(chosen)


def _unless_not_compiled(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except NotCompiled as error:
        log.debug("not compiled: %s", error)
        return None
