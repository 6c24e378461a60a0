"""Exits that are not for what their entry brings."""

from __future__ import annotations

import pytest

from oms.errors import ValidationError
from oms.model.contingency import Contingency, Leg, Oco, Oto, SubmitGroup
from oms.model.enums import Side
from oms.model.terms import Limit, Market, Stop
from oms.order_types.exit_units import check_units
from tests.unit.engine.desk import MAIN

ENTRY = Leg("AAPL", Side.BUY, Limit(101), order_qty=10)
STOP = Leg("AAPL", Side.SELL, Stop(95))
TARGET = Leg("AAPL", Side.SELL, Limit(110), order_qty=5)
HEDGE = Leg("MSFT", Side.SELL, Market(), order_qty=10)
SCALE_IN = Leg("AAPL", Side.BUY, Limit(98), order_qty=10)
ELSEWHERE = Leg("AAPL", Side.SELL, Limit(110), account="other", order_qty=10)
COVER = Oto(Leg("AAPL", Side.SELL_SHORT, Limit(110), order_qty=10), (Leg("AAPL", Side.BUY, Limit(100)),))

TAKE_AWAY: dict[str, tuple[Contingency, str]] = {
    "a hedge in another instrument": (Oto(ENTRY, (HEDGE, STOP)), "SELL MSFT behind BUY AAPL"),
    "more on the same side": (Oto(ENTRY, (SCALE_IN, STOP)), "BUY AAPL behind BUY AAPL"),
    "an exit for another account": (Oto(ENTRY, (ELSEWHERE, STOP)), "SELL AAPL behind BUY AAPL"),
    "one after the others": (
        Oto(ENTRY, (TARGET, Leg("MSFT", Side.SELL, Limit(9)))),
        "SELL MSFT behind BUY AAPL",
    ),
    "an entry with exits of its own": (
        Oto(ENTRY, (TARGET, Oto(Leg("MSFT", Side.SELL, Market()), (Leg("MSFT", Side.BUY, Limit(9)),)))),
        "SELL MSFT behind BUY AAPL",
    ),
    "a leg of an oco": (
        Oto(ENTRY, (TARGET, Oco((Leg("MSFT", Side.SELL, Limit(9)), STOP)))),
        "SELL MSFT behind BUY AAPL",
    ),
    "deep in an oco": (Oco((Oto(ENTRY, (HEDGE, STOP)), SCALE_IN)), "SELL MSFT behind BUY AAPL"),
    "behind an exit": (
        Oto(ENTRY, (Oto(STOP, (HEDGE, Leg("AAPL", Side.BUY, Limit(90)))),)),
        "behind SELL AAPL",
    ),
    "more than the entry brings": (
        Oto(Leg("ES", Side.BUY, Limit(1), order_qty=1), (Leg("SPY", Side.SELL, Market(), order_qty=500),)),
        "500, SELL SPY behind BUY ES",
    ),
}


@pytest.mark.parametrize(("tree", "said"), TAKE_AWAY.values(), ids=TAKE_AWAY)
def test_what_would_leave_another_exit_without_what_it_closes_is_refused(
    tree: Contingency, said: str
) -> None:
    with pytest.raises(ValidationError, match="submit it by itself as the entry executes") as caught:
        check_units(SubmitGroup(tree, MAIN))
    assert said in str(caught.value)


CLOSE: dict[str, Contingency] = {
    "exits one after the other": Oto(ENTRY, (TARGET, STOP)),
    "exits of a short sale": COVER,
    "a short sale behind a purchase": Oto(ENTRY, (TARGET, Leg("AAPL", Side.SELL_SHORT, Stop(95)))),
    "the account by its name": Oto(ENTRY, (TARGET, Leg("AAPL", Side.SELL, Stop(95), account="main"))),
    "one leg alone that takes all": Oto(ENTRY, (Leg("MSFT", Side.SELL, Market()),)),
    "one leg alone for no more than its entry": Oto(ENTRY, (HEDGE,)),
    "either an exit or a hedge": Oto(ENTRY, (Oco((STOP, Leg("MSFT", Side.SELL, Limit(9)))),)),
    "alternatives": Oco((ENTRY, HEDGE)),
    "an order": ENTRY,
}


@pytest.mark.parametrize("tree", CLOSE.values(), ids=CLOSE)
def test_what_closes_or_stands_alone_is_taken(tree: Contingency) -> None:
    check_units(SubmitGroup(tree, MAIN))
