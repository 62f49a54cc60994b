"""Relations that take one statement at most."""

from collections.abc import Sequence
from typing import Any

from resolvers.context import Arguments, Columns, Context
from resolvers.question import Question

FEW = 10
"""So many parents' rows are found in about the time that a statement's way takes: they are asked for along with what
others of their level want, one after another. For more, each relation's statement runs beside the others."""


class Asking:
    """A relation that puts one question, or knows what each parent has without one."""

    def question(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Question | list[Any]:
        """What to ask for these parents; or what each of them has, where that is known."""
        raise NotImplementedError

    def ask(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Question | list[Any] | None:
        """The question, if it is quickly answered, or what is known; else None."""
        return self.question(context, parents, arguments, columns) if len(parents) <= FEW else None

    async def load(
        self, context: Context, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Sequence[Any]:
        """What each parent has, in the order of the parents."""
        asked = self.question(context, parents, arguments, columns)
        return await context.answer(asked) if isinstance(asked, Question) else asked
