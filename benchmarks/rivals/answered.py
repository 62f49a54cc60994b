"""Whether contenders answer the same: byte for byte, or the same values in another shape."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
import orjson

from benchmarks.rivals.servers import BY_HAND, GRAPHQL_CORE, REMEMBERING, Contender, Query

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d.*")
_OWN_NAMES = {"id", "endCursor"}
"""What each server makes up itself: what tells its rows apart."""
_FLAT = {"state", "standing", "amount"}
"""Objects whose fields one schema shows in an object and another in its parent."""
_LINKS = {"tag", "admin"}
"""Objects behind a row that only links."""


def require_same(contenders: Sequence[Contender], asked: Sequence[Query]) -> None:
    """Refuse to time different answers."""
    for query in asked:
        of_it = [contender for contender in contenders if contender.is_asked(query)]
        # Twice, as the second answer may come from what is remembered.
        reference, *others = [(contender, _answer(contender, query)) for contender in of_it * 2]
        for contender, body in others:
            if contender.name in (BY_HAND, GRAPHQL_CORE, REMEMBERING):
                same = body == reference[1]
            else:
                same = values(orjson.loads(body)) == values(orjson.loads(reference[1]))
            if not same:
                shown = f"{body[:2000]!r}\n{reference[1][:2000]!r}"
                raise AssertionError(f"{query.name}: {contender.name} answers otherwise\n{shown}")


def _answer(contender: Contender, query: Query) -> bytes:
    request = contender.request(query)
    response = httpx.request(
        "POST" if request.body else "GET",
        request.url,
        content=request.body,
        headers=dict(request.headers),
        timeout=60,
    )
    if response.status_code != 200 or "errors" in response.json():
        raise AssertionError(f"{query.name}: {contender.name} answers {response.text[:2000]}")
    # The service tells of each operation what it cost, behind the data.
    data, told, _ = response.content.rpartition(b',"extensions":{"cost":')
    return data + b"}" if told else response.content


def values(found: Any) -> Any:
    """The values of an answer, without what is only its schema's shape."""
    match found:
        case dict():
            shown = {name: values(value) for name, value in found.items() if name not in _OWN_NAMES}
            for name in _FLAT & shown.keys():
                if isinstance(shown[name], dict):
                    shown |= shown.pop(name)
            if len(shown) == 1:  # a step on the way to the values
                [(name, only)] = shown.items()
                if name in _LINKS or isinstance(only, list | dict):
                    return only
            return shown
        case list():
            return [values(value) for value in found]
        case str() if _NUMBER.fullmatch(found):
            return float(found)
        case str() if _TIME.fullmatch(found):
            return datetime.fromisoformat(found)
    return found
