"""What docs/security.md promises is held by tests that exist and run."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text()
PROMISES = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE[PAGE.index("## Promises") : PAGE.index("## Report")].splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "| **"))
]


def functions(file: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(file.read_text())
    return {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_promise_names_tests_that_exist() -> None:
    assert len(PROMISES) > 30
    for promise, named in PROMISES:
        tests = re.findall(r"`(test_\w+\.py)::(test_\w+)`", named)
        assert tests and len(tests) == named.count("`") // 2, promise
        for file, name in tests:
            assert (TESTS / file).exists(), f"{promise}: there is no {file}"
            found = functions(TESTS / file).get(name)
            assert found is not None, f"{promise}: there is no {file}::{name}"
            body = [
                step
                for step in found.body
                if not isinstance(step, ast.Expr) or isinstance(step.value, ast.Call)
            ]
            assert body, f"{promise}: {file}::{name} tests nothing"
            marks = [ast.unparse(mark) for mark in found.decorator_list]
            assert not any(re.match(r"pytest\.mark\.(skip\b|xfail)", mark) for mark in marks), promise


def test_files_that_the_page_names_exist() -> None:
    for path in re.findall(r"`(tests/[\w/]+\.py)`", PAGE):
        assert (TESTS.parent / path).exists(), path
