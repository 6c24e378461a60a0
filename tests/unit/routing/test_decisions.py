"""Where an order goes, as a whole and in parts, worked by hand; and what is said of every place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pytest
from attrs import evolve

from oms.model.decimals import ONE, ZERO
from oms.model.enums import Side
from oms.model.ids import BrokerName, Symbol
from oms.model.market import Quote
from oms.model.routing import RouteVerdict, VenueHealth
from oms.model.routing_places import Place
from oms.model.routing_table import RouteBy, RouteWeights, Venue
from oms.routing.decisions import Part, choose, composite, split
from oms.routing.ranking import Asked
from tests.fakes import T0, d

AAPL: Final = Symbol("AAPL")
FREE: Final = RouteWeights()
UP, DEGRADED, DOWN = VenueHealth.UP, VenueHealth.DEGRADED, VenueHealth.DOWN
TAKEN, PROBE = RouteVerdict.TAKEN, RouteVerdict.PROBE


def asked(qty: int = 100, limit: str | None = None, side: Side = Side.BUY, **choices: object) -> Asked:
    """Ask for so many, in lots of one."""
    usual: dict[str, object] = {
        "may_take": True, "may_rest": limit is not None, "lot": ONE, "min_qty": ONE, "multiplier": ONE,
    }  # fmt: skip
    limit_px = None if limit is None else d(limit)
    return Asked(side, d(qty), limit_px, **{**usual, **choices})  # type: ignore[arg-type]  # they are those of the class


def place(
    broker: str,
    ask: str | None = None,
    size: int = 100,
    *,
    bid: str | None = None,
    health: VenueHealth = UP,
    fee: str = "0",
    rebate: str = "0",
    claimed: int = 0,
    latency_ns: int = 0,
    fill_ppm: int = 1_000_000,
    reject_ppm: int = 0,
    verdict: RouteVerdict | None = None,
    may_hold: bool = False,
    behind: Sequence[tuple[str, int]] = (),
) -> Place:
    """A place that shows a price, with its fees in basis points."""
    quote = None
    if ask is not None or bid is not None:
        sizes = (0 if bid is None else size, 0 if ask is None else size)
        quote = Quote(AAPL, T0, bid, sizes[0], ask, sizes[1])
    return Place(
        BrokerName(broker),
        Venue(broker=broker, taker_bps=fee, maker_bps=rebate),
        health,
        quote,
        d(claimed),
        latency_ns,
        fill_ppm,
        reject_ppm,
        verdict,
        "",
        may_hold,
        behind=tuple((d(px), d(shown)) for px, shown in behind),
    )


def whole(
    what: Asked, *places: Place, by: RouteBy = RouteBy.BEST, weights: RouteWeights = FREE
) -> dict[str, str]:
    """Give what became of each place, in the order of their ranks."""
    decision = choose(what, places, rule=1, by=by, weights=weights, now_ns=T0)
    return {one.broker: one.verdict.name for one in decision.candidates}


# ------------------------------------------------------------ an order as a whole

WHOLES: dict[str, tuple[Asked, list[Place], dict[str, str]]] = {
    "the lower price": (
        asked(),
        [place("a", "10.02"), place("b", "10.01")],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    # 10.01 with 20 bps is 10.03002, 10.02 with 5 bps is 10.02501.
    "the lower price with its fee": (
        asked(),
        [place("a", "10.01", fee="20"), place("b", "10.02", fee="5")],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    # A seller is left 10.00 less 1 bp, 9.999, or 10.00 and a rebate of 2 bps, 10.002.
    "the higher price for a seller, with its rebate": (
        asked(side=Side.SELL),
        [place("a", bid="10.00", fee="1"), place("b", bid="10.00", fee="-2")],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    "where all of it is shown": (
        asked(100),
        [place("a", "10.01", 60), place("b", "10.02", 100)],
        {"b": "TAKEN", "a": "LESS_SHOWN"},
    ),
    "the lower price where nobody shows all of it": (
        asked(100),
        [place("a", "10.02", 90), place("b", "10.01", 10)],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    "not where others have just taken it": (
        asked(100),
        [place("a", "10.01", 150, claimed=100), place("b", "10.02", 100)],
        {"b": "TAKEN", "a": "LESS_SHOWN"},
    ),
    "up before degraded, though it costs more": (
        asked(),
        [place("a", "10.01", health=DEGRADED), place("b", "10.02")],
        {"b": "TAKEN", "a": "AFTER_THE_HEALTHY"},
    ),
    "a degraded one whose back-off is over as one that is up": (
        asked(),
        [evolve(place("a", "10.01", health=DEGRADED), is_forgiven=True), place("b", "10.02")],
        {"a": "TAKEN", "b": "COSTS_MORE"},
    ),
    "one that is down and may be tried, after all others": (
        asked(),
        [place("a", "10.01", health=DOWN), place("b", "10.02", health=DEGRADED)],
        {"b": "TAKEN", "a": "AFTER_THE_HEALTHY"},
    ),
    "one that is down and may be tried, as the last": (
        asked(),
        [place("a", "10.01", health=DOWN), place("b", "10.00", verdict=RouteVerdict.CANNOT)],
        {"a": "PROBE", "b": "CANNOT"},
    ),
    "where a price is known": (
        asked(),
        [place("a"), place("b", "10.02")],
        {"b": "TAKEN", "a": "NO_QUOTE"},
    ),
    "the first where no price is known": (
        asked(),
        [place("a"), place("b")],
        {"a": "TAKEN", "b": "LOST_A_TIE"},
    ),
    "where it trades at once, though resting would cost less": (
        asked(limit="10.05"),
        [place("a", "10.06", rebate="-9"), place("b", "10.05", fee="5")],
        {"b": "TAKEN", "a": "LIMIT"},
    ),
    "where it costs least to rest": (
        asked(limit="10.00"),
        [place("a", "10.06", rebate="1"), place("b", "10.05", rebate="-2")],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    "a tie by the share that executed": (
        asked(),
        [place("a", "10.01", fill_ppm=900_000), place("b", "10.01")],
        {"b": "TAKEN", "a": "LOST_A_TIE"},
    ),
    "a tie by the share that was refused": (
        asked(),
        [place("a", "10.01", reject_ppm=1), place("b", "10.01")],
        {"b": "TAKEN", "a": "LOST_A_TIE"},
    ),
    "a tie by latency": (
        asked(),
        [place("a", "10.01", latency_ns=2_000), place("b", "10.01", latency_ns=1_999)],
        {"b": "TAKEN", "a": "LOST_A_TIE"},
    ),
    "a tie by the rule's order": (
        asked(),
        [place("b", "10.01"), place("a", "10.01")],
        {"b": "TAKEN", "a": "LOST_A_TIE"},
    ),
    "who takes it as it is, before who would have it held": (
        asked(),
        [place("a", "10.01", may_hold=True), place("b", "10.02")],
        {"b": "TAKEN", "a": "CANNOT"},
    ),
    "nobody": (
        asked(),
        [place("a", "10.01", verdict=RouteVerdict.DOWN), place("b", verdict=RouteVerdict.NOT_RECONCILED)],
        {"a": "DOWN", "b": "NOT_RECONCILED"},
    ),
}


@pytest.mark.parametrize(("what", "places", "expected"), WHOLES.values(), ids=WHOLES)
def test_a_whole_order_goes(what: Asked, places: list[Place], expected: dict[str, str]) -> None:
    found = whole(what, *places)

    assert found == expected
    assert list(found) == list(expected)


def test_in_turn_takes_the_first_that_is_up_whatever_the_prices() -> None:
    places = [place("a", "10.00", health=DEGRADED), place("b", "10.02"), place("c", "10.01")]

    assert whole(asked(), *places, by=RouteBy.IN_TURN) == {
        "b": "TAKEN",
        "c": "LATER_IN_TURN",
        "a": "AFTER_THE_HEALTHY",
    }


def test_weights_add_latency_and_history_to_the_price() -> None:
    # 10 ms at 0.5 bps a ms are 5 bps; half refused at 8 bps are 4; a quarter unfilled at 4 bps is 1: 10 bps of 10.
    weights = RouteWeights(latency_bps_per_ms="0.5", reject_bps=8, unfilled_bps=4)
    slow = place("a", "10", latency_ns=10_000_000, reject_ppm=500_000, fill_ppm=750_000)
    for side, score in ((Side.BUY, "10.01"), (Side.SELL, "9.99")):
        shown = slow if side is Side.BUY else place(
            "a", bid="10", latency_ns=10_000_000, reject_ppm=500_000, fill_ppm=750_000
        )  # fmt: skip
        decision = choose(asked(side=side), [shown], rule=1, by=RouteBy.BEST, weights=weights, now_ns=T0)

        assert (decision.candidates[0].net_px, decision.candidates[0].score) == (d(10), d(score))


def test_an_amount_for_each_unit_is_a_part_of_the_price_by_the_multiplier() -> None:
    venue = Venue(broker="a", taker_per_unit="2.50")
    at = Place(BrokerName("a"), venue, UP, Quote(AAPL, T0, None, 0, "4000", 9), ZERO, 0, 1_000_000, 0)
    decision = choose(asked(multiplier=d(50)), [at], rule=1, by=RouteBy.BEST, weights=FREE, now_ns=T0)

    assert decision.candidates[0].net_px == d("4000.05")


def test_the_best_price_is_recorded_though_it_cannot_be_had() -> None:
    places = [place("a", "10.01", 5, verdict=RouteVerdict.DOWN, health=DOWN), place("b", "10.02", 7)]
    decision = choose(asked(), places, rule=3, by=RouteBy.BEST, weights=FREE, now_ns=T0)

    assert (decision.best_broker, decision.best_px, decision.best_size) == ("a", d("10.01"), d(5))
    assert [one.broker for one in decision.taken] == ["b"]
    assert str(decision) == (
        "100 to place by rule 3; the best price was 5 at 10.01 at a\n"
        "  b (up) 100, taken; shows 7 at 10.02, 10.02 with fees\n"
        "  a (down) down; shows 5 at 10.01, 10.01 with fees"
    )


# ------------------------------------------------------------ an order in parts

A, B, C = BrokerName("a"), BrokerName("b"), BrokerName("c")

SPLITS: dict[str, tuple[Asked, list[Place], list[Part], dict[str, str]]] = {
    "the better price first, then the next": (
        asked(100),
        [place("a", "10.02", 300), place("b", "10.01", 60)],
        [Part(B, d(60), d("10.01"), True), Part(A, d(40), d("10.02"), True)],
        {"b": "TAKEN", "a": "TAKEN"},
    ),
    "nothing to the worse where the better shows enough": (
        asked(100),
        [place("a", "10.02", 300), place("b", "10.01", 100)],
        [Part(B, d(100), d("10.01"), True)],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
    "no more than is shown: the rest is kept back": (
        asked(100),
        [place("a", "10.02", 30), place("b", "10.01", 20)],
        [Part(B, d(20), d("10.01"), True), Part(A, d(30), d("10.02"), True)],
        {"b": "TAKEN", "a": "TAKEN"},
    ),
    "what nobody shows rests where that costs least": (
        asked(100, "10.01"),
        [place("a", "10.02", 30, rebate="-1"), place("b", "10.01", 20)],
        [Part(B, d(20), d("10.01"), True), Part(A, d(80), d("10.01"), False)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
    "what nobody shows is kept back where it may not rest": (
        asked(100, "10.01", may_rest=False),
        [place("a", "10.02", 30), place("b", "10.01", 20)],
        [Part(B, d(20), d("10.01"), True)],
        {"b": "TAKEN", "a": "LIMIT"},
    ),
    "whole lots alone": (
        asked(100, lot=d(10), min_qty=d(10)),
        [place("a", "10.01", 37), place("b", "10.02", 9), place("c", "10.03", 500)],
        [Part(A, d(30), d("10.01"), True), Part(C, d(70), d("10.03"), True)],
        {"a": "TAKEN", "c": "TAKEN", "b": "NOTHING_SHOWN"},
    ),
    # 70 would leave 30, which nobody could be sent.
    "nothing below the smallest quantity, and none is left that is": (
        asked(100, min_qty=d(50)),
        [place("a", "10.01", 70), place("b", "10.02", 500)],
        [Part(A, d(50), d("10.01"), True)],
        {"a": "TAKEN", "b": "COSTS_MORE"},
    ),
    "so little may be left where nothing follows": (
        asked(100, min_qty=d(50), is_last=True),
        [place("a", "10.01", 70), place("b", "10.02", 20)],
        [Part(A, d(70), d("10.01"), True)],
        {"a": "TAKEN", "b": "NOTHING_SHOWN"},
    ),
    # 500 are 50 at 10.00 and, in whole lots, 50 at 10.01.
    "nothing below the least value, at the price of each part": (
        asked(200, "10.05", min_notional=d(500)),
        [place("a", "10.00", 60), place("b", "10.01", 49), place("c", "10.02", 60)],
        [
            Part(A, d(60), d("10.00"), True),
            Part(C, d(60), d("10.02"), True),
            Part(A, d(80), d("10.05"), False),
        ],
        {"a": "TAKEN", "c": "TAKEN", "b": "NOTHING_SHOWN"},
    ),
    "a part gives way to what is left for the least value": (
        asked(100, "10.05", min_notional=d(500)),
        [place("a", "10.00", 60), place("b", "10.06", 20)],
        [Part(A, d(50), d("10.00"), True), Part(A, d(50), d("10.05"), False)],
        {"a": "TAKEN", "b": "LIMIT"},
    ),
    "all of it rests where any part would leave too little": (
        asked(90, "10.05", min_notional=d(500)),
        [place("a", "10.00", 60), place("b", "10.06", 20)],
        [Part(A, d(90), d("10.05"), False)],
        {"a": "TAKEN", "b": "LIMIT"},
    ),
    "what is less than the least value is kept back": (
        asked(49, "10.05", min_notional=d(500)),
        [place("a", "10.00", 60)],
        [],
        {"a": "NOTHING_SHOWN"},
    ),
    "parts that are capped below the least value are kept back": (
        asked(200, "10.05", min_notional=d(500), max_part=d(40)),
        [place("a", "10.00", 60)],
        [],
        {"a": "COSTS_MORE"},
    ),
    "one that is down is tried by the least value": (
        asked(200, "10.05", min_notional=d(500)),
        [place("a", "10.00", 60, health=DOWN), place("b", "10.01", 100)],
        [
            Part(A, d(50), d("10.00"), True),
            Part(B, d(100), d("10.01"), True),
            Part(B, d(50), d("10.05"), False),
        ],
        {"a": "PROBE", "b": "TAKEN"},
    ),
    "not what was just taken": (
        asked(100),
        [place("a", "10.01", 60, claimed=60), place("b", "10.02", 60, claimed=10)],
        [Part(B, d(50), d("10.02"), True)],
        {"b": "TAKEN", "a": "NOTHING_SHOWN"},
    ),
    "degraded ones after all that are up": (
        asked(100),
        [place("a", "10.01", 60, health=DEGRADED), place("b", "10.02", 60)],
        [Part(B, d(60), d("10.02"), True), Part(A, d(40), d("10.01"), True)],
        {"b": "TAKEN", "a": "TAKEN"},
    ),
    "one unit to see whether a better place is back": (
        asked(100),
        [place("a", "10.01", 60, health=DOWN), place("b", "10.02", 300)],
        [Part(A, d(1), d("10.01"), True), Part(B, d(99), d("10.02"), True)],
        {"b": "TAKEN", "a": "PROBE"},
    ),
    "nothing to try a place that would not be taken": (
        asked(100),
        [place("a", "10.03", 60, health=DOWN), place("b", "10.02", 300)],
        [Part(B, d(100), d("10.02"), True)],
        {"b": "TAKEN", "a": "AFTER_THE_HEALTHY"},
    ),
    "a passive order rests whole at one place": (
        asked(100, "10.00", may_take=False),
        [place("a", "9.99", rebate="1"), place("b", "10.01", rebate="-1")],
        [Part(B, d(100), d("10.00"), False)],
        {"b": "TAKEN", "a": "COSTS_MORE"},
    ),
}


BOOKS: dict[str, tuple[Asked, list[Place], list[Part], dict[str, str]]] = {
    # With fees 10.005 and 10.02501 at the one, 10.011001 and 10.031003 at the other.
    "in turns, by what a unit costs with its fee": (
        asked(100),
        [
            place("a", "10.00", 30, fee="5", behind=[("10.02", 50)]),
            place("b", "10.01", 40, fee="1", behind=[("10.03", 100)]),
        ],
        [Part(A, d(60), d("10.02"), True), Part(B, d(40), d("10.01"), True)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
    # 10.01 and 15 bps are 10.025015: more than 10.02 without a fee.
    "not the lower price behind the best, where its fee makes it the dearer": (
        asked(50),
        [place("a", "10.00", 10, fee="15", behind=[("10.01", 50)]), place("b", "10.02", 100)],
        [Part(A, d(10), d("10.00"), True), Part(B, d(40), d("10.02"), True)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
    # A seller is left 9.999 and 9.98902 at the one, 9.99 at the other.
    "for a seller the higher": (
        asked(100, side=Side.SELL),
        [
            place("a", bid="10.00", size=20, fee="1", behind=[("9.99002", 50)]),
            place("b", bid="9.99", size=70),
        ],
        [Part(A, d(30), d("9.99002"), True), Part(B, d(70), d("9.99"), True)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
    "never beyond the limit: what is left rests": (
        asked(100, "10.04"),
        [place("a", "10.00", 10, behind=[("10.04", 20), ("10.05", 500)]), place("b", "10.06", 300)],
        [Part(A, d(30), d("10.04"), True), Part(A, d(70), d("10.04"), False)],
        {"a": "TAKEN", "b": "LIMIT"},
    ),
    # 15 are one lot.
    "odd lots of two prices together": (
        asked(100, lot=d(10), min_qty=d(10)),
        [place("a", "10.00", 7, behind=[("10.01", 8)]), place("b", "10.02", 500)],
        [Part(A, d(10), d("10.01"), True), Part(B, d(90), d("10.02"), True)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
    "once what is shown so far makes the smallest part": (
        asked(100, min_qty=d(5)),
        [place("a", "10.00", 3, behind=[("10.03", 4)]), place("b", "10.02", 50)],
        [Part(B, d(50), d("10.02"), True), Part(A, d(7), d("10.03"), True)],
        {"b": "TAKEN", "a": "TAKEN"},
    ),
    "a tie with what was taken last": (
        asked(40),
        [place("a", "10.00", 10, behind=[("10.02", 30)]), place("b", "10.02", 50)],
        [Part(A, d(40), d("10.02"), True)],
        {"a": "TAKEN", "b": "LOST_A_TIE"},
    ),
    "nothing of a book in which nothing is left": (
        asked(10),
        [place("a", "10.00", 10, claimed=10), place("b", "10.02", 50)],
        [Part(B, d(10), d("10.02"), True)],
        {"b": "TAKEN", "a": "NOTHING_SHOWN"},
    ),
    "what is behind a best price that was just taken": (
        asked(10),
        [place("a", "10.00", 10, claimed=10, behind=[("10.01", 4)]), place("b", "10.02", 50)],
        [Part(A, d(4), d("10.01"), True), Part(B, d(6), d("10.02"), True)],
        {"a": "TAKEN", "b": "TAKEN"},
    ),
}


def test_what_is_shown_behind_the_best_price_is_told() -> None:
    what, places, _, _ = BOOKS["in turns, by what a unit costs with its fee"]
    decision = split(what, places, rule=1, weights=FREE, now_ns=T0).decision

    assert [one.behind for one in decision.candidates] == [((d("10.02"), d(50)),), ((d("10.03"), d(100)),)]
    assert str(decision.candidates[0]) == (
        "a (up) 60, taken; shows 30 at 10 and 50 more up to 10.02, 10.005 with fees"
    )


@pytest.mark.parametrize(
    ("what", "places", "parts", "verdicts"), [*SPLITS.values(), *BOOKS.values()], ids=[*SPLITS, *BOOKS]
)
def test_an_order_is_split(
    what: Asked, places: list[Place], parts: list[Part], verdicts: dict[str, str]
) -> None:
    found = split(what, places, rule=1, weights=FREE, now_ns=T0)

    assert list(found.parts) == parts
    assert {one.broker: one.verdict.name for one in found.decision.candidates} == verdicts
    assert {one.broker: one.qty for one in found.decision.taken} == {
        part.broker: sum((other.qty for other in parts if other.broker == part.broker), ZERO)
        for part in parts
    }


def test_an_odd_lot_that_is_left_of_an_order_goes_as_it_is() -> None:
    found = split(asked(7, lot=d(10)), [place("a", "10.01", 50)], rule=1, weights=FREE, now_ns=T0)

    assert found.parts == (Part(A, d(7), d("10.01"), True),)


# ------------------------------------------------------------ what several places show together


def test_the_best_prices_of_several_places_are_one_quote() -> None:
    first = Quote(AAPL, T0, d("9.98"), d(5), d("10.02"), d(1))
    second = Quote(AAPL, T0 + 1, d("9.99"), d(3), d("10.02"), d(2))
    third = Quote(AAPL, T0 - 1, d("9.99"), d(4), None, ZERO)

    assert composite([first, second, third]) == Quote(AAPL, T0 + 1, d("9.99"), d(7), d("10.02"), d(3))
    assert composite([third]) == Quote(AAPL, T0 - 1, d("9.99"), d(4), None, Decimal(0))


CROSSED: Final = {
    "the older of two is left out": ([("10.03", "10.05"), ("10.00", "10.02")], ("10.00", "10.02")),
    "whichever comes first": ([("10.00", "10.02"), ("10.03", "10.05")], ("10.03", "10.05")),
    "what agrees with the newest stays": (
        [("10.00", "10.03"), ("10.04", "10.06"), ("10.01", "10.03")],
        ("10.01", "10.03"),
    ),
    "one that is locked with the newest stays": (
        [("10.02", "10.04"), ("10.00", "10.02")],
        ("10.02", "10.02"),
    ),
    "one that crosses by itself is left out": ([("10.00", "10.02"), ("10.03", "10.01")], ("10.00", "10.02")),
    "the newest where all of them do": ([("10.04", "10.02"), ("10.03", "10.01")], ("10.03", "10.01")),
    "of one side alone too": ([("10.03", None), ("10.00", "10.02")], ("10.00", "10.02")),
    "the one before where the newest has one side": (
        [("10.10", "10.12"), (None, "10.02")],
        ("10.10", "10.12"),
    ),
    "the same of the other side": ([("10.10", "10.12"), ("10.20", None)], ("10.10", "10.12")),
    "an older one that makes two sides of the newest": (
        [("10.00", "10.05"), ("10.10", "10.12"), (None, "10.02")],
        ("10.00", "10.02"),
    ),
    "what crosses nothing of the one before counts beside it": (
        [("10.10", "10.13"), (None, "10.02"), (None, "10.12")],
        ("10.10", "10.12"),
    ),
    "two of one side each": ([("10.10", "10.12"), ("10.01", None), (None, "10.02")], ("10.01", "10.02")),
    "one side alone where nobody has two": ([("10.03", None), (None, "10.02")], (None, "10.02")),
    "the one before where the newest crosses by itself, and the next has one side": (
        [("10.10", "10.12"), (None, "10.02"), ("10.06", "10.04")],
        ("10.10", "10.12"),
    ),
}


@pytest.mark.parametrize(("shown", "expected"), CROSSED.values(), ids=CROSSED)
def test_what_crosses_what_is_newer_is_left_out(
    shown: list[tuple[str | None, str | None]], expected: tuple[str | None, str]
) -> None:
    """The quotes are given oldest first."""
    quotes = [
        Quote(AAPL, T0 + number, bid, 5 if bid else 0, ask, 5 if ask else 0)
        for number, (bid, ask) in enumerate(shown)
    ]

    for given in (quotes, quotes[::-1]):
        found = composite(given)
        assert (found.bid, found.ask) == tuple(None if px is None else d(px) for px in expected)


def test_of_quotes_of_one_time_the_first_given_is_the_newest() -> None:
    first, second = Quote(AAPL, T0, "10.03", 5, "10.05", 5), Quote(AAPL, T0, "10.00", 5, "10.02", 5)

    assert composite([first, second]) == first
    assert composite([second, first]) == second
