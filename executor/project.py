"""Generated code: from rows straight to the dicts that orjson writes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from executor.leaves import NAMES, Leaf

Projection = Callable[..., list[dict[str, Any]]]


@dataclass(frozen=True)
class Slot:
    """A key of an object: what is read or computed in place, a constant, or None to be filled in later."""

    key: str
    leaf: Leaf | None = None
    write: Callable[[Any], Any] | None = None
    """What writes a value that is no single leaf."""
    column: str | None = None
    computed: int | None = None
    """Which of the computed columns that are given beside the rows."""
    constant: Any = None
    below: "Sequence[Slot] | None" = None
    """What is read of the same row for an object of its own."""


def is_keyed(row_type: type) -> bool:
    """Whether rows of this type are read by key: attributes stand for their keys, which is the longer way."""
    return all(hasattr(row_type, name) for name in ("keys", "__getitem__", "__getattr__"))


Read = Callable[[str], str]
"""The expression that reads a column of a row."""


def _row(slots: Sequence[Slot], row_type: type) -> tuple[str, Read]:
    """What a row is taken as, and how a column of it is read: by its place where the type's `COLUMNS` tell that."""
    places = {column: f"p{n}" for n, column in enumerate(getattr(row_type, "COLUMNS", ()))}
    wanted = set(_columns(slots))
    if wanted and wanted <= places.keys():
        return f"({', '.join(places.values())},)", places.__getitem__

    def read(column: str) -> str:
        by_key = is_keyed(row_type) and not hasattr(row_type, column)
        return f"r[{column!r}]" if by_key else f"r.{column}"

    return "r", read


def _columns(slots: Sequence[Slot]) -> Iterator[str]:
    for slot in slots:
        if slot.column is not None:
            yield slot.column
        yield from _columns(slot.below or ())


def projection(slots: Sequence[Slot], row_type: type) -> Projection:
    """The function from rows, and computed columns as long as they, to dicts: `project(rows, c0, c1, …)`."""
    names: dict[str, Any] = dict(NAMES)
    row, read = _row(slots, row_type)
    made_of = _literal(slots, read, names)
    count = sum(slot.computed is not None for slot in slots)
    given = "".join(f", c{n}" for n in range(count))
    items = "".join(f", i{n}" for n in range(count))
    each = f"{row}{items} in zip(rows{given}, strict=True)" if count else f"{row} in rows"
    source = f"def project(rows{given}):\n    return [{made_of} for {each}]\n"
    made: Projection = _made("project", source, names)
    return made


def writer(leaf: Leaf) -> Callable[[Sequence[Any]], list[Any]]:
    """The function from values of a leaf type to what is written for them."""
    names: dict[str, Any] = dict(NAMES)
    source = f"def write(values):\n    return [{_written(0, leaf, 'r', names)} for r in values]\n"
    made: Callable[[Sequence[Any]], list[Any]] = _made("write", source, names)
    return made


def _made(name: str, source: str, names: dict[str, Any]) -> Any:
    exec(compile(source, "<projection>", "exec"), names)
    return names[name]


def _literal(slots: Sequence[Slot], read: Read, names: dict[str, Any]) -> str:
    parts = [f"{slot.key!r}: {_expression(slot, read, names)}" for slot in slots]
    return f"{{{', '.join(parts)}}}"


def _expression(slot: Slot, read: Read, names: dict[str, Any]) -> str:
    if slot.below is not None:
        return _literal(slot.below, read, names)
    n = len(names)  # of what nothing is named after yet
    if slot.computed is not None:
        value = f"i{slot.computed}"
    elif slot.column is not None:
        value = read(slot.column)
    else:
        return repr(slot.constant)
    if slot.leaf is None:
        names[f"w{n}"] = slot.write
        return f"w{n}({value})"
    return _written(n, slot.leaf, value, names)


def _written(n: int, leaf: Leaf, value: str, names: dict[str, Any]) -> str:
    if leaf.table is not None:
        names[f"t{n}"] = leaf.table
        return f"t{n}[{value}]"
    names[f"s{n}"] = leaf.slow
    if leaf.test is None:
        return f"s{n}({value})"
    v = value if value.isidentifier() else f"v{n}"
    test = leaf.test.format(it=v if v == value else f"({v} := {value})", v=v)
    absent = f" or {v} is None" if leaf.nullable else ""
    return f"{v} if {test}{absent} else s{n}({v})"
