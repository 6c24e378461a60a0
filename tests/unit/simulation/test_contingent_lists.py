"""What the simulated exchange makes of orders that depend on one another, as stories worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model.contingency import Leg, Oco, Oto, legs_of
from oms.model.enums import ExecRestatementReason, ExecType, OrdStatus, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ListId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderList, OrderStatusRequest
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GTC
from oms.simulation.exchange import SimulatedExchange
from tests.unit.simulation.test_triggers import Story, tell
from tests.unit.simulation.venue import NOON_NS, Venue, X, order, spoken

BRACKET = "a buy 10 @100 gtc > b sell * stop95 gtc | c sell * @110 gtc -> a new; b new; c new"

BRACKETS: dict[str, Story] = {
    "the exits do nothing before the entry has executed": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "trade 94x1 -> a 1@100 maker leaves 9",
    ),
    "the target fills: the stop ends in the same moment": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 110x50 111x50 -> c 10@110 maker leaves 0; b canceled cum 0",
        "trade 90x5",
    ),
    "the stop fires: the target ends in the same moment": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 94x50 94.5x50",
        "trade 95x1 -> b triggered; b 10@94 taker leaves 0; c canceled cum 0",
        "quote 110x50 111x50",
    ),
    "each execution of the entry gives the exits as much, and no more": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "quote 112x50 113x50 -> c 4@110 maker leaves 6; a canceled cum 4; b canceled cum 0; c canceled cum 4",
    ),
    "what the target takes of a part is taken off the stop, and the rest follows the entry": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "quote 110x3 111x50 -> c 3@110 maker leaves 7; b restated 7 cum 0",
        "quote 99x5 100x6 -> a 6@100 maker leaves 0",
        "quote 90x50 91x50",
        "trade 95x1 -> b triggered; b 7@90 taker leaves 0; c canceled cum 3",
    ),
    "a stop beside a target that was filled in part sells the rest, never more": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 110x4 111x50 -> c 4@110 maker leaves 6; b restated 6 cum 0",
        "quote 94x2 94.5x50",
        "trade 95x1 -> b triggered; b 2@94 taker leaves 4; c restated 8 cum 4; b canceled cum 2",
        "quote 110x9 111x50 -> c 4@110 maker leaves 0",
    ),
    "a sibling is ended by the first execution where the list says so": (
        "quote 104x50 105x50",
        f"list cancel: {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 110x4 111x50 -> c 4@110 maker leaves 6; b canceled cum 0",
        "quote 110x9 111x50 -> c 6@110 maker leaves 0",
    ),
    "an entry that is canceled with nothing executed ends its exits": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "cancel d a -> d canceled cum 0; b canceled cum 0; c canceled cum 0",
    ),
    "an entry that is canceled half done leaves its exits with that": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "cancel d a -> d canceled cum 4; b restated 4 cum 0; c restated 4 cum 0",
        "quote 110x50 111x50 -> c 4@110 maker leaves 0; b canceled cum 0",
    ),
    "an entry that takes at once arms them within the request": (
        "quote 104x50 105x50",
        (
            "list : a buy 10 mkt ioc > b sell * stop95 gtc | c sell * @104 gtc -> a new; b new; c new; "
            "a 10@105 taker leaves 0; c 10@104 taker leaves 0; b canceled cum 0"
        ),
    ),
    "an exit that works goes on where it is while its entry trades, and what that brings works after": (
        "quote 98x50 105x50",
        "list : a buy 4 @100 gtc > b sell * @99 gtc -> a new; b new",
        "trade 99x3 -> a 3@100 maker leaves 1",
        "trade 99.5x3 -> a 1@100 maker leaves 0; b 2@99 maker leaves 2",
        "trade 99.5x5 -> b 2@99 maker leaves 0",
    ),
    "what an entry brings does not work in the update that brings it": (
        "quote 98x50 105x50",
        "list : a buy 4 @100 gtc > b sell * @99 gtc -> a new; b new",
        "trade 99x3 -> a 3@100 maker leaves 1",
        "trade 99.5x6 -> a 1@100 maker leaves 0; b 3@99 maker leaves 1",
        "trade 99.5x5 -> b 1@99 maker leaves 0",
    ),
    "what an entry brings to an exit that works takes what is shown then": (
        "quote 98x50 105x50",
        "list : a buy 4 @100 gtc > b sell * @98.5 gtc -> a new; b new",
        "trade 98.5x3 -> a 3@100 maker leaves 1",
        "quote 99x9 99.5x9 -> a 1@100 maker leaves 0; b 3@98.5 maker leaves 1; b 1@99 taker leaves 0",
    ),
    "an exit that is given more loses its place": (
        "quote 98x50 105x7",
        "list : a buy 4 @100 gtc > b sell * @105 gtc -> a new; b new",
        "trade 99x3 -> a 3@100 maker leaves 1",
        "sell c 1 @105 gtc -> c new",
        "trade 99x1 -> a 1@100 maker leaves 0",
        "trade 105x9 -> c 1@105 maker leaves 0; b 1@105 maker leaves 3",
    ),
}

POLICIES: dict[str, Story] = {
    "first fill: exits for the first execution, for the whole once the entry has ended": (
        "quote 104x50 105x50",
        f"list first: {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "quote 99x5 100x2 -> a 2@100 maker leaves 4",
        "quote 110x3 111x50 -> c 3@110 maker leaves 7; b restated 7 cum 0",
        "quote 110x2 111x50 -> c 1@110 maker leaves 6; b restated 6 cum 0",
        "cancel d a -> d canceled cum 6; b restated 2 cum 0; c restated 6 cum 4; c 1@110 taker leaves 1; b restated 1 cum 0",
    ),
    "complete: no exit before the entry has ended": (
        "quote 104x50 105x50",
        f"list complete: {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "quote 120x50 121x50",
        "quote 99x5 100x6 -> a 6@100 maker leaves 0",
        "quote 120x50 121x50 -> c 10@110 maker leaves 0; b canceled cum 0",
    ),
    "rearm: the rest of the entry goes on, and gets its exits": (
        "quote 104x50 105x50",
        f"list rearm: {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "quote 112x50 113x50 -> c 4@110 maker leaves 6; b restated 6 cum 0",
        "quote 90x50 100x6 -> a 6@100 maker leaves 0",
        "trade 95x1 -> b triggered; b 6@90 taker leaves 0; c canceled cum 4",
    ),
    "two exits share what the entry brings, in their order": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell 4 @110 gtc & c sell * @110 gtc -> a new; b new; c new",
        "quote 99x5 100x5 -> a 5@100 maker leaves 5",
        "quote 110x50 111x50 -> b 4@110 maker leaves 0; c 1@110 maker leaves 5; a canceled cum 5; c canceled cum 1",
    ),
    "an exit that is canceled leaves its part to the one that takes all": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell 4 @110 gtc & c sell * @112 gtc -> a new; b new; c new",
        "cancel d b -> d canceled cum 0; c restated 10 cum 0",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 112x50 113x50 -> c 10@112 maker leaves 0",
    ),
}

PAIRS: dict[str, Story] = {
    "both legs work at once, and the first to trade ends the other": (
        "quote 99x50 101x50",
        "list cancel: a buy 5 @98 gtc | b buy 5 stop103 gtc -> a new; b new",
        "quote 97x50 98x5 -> a 5@98 maker leaves 0; b canceled cum 0",
        "trade 104x1",
    ),
    "what one executes is taken off the other": (
        "quote 99x50 101x50",
        "list : a buy 5 @98 gtc | b buy 5 stop103 gtc -> a new; b new",
        "quote 97x50 98x2 -> a 2@98 maker leaves 3; b restated 3 cum 0",
        "quote 103x50 104x50",
        "trade 103x1 -> b triggered; b 3@104 taker leaves 0; a canceled cum 2",
    ),
    "of two that one update reaches the second finds what the first has left": (
        "quote 99x50 101x50",
        "list : a buy 5 @98 gtc | b buy 5 @97 gtc -> a new; b new",
        "quote 90x50 91x3 -> a 3@98 maker leaves 2; b restated 2 cum 0",
        "quote 90x50 91x30 -> a 2@98 maker leaves 0; b canceled cum 0",
    ),
    "a print through both prices fills one of them": (
        "quote 99x50 101x50",
        "list : a buy 5 @98 gtc | b buy 5 @97 gtc -> a new; b new",
        "trade 90x30 -> a 5@98 maker leaves 0; b canceled cum 0",
    ),
    "of two stops that one trade reaches the second has ended": (
        "quote 99x50 101x50",
        "list : a buy 5 stop102 gtc | b buy 5 stop103 gtc -> a new; b new",
        "trade 104x1 -> a triggered; a 5@101 taker leaves 0; b canceled cum 0",
    ),
    "a leg that trades at once is all there is": (
        "quote 99x50 101x50",
        "list : a buy 5 @101 gtc | b buy 5 stop103 gtc -> a new; b new; a 5@101 taker leaves 0; b canceled cum 0",
    ),
    "a purchase and a sale reduce each other too": (
        "quote 99x50 101x50",
        "list : a buy 5 @98 gtc | b sell 5 @102 gtc -> a new; b new",
        "quote 97x50 98x2 -> a 2@98 maker leaves 3; b restated 3 cum 0",
        "quote 102x50 103x2 -> b 3@102 maker leaves 0; a canceled cum 2",
    ),
}

REQUESTS: dict[str, Story] = {
    "a smaller entry makes its exits smaller": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "replace d a 6@100 -> d replaced 6@100 cum 0 leaves 6; b restated 6 cum 0; c restated 6 cum 0",
    ),
    "a leg that is held takes other prices, and does nothing": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "replace d c 10@103 -> d replaced 10@103 cum 0 leaves 10",
        "replace e b 10:stop102 -> e replaced 10 stop 102 cum 0 leaves 10",
        "trade 101x1",
        "trade 104x1",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 101x50 102x50",
        "trade 102x1 -> e triggered; e 10@101 taker leaves 0; d canceled cum 0",
    ),
    "a leg at work that is moved keeps what the list gives it": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        (
            "replace d c 10@99 -> d replaced 10@99 cum 0 leaves 10; d 4@99 taker leaves 6; a canceled cum 4; "
            "b canceled cum 0; d canceled cum 4"
        ),
    ),
    "an exit that is made smaller by its owner stays so": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "replace d c 4@110 -> d replaced 4@110 cum 0 leaves 4",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 112x50 113x50 -> d 4@110 maker leaves 0; b restated 6 cum 0",
    ),
    "an order is made smaller by what it is shown as, whatever its sibling has taken off it": (
        "quote 99x50 101x50",
        "list : a buy 5 @98 gtc | b buy 5 stop103 gtc -> a new; b new",
        "quote 97x50 98x2 -> a 2@98 maker leaves 3; b restated 3 cum 0",
        "replace c b 2:stop103 -> c replaced 2 stop 103 cum 0 leaves 2",
        "quote 97x50 98x1 -> a 1@98 maker leaves 2; c restated 1 cum 0",
    ),
    "an exit that is made larger than the entry is restated": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "replace d c 30@110 -> d replaced 30@110 cum 0 leaves 30; d restated 10 cum 0",
    ),
    "an exit that is canceled leaves the other as it was": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "cancel d b -> d canceled cum 0",
        "quote 110x50 111x50 -> c 10@110 maker leaves 0",
    ),
    "where one order cannot be taken none is": (
        "list : a buy 10 @100 gtc > b sell * stop95 gtc | c sell * @110.001 gtc -> a rejected 99; b rejected 99; c rejected 18",
        "quote 99x50 100x50",
    ),
    "an order for an auction depends on nothing": (
        "list : a buy 10 @100 gtc > b sell * @95 cls -> a rejected 11; b rejected 11",
    ),
    "a list under a used ClOrdID is refused, and the first order lives on": (
        "quote 99x50 101x50",
        "buy a 10 @98 gtc -> a new",
        f"list : {BRACKET.partition(' ->')[0]} -> a rejected 6; b rejected 6; c rejected 6",
        "quote 97x50 98x20 -> a 10@98 maker leaves 0",
    ),
}

TIMES: dict[str, Story] = {
    "an entry for the day that ends with it leaves its exits with what it had": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 day > b sell * stop95 gtc | c sell * @110 gtc -> a new; b new; c new",
        "quote 99x5 100x4 -> a 4@100 maker leaves 6",
        "close -> a expired cum 4; b restated 4 cum 0; c restated 4 cum 0",
        "open 9",
        "quote 110x50 111x50 -> c 4@110 maker leaves 0; b canceled cum 0",
    ),
    "an entry of which nothing was done takes its exits along": (
        "list : a buy 10 @100 day > b sell * stop95 day | c sell * @110 day -> a new; b new; c new",
        "close -> a expired cum 0; b canceled cum 0; c canceled cum 0",
    ),
    "an exit for the day counts its day from when it begins to work": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * stop95 day | c sell * @110 day -> a new; b new; c new",
        "close",
        "open 9",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "close 9 -> b expired cum 0; c expired cum 0",
    ),
    "seconds count from then too": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > c sell * @110 gft5 -> a new; c new",
        "wait 9",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "wait 4",
        "wait 2 -> c expired cum 0",
    ),
    "an exit whose moment has passed expires where it would begin": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * stop95 gtc | c sell * @110 gtt -> a new; b new; c new",
        "wait 20",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0; c expired cum 0",
        "quote 90x50 91x50",
        "trade 95x1 -> b triggered; b 10@90 taker leaves 0",
    ),
    "an entry that is good for the close arms its exits, which work from the opening on": (
        "quote 99x50 101x50",
        "list : a buy 10 mkt cls > b sell * stop95 gtc | c sell * @98 gtc -> a new; b new; c new",
        "close -> a 10@101 auction leaves 0",
        "open 9 -> c 10@99 taker leaves 0; b canceled cum 0",
    ),
    "what depends on others takes no part in an auction": (
        "quote 104x50 105x50",
        f"list : {BRACKET}",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "buy d 10 @120 cls -> d new",
        "quote 104x50 - ",
        "close -> d expired cum 0",
    ),
    "an exit that trades at once or not at all has its turn with each execution": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * mkt ioc -> a new; b new",
        "quote 99x50 100x4 -> a 4@100 maker leaves 6; b 4@99 taker leaves 6; a canceled cum 4; b canceled cum 4",
    ),
}

INSTRUCTIONS: dict[str, Story] = {
    "a post-only exit that would take as it begins is canceled": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * stop95 gtc | c sell * @99 gtc post -> a new; b new; c new",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0; c canceled cum 0",
        "quote 90x50 91x50",
        "trade 95x1 -> b triggered; b 10@90 taker leaves 0",
    ),
    "a reduce-only exit waits for the position that its entry makes": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * stop95 gtc reduce | c sell * @110 gtc reduce -> a new; b new; c new",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 99x50 100x50",
        "sell d 10 mkt ioc -> d new; d 10@99 taker leaves 0; b canceled cum 0; c canceled cum 0",
    ),
    "a reduce-only exit takes no more than the position": (
        "quote 104x50 105x50",
        "list : a buy 10 @100 gtc > b sell * stop95 gtc | c sell * @110 gtc reduce -> a new; b new; c new",
        "quote 99x5 100x50 -> a 10@100 maker leaves 0",
        "quote 99x50 100x50",
        "sell d 7 mkt ioc -> d new; d 7@99 taker leaves 0",
        "quote 110x50 111x50 -> c 3@110 maker leaves 7; b restated 7 cum 0; c canceled cum 3",
    ),
    "neither all or none nor a least quantity goes with others": (
        "list : a buy 10 @100 gtc > b sell * @110 gtc aon -> a rejected 11; b rejected 11",
        "list : d buy 10 @100 gtc > e sell * @110 gtc min2 -> d rejected 11; e rejected 11",
    ),
}


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(story, id=name)
        for table in (BRACKETS, POLICIES, PAIRS, REQUESTS, TIMES, INSTRUCTIONS)
        for name, story in table.items()
    ],
)
def test_lists(story: Story) -> None:
    tell(story)


def test_what_is_held_is_open_and_shown_as_new() -> None:
    venue = Venue()
    venue.tell("quote 104x50 105x50")
    venue.tell(f"list : {BRACKET.partition(' ->')[0]}")
    shown = venue.exchange.open_orders(NOON_NS)
    assert [(one.cl_ord_id, one.ord_status, one.order_qty) for one in shown] == [
        (ClOrdId(name), OrdStatus.NEW, Decimal(10)) for name in "abc"
    ]
    asked = OrderStatusRequest(
        BrokerName("paper"), OrderId(1), ClOrdId("b"), NOON_NS, None, None, X, Side.SELL, Account("main")
    )
    said = venue.exchange.status(asked)
    assert said is not None
    assert (said.ord_status, said.cum_qty, said.leaves_qty) == (OrdStatus.NEW, Decimal(0), Decimal(10))


def test_a_restatement_says_why() -> None:
    venue = Venue()
    for line in ("quote 99x50 101x50", "list : a buy 5 @98 gtc | b buy 5 stop103 gtc", "quote 97x50 98x2"):
        venue.tell(line)
    restated = venue.reports[-1]
    assert isinstance(restated, ExecutionReport)
    assert restated.exec_type is ExecType.RESTATED
    assert restated.exec_restatement_reason is ExecRestatementReason.PARTIAL_DECLINE
    assert (restated.order_qty, restated.cum_qty, restated.leaves_qty) == (Decimal(3), Decimal(0), Decimal(3))


Y = Symbol("Y")


def two_instruments() -> tuple[SimulatedExchange, NewOrderList]:
    exchange = SimulatedExchange(
        [Instrument(symbol=name, currency="USD", tick="0.01", lot=1) for name in ("X", "Y")]
    )
    tree = Oto(
        Leg("X", Side.BUY, Limit(100), GTC, None, 10),
        (Oco((Leg("Y", Side.SELL, Limit(50), GTC), Leg("X", Side.SELL, Stop(95), GTC))),),
    )
    orders = tuple(
        order(name, leg.side, Decimal(10), leg.terms, symbol=leg.symbol)
        for name, leg in zip("abc", legs_of(tree), strict=True)
    )
    return exchange, NewOrderList(BrokerName("paper"), ListId("l"), NOON_NS, tree, orders)


def test_a_list_may_have_orders_of_several_instruments() -> None:
    exchange, request = two_instruments()
    exchange.new_list(request)
    exchange.on_quote(Quote(X, NOON_NS, 99, 50, 100, 4))
    reports = exchange.on_quote(Quote(Y, NOON_NS, 50, 3, 51, 50))
    assert [spoken(one) for one in reports] == ["b 3@50 maker leaves 7", "c restated 7 cum 0"]
    reports = exchange.on_quote(Quote(Y, NOON_NS, 50, 30, 51, 50))
    assert [spoken(one) for one in reports] == [
        "b 1@50 maker leaves 6",
        "a canceled cum 4",
        "c canceled cum 0",
        "b canceled cum 4",
    ]


def test_a_list_whose_orders_are_not_those_of_its_tree_is_refused() -> None:
    exchange, request = two_instruments()
    other = evolve(request, orders=(evolve(request.orders[0], side=Side.SELL), *request.orders[1:]))
    assert [spoken(one) for one in exchange.new_list(other)] == [
        "a rejected 99",
        "b rejected 99",
        "c rejected 99",
    ]


def test_a_list_whose_totals_are_not_what_its_tree_gives_is_refused() -> None:
    exchange, request = two_instruments()
    other = evolve(request, orders=(*request.orders[:2], evolve(request.orders[2], order_qty=Decimal(9))))
    assert [spoken(one) for one in exchange.new_list(other)] == [
        "a rejected 13",
        "b rejected 13",
        "c rejected 13",
    ]


def test_exits_of_an_exit_follow_it() -> None:
    venue = Venue()
    inner = Oto(Leg("X", Side.SELL, Limit(110), GTC), (Leg("X", Side.BUY, Limit(105), GTC),))
    tree = Oto(
        Leg("X", Side.BUY, Limit(100), GTC, None, 10), (Oco((Leg("X", Side.SELL, Stop(95), GTC), inner)),)
    )
    orders = tuple(
        order(name, leg.side, Decimal(10), leg.terms) for name, leg in zip("abcd", legs_of(tree), strict=True)
    )
    venue.exchange.new_list(NewOrderList(BrokerName("paper"), ListId("l"), NOON_NS, tree, orders))
    for line, follows in {
        "quote 99x50 100x50": "a 10@100 maker leaves 0",
        "quote 110x4 111x50": "c 4@110 maker leaves 6; b restated 6 cum 0",
        "quote 104x50 105x3": "d 3@105 maker leaves 7",
        "quote 110x40 111x50": "c 6@110 maker leaves 0; b canceled cum 0",
        "quote 104x50 105x50": "d 7@105 maker leaves 0",
    }.items():
        assert "; ".join(venue.tell(line)) == follows, line
