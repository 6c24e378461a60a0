"""What is drawn follows from the seed, the order and the count alone."""

from __future__ import annotations

import hashlib

import pytest

from oms.errors import ValidationError
from oms.model.draws import Draws


def test_a_draw_is_the_sha_256_of_seed_order_and_count() -> None:
    digest = hashlib.sha256(b"7/42/3").hexdigest()

    assert Draws(7, 42).number(3) == int(digest, 16)
    assert Draws(7, 42).below(3, 10) == int(digest, 16) % 10
    assert Draws(7, 42).between(3, 5, 6) == 5 + int(digest, 16) % 2


def test_a_draw_does_not_depend_on_those_before_it() -> None:
    draws = Draws(1, 1)
    alone = draws.number(9)

    assert [draws.number(k) for k in range(10)][9] == alone
    assert len({Draws(seed, order).number(k) for seed in (1, 2) for order in (1, 2) for k in (1, 2)}) == 8


def test_every_number_within_the_bounds_is_drawn_and_no_other() -> None:
    draws = Draws(0, 0)

    assert {draws.between(k, 3, 7) for k in range(100)} == {3, 4, 5, 6, 7}
    assert draws.between(0, 9, 9) == 9


@pytest.mark.parametrize(("seed", "order"), [(-1, 1), (2**64, 1), (1.0, 1), (True, 1), (1, "1"), (1, -1)])
def test_a_seed_that_is_no_number_is_refused(seed: int, order: int) -> None:
    with pytest.raises(ValidationError, match="pass an int from 0"):
        Draws(seed, order)


@pytest.mark.parametrize("limit", [0, -1, 2**64 + 1])
def test_a_draw_from_nothing_is_refused(limit: int) -> None:
    with pytest.raises(ValidationError, match="limit"):
        Draws(1, 1).below(0, limit)
