"""Several questions as one: where few rows are found, a statement's way to the database and back takes longer."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from resolvers.question import Question, Statement
from resolvers.row import Row
from resolvers.session import Plans

_PARAMETER = re.compile(r"\$(\d+)")


def together(questions: Sequence[Question]) -> Question:
    """The question whose answer has that of each of these."""
    statement = _statement(*[question.statement for question in questions])
    arguments = [argument for question in questions for argument in question.arguments]
    kept = all(question.plans is Plans.KEPT for question in questions)

    def read(rows: Sequence[Row]) -> list[Sequence[Any]]:
        each = zip(questions, rows[0].values(), strict=True)
        return [question.read(question.statement.inner(found)) for question, found in each]

    return Question(statement, arguments, read, Plans.KEPT if kept else Plans.BY_VALUES)


@lru_cache(maxsize=1000)
def _statement(*statements: Statement) -> Statement:
    """Each one's rows as an array, in their order."""
    select: list[str] = []
    before = 0
    for n, statement in enumerate(statements):
        select.append(f"ARRAY(SELECT r FROM ({_beyond(before, statement.text)}) r) AS q{n}")
        before += len(statement.parameters)
    return Statement(f"SELECT {', '.join(select)}", Row, [f"q{n}" for n in range(len(select))])


def _beyond(before: int, text: str) -> str:
    """The text, its parameters behind so many others."""
    return _PARAMETER.sub(lambda match: f"${int(match[1]) + before}", text)
