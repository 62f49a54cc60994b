"""The demo's tables at its default size, made once a session.

A test module that wants them says `pytest_plugins = ["tests.demo_fixture"]`.
"""

import pytest

from tests.demo_contract import Tables
from tests.demo_tables import demo


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return demo(tmp_path_factory.mktemp("demo"), 500)
