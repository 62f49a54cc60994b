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
    validate,
    visit,
)
from strawberry import Schema
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from executor.batches import Given
from executor.plan import Objects

_ENDLESS_NUMBER = re.compile("(?<![0-9])[0-9]{1000}")
"""Python refuses to read numbers beyond some thousand digits, by an error that validation does not expect."""

MOST_ERRORS = 30
FEWEST_ERRORS = 5
MOST_CHARACTERS_OF_ERRORS = 150_000
"""After so many errors validation ends, or sooner in a long document: each may be told with all of the value that it
is in."""
RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""Strawberry's own, which it runs without a bound that could be given."""
_ASKS = re.compile(r"__(schema|type)\b")


class NoOperation(Exception):
    """The document has no operation of that name, none at all, or several and none is named."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a document, and what was worked out for it: kept as long as the document is."""

    document: "Document"
    definition: OperationDefinitionNode
    plans: dict[tuple[bool, ...], Objects | None] = field(default_factory=dict, repr=False)
    """By the choice of what is skipped; None for one that is not compiled."""
    given: dict[bytes, Given] = field(default_factory=dict, repr=False)
    """What its last variables come to."""
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)
    """For what else is worked out once, such as its size."""

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
        most = max(FEWEST_ERRORS, min(MOST_ERRORS, MOST_CHARACTERS_OF_ERRORS // (len(self.text) or 1)))
        return validate(self._schema._schema, self.ast, RULES, max_errors=most)

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

    A fifth is for those that were used once: clients that write values into their texts send no text twice, and must
    not put out what others ask all day.
    """

    def __init__(
        self, schema: Schema, *, most: int = 1000, most_characters: int = 1_000_000, tokens: int = 10_000
    ) -> None:
        self._schema = schema
        self._longest = most_characters // 10
        self._tokens = tokens
        few, few_characters = max(1, most // 5), most_characters // 5
        self._once = _Shelf(few, few_characters)
        self._again = _Shelf(most - few, most_characters - few_characters)
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._once) + len(self._again)

    @property
    def characters(self) -> int:
        """How long they are together."""
        return self._once.characters + self._again.characters

    @property
    def plans(self) -> int:
        """How many plans are kept with them, by the choices of what is skipped."""
        documents = [*self._once.values(), *self._again.values()]
        operations = (one for document in documents for one in document.operations)
        return sum(plan is not None for one in operations for plan in one.plans.values())

    def parse(self, text: str) -> Document:
        """The document, parsed now or before. Raises GraphQLSyntaxError."""
        known = self._again.get(text)
        if known is not None:
            self.hits += 1
            self._again.move_to_end(text)
            return known
        known = self._once.take(text)
        if known is not None:
            self.hits += 1
            self._again.keep(known)
            return known
        self.misses += 1
        endless = _ENDLESS_NUMBER.search(text)
        if endless:
            raise GraphQLSyntaxError(Source(text), endless.start(), "A number has a thousand digits.")
        try:
            document = Document(self._schema, text, parse(text, max_tokens=self._tokens))
        except RecursionError:
            raise GraphQLSyntaxError(Source(text), 0, "The document nests too deeply.") from None
        if len(text) <= self._longest:  # one such text is not to put out a hundred others
            self._once.keep(document)
        return document


class _Shelf(OrderedDict[str, Document]):
    """Documents by their texts; those used last, at the end, stay."""

    def __init__(self, most: int, most_characters: int) -> None:
        super().__init__()
        self._most = most
        self._most_characters = most_characters
        self.characters = 0

    def keep(self, document: Document) -> None:
        self[document.text] = document
        self.characters += len(document.text)
        while len(self) > self._most or self.characters > self._most_characters:
            text, _ = self.popitem(last=False)
            self.characters -= len(text)

    def take(self, text: str) -> Document | None:
        """Take the document away, if it is here."""
        found = self.pop(text, None)
        if found is not None:
            self.characters -= len(text)
        return found
