"""What a field says of itself: the columns it reads, and how its values are found. Both ways of running go by it.

- A field without a resolver reads the column of its name.
- `related` hangs rows on a level of parents, by a relation's batch function.
- `computed` works the values of a level out of its rows.
- Any other synchronous resolver is called for each row; `needs` says which columns it reads.
- `through` says that what is selected below is read from the very row above; `in_row` of a related field, that it
  is so wherever the field is asked without arguments.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import strawberry
from graphql import GraphQLField, get_named_type, is_composite_type

from executor.columns import Columns, wanted

Arguments = tuple[tuple[str, Any], ...]
Key = str | tuple[str, ...]
"""The column that holds parents' keys, or the columns that hold them together."""
Computing = Callable[["At", Sequence[Any]], Sequence[Any]]


class Relation(Protocol):
    """From parents, each once, arguments and wanted columns to what hangs on each parent, in their order."""

    def load(
        self, context: Any, parents: Sequence[Any], arguments: Arguments, columns: Columns
    ) -> Awaitable[Sequence[Any]]: ...


class Asking(Relation, Protocol):
    """A relation that says what it would ask."""

    def ask(self, context: Any, parents: Sequence[Any], arguments: Arguments, columns: Columns) -> Any:
        """A question for `context.answer`; a list where it is known what each parent has; None where it is better
        loaded, as that takes its time."""

    def question(self, context: Any, parents: Sequence[Any], arguments: Arguments, columns: Columns) -> Any:
        """The same, however long it takes: for `context.together`, which makes one question of several."""


@dataclass(slots=True)
class Load:
    """What to ask of a relation, for one parent or, where the field has a `key`, for a level of them."""

    relation: Relation
    parent: Any = None
    arguments: Arguments = ()
    columns: Columns | None = None
    """Those that the selection wants, unless said otherwise."""
    then: Callable[[Any], Any] | None = None
    """What becomes of each parent's result."""


@dataclass(slots=True)
class At:
    """Where in the operation a field stands: what its functions may know beside the row and the arguments."""

    context: Any
    type_name: str
    """The type of the object that the field is of."""
    columns: Columns = frozenset()
    """The columns that the selection below wants."""


@dataclass(frozen=True, slots=True)
class Related:
    """How a level of values is found."""

    ask: Callable[..., Load | None]
    key: Key | None
    fixed: bool
    """Whether it knows nothing but the arguments, so that the same ones always ask the same."""

    def load(self, root: Any, at: At, arguments: Mapping[str, Any]) -> Load | None:
        """What to ask of the row's parent, or of all parents where there is a key."""
        if self.fixed:
            return self.ask(**arguments)
        return self.ask(info=at, **arguments) if self.key else self.ask(root=root, info=at, **arguments)


def needs(*columns: str) -> dict[str, Any]:
    """A field's metadata: the columns that its resolver reads."""
    return {"needs": columns}


def through(*columns: str) -> dict[str, Any]:
    """A field's metadata: its object is read from the row above, and so is what is selected below."""
    return {"needs": columns, "through": True}


def itself(*columns: str, type: Any, description: str) -> Any:
    """A field whose object is the row above again, read with what is selected below and with these columns."""

    def resolver(root: Any) -> Any:
        return root

    metadata = {**through(*columns), "in_row": True}
    return strawberry.field(resolver=resolver, graphql_type=type, description=description, metadata=metadata)


def weight(field: GraphQLField) -> int:
    """What a value of the field counts for: `cost` of its metadata, else 1 for an object and 0 for a scalar."""
    default = 1 if is_composite_type(get_named_type(field.type)) else 0
    declared = field.extensions.get("strawberry-definition")
    return int(declared.metadata.get("cost", default)) if declared else default


def related(
    ask: Any,
    *,
    type: Any,
    description: str,
    key: Key | None = None,
    needs: Sequence[str] = (),
    cost: int | None = None,
    in_row: bool = False,
    together: bool = False,
) -> Any:
    """A field whose values hang on rows by a relation: each level's in one batch.

    `ask` is the relation itself, or a function that says what to ask of which: from the field's arguments and `info`
    (an `At`), and from `root` as well where there is no `key`, the column (or columns) that hold the parents' keys. One
    that takes neither `root` nor `info` is asked once for the same arguments.
    A parent without a key, and None in the place of a Load, are null. With `in_row`, rows can be read with all that
    the field tells by default, and are the field's objects themselves where it has no arguments. With `together`,
    little hangs on the field's object: what is selected below is asked in one question a level.
    """
    if hasattr(ask, "load"):
        ask = _always(Load(ask))
    how = Related(ask, key, fixed=not {"root", "info"} & inspect.signature(ask).parameters.keys())
    columns = (key,) if isinstance(key, str) else key or tuple(needs)
    metadata: dict[str, Any] = {"related": how, "needs": columns}
    if cost is not None:
        metadata["cost"] = cost
    if in_row:
        metadata["in_row"] = True
    if together:
        metadata["together"] = True
    resolver = _one_by_one(how, in_row=in_row)
    return strawberry.field(resolver=resolver, graphql_type=type, description=description, metadata=metadata)


def computed(values: Computing, *, type: Any, description: str, needs: Sequence[str] = ()) -> Any:
    """A field whose values are worked out of their rows, a whole level's at once."""

    def resolver(root: Any, info: strawberry.Info) -> Any:
        return values(_at(info), [root])[0]

    return strawberry.field(
        resolver=resolver,
        graphql_type=type,
        description=description,
        metadata={"computed": values, "needs": tuple(needs)},
    )


def _key_of(row: Any, key: Key) -> Any:
    return getattr(row, key) if isinstance(key, str) else tuple(getattr(row, column) for column in key)


def _always(load: Load) -> Callable[[], Load]:
    def ask() -> Load:
        return load

    return ask


def _at(info: strawberry.Info) -> At:
    return At(info.context, info._raw_info.parent_type.name, wanted(info))


def _one_by_one(how: Related, *, in_row: bool) -> Callable[..., Awaitable[Any]]:
    """The resolver that graphql-core calls for each parent. The context's loaders make batches of its calls."""

    async def resolver(root: Any, info: strawberry.Info, **arguments: Any) -> Any:
        if in_row and not info._raw_info.field_nodes[0].arguments:
            return root
        at = _at(info)
        load = how.load(root, at, arguments)
        if load is None:
            return None
        parent = _key_of(root, how.key) if how.key else load.parent
        if parent is None:
            return None
        columns = at.columns if load.columns is None else load.columns
        found = await info.context.load(load.relation, parent, load.arguments, columns)
        return load.then(found) if load.then else found

    given = [
        parameter
        for parameter in inspect.signature(how.ask).parameters.values()
        if parameter.name not in ("root", "info")
    ]
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    resolver.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("root", keyword, annotation=Any),
            inspect.Parameter("info", keyword, annotation=strawberry.Info),
            *given,
        ],
        return_annotation=Any,
    )
    resolver.__annotations__ = {parameter.name: parameter.annotation for parameter in given}
    resolver.__module__ = how.ask.__module__
    return resolver
