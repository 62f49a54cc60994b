"""What is installed: the packages, and of GraphiQL what is served, not what it is built from."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GRAPHIQL = "server/graphiql/"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_it_holds_the_packages_and_what_they_serve(installed: Path) -> None:
    files = {str(file.relative_to(installed)) for file in installed.rglob("*") if file.is_file()}
    served = {str(file.relative_to(ROOT)) for file in (ROOT / GRAPHIQL / "dist").rglob("*") if file.is_file()}
    assert len(served) > 10
    assert {file for file in files if file.startswith(GRAPHIQL)} == served | {f"{GRAPHIQL}__init__.py"}
    others = {file for file in files - served if ".dist-info/" not in file}
    assert {Path(file).suffix for file in others} == {".py"}


def test_its_schema_and_page_are_these(installed: Path) -> None:
    program = (
        "import server.graphiql, server.cli; print(server.graphiql.__file__, flush=True); server.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "schema"],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    place, _, schema = done.stdout.partition("\n")
    assert Path(place).is_relative_to(installed)
    assert schema == (ROOT / "schema.graphql").read_text(encoding="utf-8")
