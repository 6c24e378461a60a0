"""What is looked at before an order may leave: grids, minimums, and what its broker takes."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from oms.model.capabilities import ALL_ORDER_TYPES, Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, Symbol
from oms.model.instrument import Instrument
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import DAY, IOC, Day, TimeInForce
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, VenueProfile
from oms.order_types.grid_checks import check_cash, check_display
from oms.order_types.validation import check_capabilities
from tests.fakes import d

CODE = ReasonCode
LOTS = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=5, min_notional=100)


def asked(
    qty: Any = 100, terms: Terms | None = None, tif: TimeInForce = DAY, cash: Any = None
) -> SubmitOrder:
    wanted = Limit(100) if terms is None else terms
    return SubmitOrder(Symbol("AAPL"), Side.BUY, qty, wanted, tif, Account("main"), cash_order_qty=cash)


SHOWN: dict[str, tuple[Any, SubmitOrder, tuple[Reason, ...]]] = {
    "all of it": (None, asked(), ()),
    "a lot": (5, asked(), ()),
    "as much as it is": (100, asked(), ()),
    "a lot more than it is": (
        105, asked(), (Reason(CODE.ABOVE_ORDER_QTY, "display_qty", "105", "at most the total, 100"),),
    ),
    "between two lots": (
        "12.5", asked(), (Reason(CODE.OFF_LOT, "display_qty", "12.5", "10 or 15 (lots of 5)"),),
    ),
    "less than a lot": (2, asked(), (Reason(CODE.OFF_LOT, "display_qty", "2", "5 (lots of 5)"),)),
    "both wrong": (
        101, asked(),
        (
            Reason(CODE.OFF_LOT, "display_qty", "101", "100 or 105 (lots of 5)"),
            Reason(CODE.ABOVE_ORDER_QTY, "display_qty", "101", "at most the total, 100"),
        ),
    ),
    "some of an amount of money": (500, asked(None, cash=1000), ()),
}  # fmt: skip


@pytest.mark.parametrize(("shown", "order", "reasons"), SHOWN.values(), ids=SHOWN)
def test_what_an_order_shows_is_lots_of_it(
    shown: Any, order: SubmitOrder, reasons: tuple[Reason, ...]
) -> None:
    assert check_display(None if shown is None else d(shown), order, LOTS) == reasons


def test_an_amount_of_money_is_worth_what_an_order_has_to_be_worth() -> None:
    assert check_cash(d(100), LOTS) == ()
    assert check_cash(d("99.99"), LOTS) == (
        Reason(CODE.BELOW_MIN_NOTIONAL, "cash_order_qty", "99.99", "at least 100 USD"),
    )


PLAIN = VenueProfile(name="plain")
TAKEN: dict[str, tuple[VenueProfile, SubmitOrder, tuple[Reason, ...]]] = {
    "an order like any other": (PLAIN, asked(), ()),
    "a limit that shows a part, where that can be": (EXCHANGE, asked(terms=Limit(1, 5)), ()),
    "money, where that is taken": (FIX_BROKER, asked(None, Market(), cash=1000), ()),
    "a limit that shows a part": (
        PLAIN, asked(terms=Limit(1, 5)),
        (Reason(CODE.UNSUPPORTED, "display_qty", "5", "none: the whole order is shown", "house"),),
    ),
    "money": (
        EXCHANGE, asked(None, Market(), cash="1000.50"),
        (Reason(CODE.UNSUPPORTED, "cash_order_qty", "1000.5", "none: give order_qty, in units", "house"),),
    ),
    "everything at once": (
        PLAIN, asked(None, Limit(1, 5), IOC, cash=1000),
        (
            Reason(CODE.UNSUPPORTED, "terms and time_in_force", "Limit ImmediateOrCancel", "Limit Day", "house"),
            Reason(CODE.UNSUPPORTED, "display_qty", "5", "none: the whole order is shown", "house"),
            Reason(CODE.UNSUPPORTED, "cash_order_qty", "1000", "none: give order_qty, in units", "house"),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("profile", "order", "reasons"), TAKEN.values(), ids=TAKEN)
def test_a_broker_is_asked_for_what_it_takes_and_the_refusal_names_it(
    profile: VenueProfile, order: SubmitOrder, reasons: tuple[Reason, ...]
) -> None:
    can = Capabilities(order_types=ALL_ORDER_TYPES, profile=profile)
    if len(reasons) == 3:
        can = evolve(can, order_types=frozenset({(Limit, Day)}))

    assert check_capabilities(order, can, "house") == reasons
