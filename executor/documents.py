"""Documents: parsed once, validated once, and remembered by their text."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    Source,
    Visitor,
    parse,
    specified_rules,
    visit,
)
from strawberry import Schema
from strawberry.schema.schema import validate_document

_ENDLESS_NUMBER = re.compile("[0-9]{1000}")
"""Python refuses to read numbers beyond some thousand digits, by an error that validation does not expect."""


_ASKS = re.compile(r"__(schema|type)\b")


class NoOperation(Exception):
    """The document has no operation of that name, none at all, or several and none is named."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a document, and what was worked out for it: kept as long as the document is."""

    document: "Document"
    definition: OperationDefinitionNode
    plans: dict[Any, Any] = field(default_factory=dict, repr=False)
    given: dict[bytes, Any] = field(default_factory=dict, repr=False)
    """What its last variables come to."""

    @property
    def name(self) -> str | None:
        return self.definition.name.value if self.definition.name else None

    @property
    def type(self) -> OperationType:
        return self.definition.operation


class Document:
    """A text that was parsed. Its hash is what logs and persisted operations know it by."""

    def __init__(self, schema: Schema, text: str, ast: DocumentNode) -> None:
        self.text = text
        self.ast = ast
        self._schema = schema
        self.operations = [
            Operation(self, found) for found in ast.definitions if isinstance(found, OperationDefinitionNode)
        ]
        self.fragments = {
            found.name.value: found for found in ast.definitions if isinstance(found, FragmentDefinitionNode)
        }

    @cached_property
    def hash(self) -> str:
        return sha256(self.text.encode(errors="surrogatepass")).hexdigest()

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """What validation finds. It is worked out when first asked for, so that limits can come before."""
        return validate_document(self._schema._schema, self.ast, tuple(specified_rules))

    @cached_property
    def introspects(self) -> bool:
        """Whether it asks for the schema itself, anywhere."""
        if not _ASKS.search(self.text):
            return False
        found = False

        class Fields(Visitor):
            def enter_field(self, node: FieldNode, *_: object) -> None:
                nonlocal found
                found = found or node.name.value in ("__schema", "__type")

        visit(self.ast, Fields())
        return found

    def operation(self, name: str | None) -> Operation:
        """The operation of that name, or the only one. Raises NoOperation."""
        named = [operation for operation in self.operations if name is None or operation.name == name]
        if not named or (name is None and len(named) > 1):
            raise NoOperation(
                "The document has several operations or none: name one by `operationName`."
                if name is None
                else f"operationName: the document has no operation {name[:60]!r}."
            )
        return named[0]


class Documents:
    """The documents that were used last, so many of so many characters in all.

    A fifth of them are such as were used once: clients that write values into their texts send no text twice, and must
    not put out what others ask all day.
    """

    def __init__(
        self, schema: Schema, *, most: int = 1000, most_characters: int = 1_000_000, tokens: int = 10_000
    ) -> None:
        self._schema = schema
        self._most = most
        self._most_characters = most_characters
        self._tokens = tokens
        self._once: OrderedDict[str, Document] = OrderedDict()
        self._again: OrderedDict[str, Document] = OrderedDict()
        self.characters = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._once) + len(self._again)

    @property
    def plans(self) -> int:
        """How many plans are kept with them, by the choices of what is skipped."""
        documents = [*self._once.values(), *self._again.values()]
        operations = (one for document in documents for one in document.operations)
        return sum(
            plan is not None
            for one in operations
            for key, plan in one.plans.items()
            if isinstance(key, tuple)
        )

    def parse(self, text: str) -> Document:
        """The document, parsed now or before. Raises GraphQLSyntaxError."""
        known = self._again.get(text)
        if known is not None:
            self.hits += 1
            self._again.move_to_end(text)
            return known
        known = self._once.pop(text, None)
        if known is not None:
            self.hits += 1
            self._again[text] = known
            self._forget()
            return known
        self.misses += 1
        endless = _ENDLESS_NUMBER.search(text)
        if endless:
            raise GraphQLSyntaxError(Source(text), endless.start(), "A number has a thousand digits.")
        try:
            document = Document(self._schema, text, parse(text, max_tokens=self._tokens))
        except RecursionError:
            raise GraphQLSyntaxError(Source(text), 0, "The document nests too deeply.") from None
        self._keep(document)
        return document

    def _keep(self, document: Document) -> None:
        if len(document.text) > self._most_characters // 10:
            return  # one such text is not to put out a hundred others
        self._once[document.text] = document
        self.characters += len(document.text)
        self._forget()

    def _forget(self) -> None:
        most_once = max(1, self._most // 5)
        while (
            len(self) > self._most or len(self._once) > most_once or self.characters > self._most_characters
        ):
            of = self._once if len(self._once) > most_once or not self._again else self._again
            text, _ = of.popitem(last=False)
            self.characters -= len(text)
