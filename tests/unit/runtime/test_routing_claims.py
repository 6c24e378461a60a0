"""What is sent to trade at once is not counted on again; what trades later, or never left, takes nothing of what is shown."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from oms.brokers.paper import PaperBroker
from oms.model.depth import BookSnapshot, BookUpdate
from oms.model.enums import ExecType, Life, Side
from oms.model.ids import Symbol
from oms.model.limits import RiskLimits
from oms.model.offset import Offset
from oms.model.order import Order
from oms.model.reports import NotSent, Refused, SendResult
from oms.model.routing import RouteVerdict
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
)
from oms.model.time_in_force import DAY, IOC, AtTheClose, AtTheOpening, TimeInForce
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.stores.memory import MemoryEventStore
from tests.fakes import AAPL, CAN_MORE, T0, ScriptedBroker, d
from tests.smart_desk import Desk
from tests.unit.runtime.test_routing import BOTH, House

APPLE = Symbol("AAPL")


def shown(house: House) -> None:
    """The first broker shows the better price for a hundred, the other a worse one."""
    house.shows("one", "10.00")
    house.shows("two", "10.50")


def told(house: House, broker: str, ask: str) -> None:
    house.om.update(BookSnapshot(APPLE, house.clock.now_ns(), [("9.00", 100)], [(ask, 100)]), venue=broker)


def behind_moves(house: House, times: int = 3) -> None:
    """Each broker's book is told anew, but not at its best price to buyers."""
    for number in range(times):
        house.clock.advance_by(10)
        now_ns = house.clock.now_ns()
        for broker in ("one", "two"):
            update = BookUpdate(APPLE, now_ns, [("9.00", 100 + number)], [("11.00", 5 + number)])
            house.om.update(update, venue=broker)
        house.om.poll()


def size_at_one(order: Order) -> Decimal:
    assert order.routing is not None
    return next(one.size for one in order.routing.candidates if one.broker == "one")


LATER: list[tuple[Terms, TimeInForce]] = [
    (Stop("11"), DAY),
    (StopLimit("11", "11.50"), DAY),
    (MarketIfTouched("9.50"), DAY),
    (LimitIfTouched("9.50", "11"), DAY),
    (TrailingStop(Offset("1")), DAY),
    (Limit("11"), AtTheClose()),
    (Market(), AtTheOpening()),
]


@pytest.mark.parametrize(("terms", "tif"), LATER, ids=lambda what: type(what).__name__)
def test_what_trades_later_takes_nothing_of_what_is_shown_now(terms: Terms, tif: TimeInForce) -> None:
    house = House(BOTH, *(ScriptedBroker(name=name, can=CAN_MORE) for name in ("one", "two")))
    shown(house)

    later = house.buy(100, terms, tif=tif)

    assert later.life is Life.SENT
    assert later.routing is not None
    assert not any(one.is_taking for one in later.routing.candidates)
    order = house.buy(100, Limit("11"), tif=IOC)
    assert (order.broker, size_at_one(order)) == ("one", d(100))
    house.check_replay()


def test_what_trades_later_goes_where_the_takers_fee_leaves_the_better_price() -> None:
    house = House(BOTH, *(ScriptedBroker(name=name, can=CAN_MORE) for name in ("one", "two")))
    shown(house)

    stop = house.buy(500, Stop("11"))

    assert stop.routing is not None
    assert [(one.broker, one.verdict, one.net_px) for one in stop.routing.candidates] == [
        ("one", RouteVerdict.TAKEN, d("10.00")),
        ("two", RouteVerdict.COSTS_MORE, d("10.50")),
    ]


def test_what_is_held_here_takes_nothing_before_it_is_sent() -> None:
    house = House()
    shown(house)

    held = house.buy(100, Stop("11"))

    assert house.om.state.held_orders.orders
    assert held.routing is not None
    assert house.buy(100, Limit("11"), tif=IOC).broker == "one"


def test_a_denied_order_takes_nothing() -> None:
    limits = RiskLimits(
        max_order_qty=100, max_order_notional=None, price_collar=None, max_open_orders=None, max_messages=None, off_by="t"
    )  # fmt: skip
    clock = ManualClock(T0)
    om = OrderManager(
        brokers=[PaperBroker([AAPL], name=name) for name in ("one", "two")],
        store=MemoryEventStore(), instruments=[AAPL], clock=clock, routing=BOTH, limits=limits,
    )  # fmt: skip
    for broker, ask in (("one", "10.00"), ("two", "10.50")):
        om.update(BookSnapshot(APPLE, T0, [("9.00", 100)], [(ask, 100)]), venue=broker)

    assert om.submit("AAPL", Side.BUY, 500, Limit("11")).life is Life.DENIED
    order = om.submit("AAPL", Side.BUY, 100, Limit("11"), tif=IOC)
    assert (order.broker, order.avg_px) == ("one", d("10.00"))


def test_what_was_sent_is_not_counted_on_again_a_named_broker_or_not() -> None:
    for named in (None, "one"):
        house = House()
        shown(house)
        house.buy(100, broker=named)
        assert house.buy(100).broker == "two"


