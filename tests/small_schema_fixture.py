"""Both ways of running operations on the small schema, with nothing kept yet.

A test module that wants them says `pytest_plugins = ["tests.small_schema_fixture"]`.
"""

import pytest

from tests.small_schema import Ways


@pytest.fixture
def ways() -> Ways:
    return Ways()
