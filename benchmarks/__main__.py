"""`python -m benchmarks [name …] [option …]`: run the named benchmarks, or all of them."""

import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import takewhile
from pkgutil import iter_modules

import benchmarks

SHARED = {"__main__", "load", "partner", "questions", "race", "report", "rivals", "service"}
"""What the benchmarks are made of, and no benchmark itself."""


def main(arguments: Sequence[str]) -> None:
    known = [module.name for module in iter_modules(benchmarks.__path__) if module.name not in SHARED]
    names = list(takewhile(lambda argument: not argument.startswith("-"), arguments))
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(known)}.")
    for name in names or known:
        import_module(f"benchmarks.{name}").main(arguments[len(names) :])


if __name__ == "__main__":
    main(sys.argv[1:])
