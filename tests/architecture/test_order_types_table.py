"""The tables of order types in the docs: every kind has a row, and what the rows say is what the code does."""

from pathlib import Path
from typing import get_args

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.capabilities import Capabilities
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.ids import Account, Symbol
from oms.model.instructions import INSTRUCTIONS, Instructions
from oms.model.market import Quote
from oms.model.offset import Offset
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Strategy,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import GTC, TimeInForce
from oms.order_types.placing import place
from oms.order_types.registry import default_handlers
from oms.order_types.validation import check_capabilities

PAGE = Path(__file__).parents[2] / "docs/reference/order-types.md"
NATIVE = PaperBroker([]).capabilities()


def column(first: str, name: str) -> dict[str, str]:
    """Give a column of the table that begins with this head, by the first cell without its marks."""
    lines = iter(PAGE.read_text("utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            break
    else:
        pytest.fail(f"no table begins with {first}")
    place = _cells(line).index(name)
    next(lines)
    found = {}
    for row in lines:
        if not row.startswith("|"):
            break
        cells = _cells(row)
        found[cells[0].strip("`")] = cells[place]
    return found


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _word(is_so: bool) -> str:  # a claim put into words
    return "yes" if is_so else "no"


def test_every_kind_of_terms_has_a_row_that_says_whether_the_simulated_exchange_works_it() -> None:
    worked = {terms for terms, _ in NATIVE.order_types}

    assert column("terms", "native") == {kind.__name__: _word(kind in worked) for kind in get_args(Terms)}


HELD: dict[type[Terms], Terms] = {
    type(terms): terms
    for terms in (
        Market(),
        Limit(1),
        Stop(1),
        StopLimit(1, 1),
        MarketIfTouched(1),
        LimitIfTouched(1, 1),
        TrailingStop(Offset(1)),
        TrailingStopLimit(Offset(1), Offset(1)),
        MarketToLimit(),
        Pegged(),
        Strategy("any"),
    )
}


def test_every_kind_of_terms_has_a_row_that_says_whether_it_can_be_held_here() -> None:
    pairs = frozenset({(Market, type(GTC)), (Limit, type(GTC))})
    plain = Capabilities(order_types=pairs, amendable=frozenset({"price"}))
    shown = Quote(Symbol("AAPL"), 0, 1, 1, 1, 1)

    def is_held(terms: Terms) -> bool:
        order = SubmitOrder(Symbol("AAPL"), Side.SELL, 1, terms, GTC, Account("main"))
        trigger, reasons = place(order, plain, "", default_handlers(), shown)
        return trigger is not None and not reasons

    assert set(HELD) == set(get_args(Terms))
    assert column("terms", "can be held here") == {
        kind.__name__: _word(is_held(terms)) for kind, terms in HELD.items()
    }


def test_every_time_in_force_has_a_row_that_says_whether_a_stop_can_have_it_there() -> None:
    kinds = get_args(TimeInForce)

    assert all((Limit, kind) in NATIVE.order_types for kind in kinds)
    assert column("time in force", "waiting for a price") == {
        kind.__name__: _word((Stop, kind) in NATIVE.order_types) for kind in kinds
    }


def test_every_instruction_has_a_row_that_says_who_must_know_it() -> None:
    assert column("instruction", "native") == {
        name: _word(name in NATIVE.instructions) for name in INSTRUCTIONS
    }
    needed = column("instruction", "the broker must know it")
    assert set(needed) == INSTRUCTIONS
    nothing = Capabilities(order_types=frozenset({(Limit, type(GTC))}))
    for name, word in needed.items():
        asked = Instructions(min_qty=1) if name == "min_qty" else Instructions(**{name: True})
        order = SubmitOrder(Symbol("AAPL"), Side.SELL, 1, Limit(1), GTC, Account("main"), instructions=asked)
        assert word == _word(bool(check_capabilities(order, nothing, ""))), name


def test_a_table_that_is_not_there_is_found() -> None:
    with pytest.raises(BaseException, match="no table begins with colour"):
        column("colour", "native")
