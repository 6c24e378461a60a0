"""What an update of the market costs that makes each of many live parents of its instrument act, and a parent that acts in it.

Beside it, in turns, run plain orders that execute at once. Each round has a manager and parents of its own, so that all rounds
measure the same; to place these is not measured. That an update has each parent make one child, and how many of these are left at
work, is asserted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from attrs import frozen

from benchmarks.measuring import Figure, figure, held_off, ratios
from benchmarks.worked_orders import Desk, X
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.market import Quote, TradePrint
from oms.model.terms import Market, Strategy

MANY: Final = 10**9
SHOWN: Final = 10
LONG_S: Final = 1_000_000
BROKERS: Final = ("one", "two")


@frozen(kw_only=True)
class Case:
    """Parents, and an update in which each of them acts.

    Attributes:
        terms: How they are worked.
        update: Tells it.
        left: How many each has at work after it.
        before: Tells what they are to have seen before.
        brokers: The brokers that they are routed to, where these are several.
        qty: Each order's quantity.
    """

    terms: Strategy
    update: Callable[[Desk], None]
    left: int = 0
    before: Callable[[Desk], None] = lambda _: None
    brokers: tuple[str, ...] = ()
    qty: int = 100


def _quote(desk: Desk, bid: str, ask: str, size: int = MANY, venue: str | None = None) -> None:
    desk.om.update(Quote(X, desk.clock.now_ns(), bid, size, ask, size), venue=venue)


def _print(desk: Desk) -> None:
    desk.clock.advance_by(1)
    desk.om.update(TradePrint(X, desk.clock.now_ns(), "100.02", 10))


def _later(desk: Desk) -> None:
    desk.clock.advance_by(LONG_S // 2)
    _quote(desk, "100.00", "100.02")


def _cheap(desk: Desk) -> None:
    _quote(desk, "99.80", "99.90")


def _just_enough(desk: Desk) -> None:
    _quote(desk, "99.80", "99.90", len(desk.om.state.parents.live) * SHOWN)


def _at_each(desk: Desk) -> None:
    for name in desk.brokers:
        _quote(desk, "100.00", "100.02", venue=name)


def _cheap_at_two(desk: Desk) -> None:
    _quote(desk, "99.80", "99.90", venue="two")


def _book_of_each(desk: Desk) -> None:
    for name in desk.brokers:
        levels = ((Decimal("100.00"), Decimal(MANY)),), ((Decimal("100.02"), Decimal(MANY)),)
        desk.om.update(BookSnapshot(X, desk.clock.now_ns(), *levels), venue=name)


def _level_at_two(desk: Desk) -> None:
    level = (Decimal("99.90"), Decimal(MANY))
    desk.om.update(
        BookUpdate(X, desk.clock.now_ns(), ((Decimal("100.00"), Decimal(0)),), (level,)), venue="two"
    )


def _twap(**parameters: str) -> Strategy:
    return Strategy("twap", {"duration": LONG_S, "slices": 2, **parameters})


CASES: Final = {
    "a print, of which each takes part": Case(
        terms=Strategy("pov", {"participation_rate": "0.5", "rate_basis": "of_others", "duration": LONG_S}),
        update=_print,
    ),
    "a quote at the price of snipers": Case(
        terms=Strategy("sniper", {"min_size": 100, "limit_price": "99.90", "duration": LONG_S}),
        update=_cheap,
    ),
    "a quote at the `i_would_price`": Case(terms=_twap(i_would_price="99.90"), update=_cheap),
    "a quote back within the limit": Case(terms=_twap(limit_price="99.90"), update=_cheap),
    "a quote as slices are due": Case(terms=_twap(), update=_later),
    "a quote that takes what icebergs show": Case(
        terms=Strategy("iceberg", {"display_qty": SHOWN, "limit_price": "99.90", "duration": LONG_S}),
        update=_just_enough,
        left=1,
    ),
    "a quote of the other of two brokers": Case(
        terms=Strategy("smart", {"limit_price": "99.90"}),
        before=_at_each,
        update=_cheap_at_two,
        brokers=BROKERS,
    ),
    "a level in the book of the other of two": Case(
        terms=Strategy("smart", {"limit_price": "99.90"}),
        before=_book_of_each,
        update=_level_at_two,
        brokers=BROKERS,
    ),
}


def _acted(case: Case, live: int) -> float:
    """Give how long an update takes in which each of so many parents acts, in microseconds a parent."""
    desk = Desk(*case.brokers)
    case.before(desk)
    for _ in range(live):
        desk.submit(case.terms, case.qty)
    assert len(desk.om.state.parents.live) == live
    before = len(desk.om.orders())
    start = time.process_time_ns()
    case.update(desk)
    took = (time.process_time_ns() - start) / 1_000 / live
    assert len(desk.om.orders()) - before == live
    children = [order for order in desk.om.open_orders() if type(order.terms) is not Strategy]
    assert len(children) == case.left * live
    return took


def _plain(count: int) -> float:
    desk = Desk()
    start = time.process_time_ns()
    for _ in range(count):
        desk.submit(Market())
    took = (time.process_time_ns() - start) / 1_000 / count
    assert not desk.om.open_orders()
    return took


def updates(live: int, rounds: int) -> list[Figure]:
    """Give what an update costs with so many live parents, and each of them in plain orders."""
    found: dict[str, list[float]] = {name: [] for name in ("plain", *CASES)}
    with held_off():
        for turn in range(rounds + 1):
            for name, samples in found.items():
                took = _plain(live) if name == "plain" else _acted(CASES[name], live)
                if turn:  # The first is for warming up.
                    samples.append(took)
    plain = found.pop("plain")
    figures = [figure("plain order, acknowledged and filled at once", plain, "us")]
    for name, samples in found.items():
        figures += [
            figure(f"{name}: {live:,} parents", [us * live / 1_000 for us in samples], "ms"),
            figure("  each of them, in plain orders", ratios(samples, plain), "x"),
        ]
    return figures