@pytest.mark.parametrize("answer", [Refused("99", "too fast"), NotSent("line down")])
@pytest.mark.parametrize("is_book", [True, False])
def test_an_order_that_was_refused_or_never_left_has_taken_nothing(
    answer: SendResult, *, is_book: bool
) -> None:
    house = House()
    if is_book:
        told(house, "one", "10.00")
        told(house, "two", "10.50")
    else:
        shown(house)
    house.one.answers.append(answer)
    assert house.buy(100).life is Life.REJECTED

    # By then the broker counts as one that is up.
    house.clock.advance_by(1)
    if is_book:
        behind_moves(house)
    order = house.buy(100)

    assert (order.broker, size_at_one(order)) == ("one", d(100))


def test_what_takes_nothing_of_a_book_leaves_it_to_others() -> None:
    house = House(BOTH, *(PaperBroker([AAPL], name=name) for name in ("one", "two")))
    told(house, "one", "10.00")
    told(house, "two", "10.50")
    house.buy(100, Market(), tif=AtTheClose())
    behind_moves(house)

    order = house.buy(50, Limit("11"), tif=IOC)

    assert (order.broker, order.avg_px) == ("one", d("10.00"))


# ------------------------------------------------------------ parts of an order


def book_desk() -> Desk:
    desk = Desk()
    now_ns = desk.clock.now_ns()
    desk.om.update(BookSnapshot(APPLE, now_ns, [("9.00", 100)], [("10.00", 100), ("10.20", 50)]), venue="one")
    desk.om.update(BookSnapshot(APPLE, now_ns, [("9.00", 100)], [("10.30", 100)]), venue="two")
    return desk


@pytest.mark.parametrize(("kind", "rest"), [(ExecType.REJECTED, "Y"), (ExecType.EXPIRED, "N")])
def test_a_level_that_stays_is_tried_again_after_a_while_and_never_at_every_change_of_the_book(
    kind: ExecType, rest: str
) -> None:
    desk = book_desk()
    order = desk.buy(100, rest=rest)
    sent: dict[int, int] = {}
    for number in range(240):
        for child in desk.om.children(order):
            if child.order_id in sent:
                continue
            sent[child.order_id] = number
            if child.time_in_force == IOC:
                assert child.broker == "one"
                desk.says(desk.one, child, kind)
            else:
                desk.says(desk.one if child.broker == "one" else desk.two, child, ExecType.NEW)
        for child in desk.om.children(order):
            if any(request.kind.name == "CANCEL" for request in child.outstanding_requests):
                desk.says(desk.one if child.broker == "one" else desk.two, child, ExecType.CANCELED)
        desk.clock.advance_by(1 if number % 2 else 0)
        bids = BookUpdate(APPLE, desk.clock.now_ns(), [("9.00", 100 + number % 3)], [])
        desk.om.update(bids, venue="one")
        desk.om.poll()
        if desk.om.work(order).suspended is not None:
            break
    taking = [sent[child.order_id] for child in desk.om.children(order) if child.time_in_force == IOC]

    # After 1, 2, 4 ... seconds, each of which has two changes: no more than these in two minutes.
    assert 3 <= len(taking) <= 8, taking
    gaps = [after - before for before, after in pairwise(taking)]
    assert all(gap >= 2 for gap in gaps)
    assert gaps == sorted(gaps)


def test_what_a_part_was_sent_to_take_is_not_counted_on_by_others_until_it_is_refused() -> None:
    desk = Desk()
    desk.shows("one", "10.00", 60)
    desk.shows("two", "10.30", 100)
    order = desk.buy(100)
    assert [(where, qty, how[:4]) for where, qty, how in desk.parts(order)] == [
        ("one", 60, "take"),
        ("one", 40, "rest"),
    ]

    assert size_at_one(desk.om.submit("AAPL", Side.BUY, 10, Limit("10.40"))) == d(0)
    desk.says(desk.one, desk.om.children(order)[0], ExecType.REJECTED)
    assert size_at_one(desk.om.submit("AAPL", Side.BUY, 10, Limit("10.40"))) == d(60)


def test_what_is_freed_for_something_better_elsewhere_is_decided_on_record() -> None:
    desk = Desk()
    desk.shows("one", "10.50")
    desk.shows("two", "10.60")
    order = desk.buy(100)
    (resting,) = desk.om.children(order)
    assert resting.broker == "one"
    desk.says(desk.one, resting, ExecType.NEW)

    desk.shows("two", "10.01", 50)

    assert order.routing is not None
    assert [(one.broker, one.verdict, one.qty) for one in order.routing.candidates] == [
        ("two", RouteVerdict.ONCE_FREED, d(50)),
        ("one", RouteVerdict.LIMIT, d(0)),
    ]
    assert order.routing.taken == ()
    assert (order.routing.best_broker, order.routing.best_px) == ("two", d("10.01"))
    kinds = [type(event).__name__ for event in desk.store.read()][-2:]
    assert kinds == ["OrderRouted", "ReplaceRequested"]
    # Nothing was sent there yet: others may take it.
    assert desk.om.submit("AAPL", Side.BUY, 50, Limit("10.01")).broker == "two"
