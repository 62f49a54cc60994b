"""How text is folded for search and for keys that ignore case: here, and nowhere in SQL, whose rules depend
on the server's locale."""


def fold(text: str) -> str:
    """The text without regard to case, and each letter by itself: `lower` writes a Σ at the end of a word in
    another way than within it, so that a part of a word would not be found in the whole."""
    return text.casefold()


def address(email: str) -> str:
    """An email address without regard to case, and no more: `fold` takes ß for ss, which is another domain."""
    return email.lower()


def search_text(*parts: str | None) -> str:
    """What a search looks in. The parts are kept apart by a newline, which no searched word contains."""
    return "\n".join(fold(part) for part in parts if part)


def search_words(search: str) -> list[str]:
    """The words of a search, each of which has to occur."""
    return fold(search).split()
