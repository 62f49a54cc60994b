"""The one error that callers see."""


class EmbeddedError(Exception):
    """A reason, one line, that tells what to do."""


class Abandoned(Exception):
    """Every command ended before the server was up: nobody is left to tell."""
