"""The machine and the readers work inside the engine's arithmetic, and so do their tests."""

from collections.abc import Iterator

import pytest

from oms.model.decimals import exact_arithmetic


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    """Let the operators of `Decimal` work as they do in the engine."""
    with exact_arithmetic():
        yield
