"""The suite. Fixture modules import each other, in whatever order modules ask for them as plugins."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite(
    *(f"tests.{module.stem}" for module in sorted(Path(__file__).parent.glob("*_fixture.py")))
)
