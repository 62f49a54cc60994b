"""What a partner may be called. It names a tenant, so that two names that look the same are not to be two."""

import unicodedata

_LONGEST = 300
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters: controls, halves of surrogate pairs, ends of lines and paragraphs."""


def fault_of_name(name: str) -> str | None:
    """What is wrong with the name of a partner, if anything is."""
    if not name.strip():
        return "is blank"
    if name != name.strip():
        return "begins or ends with a blank"
    if len(name) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if any(unicodedata.category(character) in _NO_TEXT for character in name):
        return "holds a control character"
    return None
