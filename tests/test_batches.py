"""What a level asks for is brought beside each other or one after another, as there is room."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import strawberry

from executor.declare import At, Load, related
from executor.documents import Documents
from executor.run import Compiled


@dataclass
class Answers:
    """A context that counts what it answers, and what is under way at once."""

    has_room: bool
    asked: int = 0
    now: int = 0
    most: int = 0

    def together(self, questions: Sequence[Any]) -> Sequence[Any]:
        return questions

    async def answer(self, question: Sequence[Any]) -> Sequence[Any]:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return question


class Quick:
    """Tells what it would ask: here, what the answer will be."""

    def question(self, _context: Any, parents: Sequence[Any], *_: Any) -> Sequence[Any]:
        return tuple(parents)

    def ask(self, *asked: Any) -> Sequence[Any] | None:
        return self.question(*asked)

    async def load(self, *_: Any) -> Sequence[Any]:
        raise AssertionError("it is asked")


class Told(Quick):
    """Knows without asking."""

    def question(self, _context: Any, parents: Sequence[Any], *_: Any) -> Sequence[Any]:
        return [parent + 100 for parent in parents]


class ManyAtOnce(Quick):
    """Has something for each parent, and is slow for more than one."""

    def question(self, _context: Any, parents: Sequence[Any], *_: Any) -> Sequence[Any]:
        return tuple([10 * parent + n for n in range(3)] for parent in parents)

    def ask(self, context: Any, parents: Sequence[Any], *asked: Any) -> Sequence[Any] | None:
        return self.question(context, parents, *asked) if len(parents) == 1 else None

    async def load(self, context: Answers, parents: Sequence[Any], *_: Any) -> Sequence[Any]:
        return await context.answer(self.question(context, parents))


class Slow:
    """Is loaded, and takes what an answer takes."""

    def ask(self, *_: Any) -> None:
        return None

    async def load(self, context: Answers, parents: Sequence[Any], *_: Any) -> Sequence[Any]:
        await context.answer(parents)
        return parents


QUICK, TOLD, SLOW, MANY = Quick(), Told(), Slow(), ManyAtOnce()


def _at(relation: Any, number: int) -> Any:
    def ask(root: Any, info: At, label: str = "") -> Load:
        return Load(relation, number, (("label", label),))

    return ask


@strawberry.type
class Thing:
    number: int = strawberry.field(resolver=lambda root: root)
    told = related(lambda root, info: Load(TOLD, root), type=int, description="")
    below = related(
        lambda root, info: Load(QUICK, root + 10),
        type=Annotated["Thing", strawberry.lazy("tests.test_batches")],
        description="",
    )
    slow = related(
        lambda root, info: Load(SLOW, root),
        type=Annotated["Thing", strawberry.lazy("tests.test_batches")],
        description="",
    )
    many = related(
        lambda root, info: Load(MANY, root),
        type=list[Annotated["Thing", strawberry.lazy("tests.test_batches")]],
        description="",
    )


@strawberry.type
class Query:
    one = related(_at(QUICK, 1), type=Thing, description="", together=True)
    quick = related(_at(QUICK, 1), type=Thing, description="")
    slow = related(_at(SLOW, 2), type=Thing, description="")


SCHEMA = strawberry.Schema(Query)
DOCUMENTS = Documents(SCHEMA)
THING = "{ number told below { number } }"


async def run(query: str, *, has_room: bool) -> tuple[Any, Answers]:
    context = Answers(has_room)
    found = await Compiled(SCHEMA).run(DOCUMENTS.parse(query).operation(None), context, None)
    return found and found.data, context


def thing(number: int) -> dict[str, Any]:
    return {"number": number, "told": number + 100, "below": {"number": number + 10}}


@pytest.mark.parametrize(("has_room", "most"), [(True, 3), (False, 1)])
async def test_quick_answers_come_one_after_another_unless_there_is_room(
    *, has_room: bool, most: int
) -> None:
    query = f'{{ a: quick(label: "a") {THING} b: quick(label: "b") {THING} c: quick(label: "c") {THING} }}'
    data, context = await run(query, has_room=has_room)
    assert data == {name: thing(1) for name in "abc"}
    assert (context.asked, context.most) == (6, most), "what is known takes no question"


@pytest.mark.parametrize("has_room", [True, False])
async def test_what_takes_its_time_always_goes_beside_the_rest(*, has_room: bool) -> None:
    data, context = await run(f"{{ slow {THING} quick {THING} }}", has_room=has_room)
    assert data == {"slow": thing(2), "quick": thing(1)}
    assert (context.asked, context.most) == (4, 2)


async def test_what_is_alone_waits_for_nobody() -> None:
    data, context = await run(f"{{ slow {THING} }}", has_room=False)
    assert data == {"slow": thing(2)}
    assert (context.asked, context.most) == (2, 1)


async def test_what_is_the_same_is_asked_once() -> None:
    data, context = await run("{ quick { below { told } also: below { number } } }", has_room=True)
    assert data == {"quick": {"below": {"told": 111}, "also": {"number": 11}}}
    assert context.asked == 3, "with other columns it is not the same"


@pytest.mark.parametrize("has_room", [True, False])
async def test_below_one_thing_each_level_is_asked_together(*, has_room: bool) -> None:
    query = "{ FIELD { below { many { number told } } many { many { number } below { number } } } }"
    data, together = await run(query.replace("FIELD", "one"), has_room=has_room)
    apart, each = await run(query.replace("FIELD", "one: quick"), has_room=has_room)
    assert data == apart
    assert [thing["number"] for thing in data["one"]["many"][2]["many"]] == [120, 121, 122]
    assert (together.asked, each.asked) == (3, 6), "the thing itself, and what is two levels below it"


async def test_what_takes_its_time_is_not_asked_together() -> None:
    data, context = await run("{ one { below { number } slow { number } } }", has_room=False)
    assert data == {"one": {"below": {"number": 11}, "slow": {"number": 1}}}
    assert (context.asked, context.most) == (3, 2)
