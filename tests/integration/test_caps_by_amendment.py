"""A part of the volume that is asked for by a change alone: it is the same whatever the process has heard before."""

from __future__ import annotations

from typing import Any

import pytest

from oms.model.order import Order
from tests.algo_desk import NOON_NS, AlgoDesk

S = 1_000_000_000
TIMES = {"duration": 100, "slices": 10}
PAST = ["cold", "warm", "restarted", "restarted at once"]


def sent(
    past: str, change: dict[str, Any], *, halted: int = 0, volume: int = 0, **parameters: str
) -> list[tuple[int, int]]:
    """Give when each child goes out of an order that is changed after a second, and for how much.

    Args:
        past: What the process has heard: a hundred thousand are printed before the order comes, which it hears where it is warm.
        change: What is asked for.
        halted: For how long trading is halted before that, in seconds.
        volume: How much is printed each second from then on.
        parameters: How it is worked.
    """
    desk = AlgoDesk()
    desk.quote(ask_size=5000)
    if past == "warm":
        desk.submit("twap", 10, duration=3000, slices=2)
    for _ in range(10):
        desk.wait(1)
        desk.trade(10_000)
    given: dict[str, Any] = {**TIMES, **parameters}
    order: Order = desk.submit("twap", 1000, **given)
    desk.wait(1)
    if halted:
        desk.halt()
        desk.wait(halted)
        desk.halt(is_over=True)
        desk.quote(ask_size=5001)
    if past == "restarted":
        desk.restart()
        desk.quote(ask_size=5002)
    desk.om.replace(order.order_id, parameters=change)
    desk.om.poll()
    if past == "restarted at once":
        desk.restart()
        desk.quote(ask_size=5003)
    for second in range(98 - halted):
        desk.wait(1)
        desk.quote(ask_size=5000 + second % 2)
        if volume:
            desk.trade(volume)
    desk.check()
    children = desk.om.children(desk.om.order(order.order_id))
    return [((child.created_ns - NOON_NS) // S, int(child.order_qty)) for child in children]


@pytest.mark.parametrize("past", PAST)
def test_what_was_printed_before_a_most_was_asked_for_gives_no_room(past: str) -> None:
    """The first hundred went out as it came; nothing is printed after that."""
    assert sent(past, {"max_participation": "0.1"}) == [(10, 100)]


@pytest.mark.parametrize("past", PAST)
def test_what_is_printed_after_it_does(past: str) -> None:
    """A tenth of fifty a second: what went out before counts, so that the next goes after twenty seconds and more."""
    found = sent(past, {"max_participation": "0.1"}, volume=50, catch_up="carry")
    assert found == sent("cold", {"max_participation": "0.1"}, volume=50, catch_up="carry")
    assert found[0] == (10, 100)
    assert found[1][0] >= 31
    for at, _ in found[1:]:
        assert sum(qty for when, qty in found if when <= at) <= (at - 10) * 5


@pytest.mark.parametrize("past", PAST)
def test_a_least_that_is_asked_for_later_is_no_part_of_what_was_printed_before(past: str) -> None:
    """Two slices fall into a halt and are given up: the least does not bring them back for volume of before."""
    found = sent(past, {"min_participation": "0.01"}, halted=35, catch_up="give_up")
    assert found == sent("cold", {"min_participation": "0.01"}, halted=35, catch_up="give_up")
    assert all(qty == 100 for _, qty in found)


def test_nothing_counts_that_is_printed_before_the_start_though_a_correction_was_noted_then() -> None:
    desk = AlgoDesk()
    desk.quote(ask_size=5000)
    desk.submit("twap", 10, duration=3000, slices=2)
    order = desk.submit(
        "twap",
        1000,
        start_time="20260105-15:00:30",
        end_time="20260105-15:02:10",
        slices=10,
        max_participation="0.1",
    )
    desk.wait(1)
    early = desk.trade(10_000)
    desk.correct(early, 5000)
    desk.restart()
    desk.quote(ask_size=5000)
    desk.wait(1)
    desk.trade(20_000)
    for second in range(60):
        desk.wait(1)
        desk.quote(ask_size=5000 + second % 2)
    assert desk.sizes(desk.om.order(order.order_id)) == []
