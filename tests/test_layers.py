"""Imports run one way: server → schema → resolvers → kpis → models, schema → executor, server → ingest → models."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "models": set[str](),
    "kpis": {"models"},
    "resolvers": {"kpis", "models"},
    "executor": set[str](),
    "schema": {"resolvers", "kpis", "models", "executor"},
    "ingest": {"kpis", "models"},
    "server": {"schema", "resolvers", "kpis", "models", "executor", "ingest"},
}


def _imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            found.append((node.lineno, node.module or ""))
    return found


def _modules(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts]


def test_imports_run_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for package, allowed in ALLOWED.items()
        for path in _modules(package)
        for line, name in _imports(path)
        if name.split(".")[0] in ALLOWED.keys() - allowed - {package}
    ]
    assert wrong == []


def test_nothing_is_imported_inside_a_function_or_for_type_checking_only() -> None:
    wrong = []
    for package in ALLOWED:
        for path in _modules(package):
            tree = ast.parse(path.read_text())
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    wrong += [
                        f"{path.relative_to(ROOT)}:{inner.lineno}"
                        for inner in ast.walk(node)
                        if isinstance(inner, ast.Import | ast.ImportFrom)
                    ]
                if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: TYPE_CHECKING")
    assert wrong == []


def test_only_resolvers_models_and_kpis_hold_sql_that_reads_rows() -> None:
    """The schema composes; a statement in it would be one that no scope has seen."""
    wrong = [str(path.relative_to(ROOT)) for path in _modules("schema") if "SELECT " in path.read_text()]
    assert wrong == []
