"""What a bracket costs, beside plain lifecycles in the same run.

The bracket: its entry fills, its target fills, its stop is gone. At a venue that works brackets it goes out as one list, all
three orders are acknowledged, and the venue cancels the stop. Elsewhere the library works it: at a venue that takes no stops the
target rests and the stop is held here; at one that does, the stop rests, the market comes to the target, the stop is canceled,
the target is sent, and a stop is held here meanwhile. In every arm each order is acknowledged and then executes whole; the stop is acknowledged and canceled.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Final

from benchmarks.arms import BUY, PX, QTY, SELL, SYMBOL, TIME_NS, OmsArm, SinkBroker, acknowledgement
from benchmarks.measuring import Figure, figure, held_off, ratios, take_turns
from oms.model.capabilities import Capabilities
from oms.model.contingencies import Contingencies
from oms.model.contingency import bracket
from oms.model.decimals import ZERO
from oms.model.enums import ContingencyType, ExecType
from oms.model.ids import ClOrdId, ExecId, OrderId, VenueOrderId
from oms.model.market import Quote
from oms.model.reports import ExecutionReport, SendResult, Sent
from oms.model.requests import NewOrderList, OrderCancelRequest
from oms.model.terms import Limit, Market, Stop
from oms.model.time_in_force import Day, GoodTillCancel
from oms.stores.memory import MemoryEventStore

MAX_OF_LIFECYCLES: Final = 4.0
"""What a bracket may cost in plain lifecycles, where the target rests and where the venue works it: the goal of the order types."""
MAX_TAKEN_BACK: Final = 10.0
"""What it must not grow beyond where the stop rests, and is taken back for the target: four orders instead of three."""
ARRIVALS: Final = {"plain": 1, "target rests": 2, "stop rests": 3, "worked by the venue": 3}
"""How many orders each arm sends."""
LOOSE: Final = ", without a group"
TARGET_PX: Final = Decimal("190.50")
STOP: Final = Stop("185")
_TREE: Final = bracket(SYMBOL, BUY, QTY, entry=Limit(PX), target=Limit(TARGET_PX), stop=STOP)


class BracketBroker(SinkBroker):
    """A broker that may take stops and lists, and keeps the cancel and the list that it was asked for last."""

    def __init__(self, *, has_stops: bool, has_lists: bool) -> None:
        """Begin with nothing asked."""
        super().__init__()
        self.has_stops = has_stops
        self.has_lists = has_lists
        self.listed: NewOrderList | None = None
        self.canceled: OrderCancelRequest | None = None

    def capabilities(self) -> Capabilities:
        """Every order that a bracket needs."""
        kinds = (Limit, Market, Stop) if self.has_stops else (Limit, Market)
        times = (Day, GoodTillCancel)
        pairs = frozenset((kind, time) for kind in kinds for time in times)
        lists = Contingencies(types=frozenset(ContingencyType), order_types=pairs) if self.has_lists else None
        return Capabilities(order_types=pairs, contingencies=lists)

    def submit_list(self, request: NewOrderList) -> SendResult:
        """Keep a list."""
        self.listed = request
        return Sent()

    def cancel(self, request: OrderCancelRequest) -> SendResult:
        """Keep a cancel."""
        self.canceled = request
        return Sent()


class BracketArm(OmsArm):
    """Plain lifecycles or brackets, one after the other."""

    def __init__(self, name: str, *, has_stops: bool, is_plain: bool, has_lists: bool = False) -> None:
        """Open a manager."""
        self.asked = BracketBroker(has_stops=has_stops, has_lists=has_lists)
        super().__init__(MemoryEventStore(), name, broker=self.asked)
        self.is_plain = is_plain
        self.named = 0

    def lifecycle(self, number: int) -> None:
        """Take one order, or one bracket, from its submission to its end."""
        if self.is_plain:
            self.om.submit(SYMBOL, BUY, QTY, Limit(PX))
            self.fill()
        elif self.asked.has_lists:
            self.om.submit_group(_TREE)
            self.let_venue_work()
        else:
            self.om.submit_group(_TREE)
            self.fill()
            if self.asked.has_stops:
                self.take_stop_back()
            self.fill()
        self.done += 1

    def let_venue_work(self) -> None:
        """Acknowledge a list, and execute its entry and its target; the stop is canceled with that."""
        request = self.asked.listed
        assert request is not None
        entry, stop, target = ((one.cl_ord_id, self.acknowledge(one.cl_ord_id)) for one in request.orders)
        self.execute(*entry)
        self.execute(*target)
        identity, name = stop
        self.say(
            ExecutionReport(
                ExecType.CANCELED,
                identity,
                venue_order_id=name,
                cum_qty=ZERO,
                leaves_qty=ZERO,
                transact_time_ns=TIME_NS,
            )
        )

    def take_stop_back(self) -> None:
        """The market comes to the target: the stop, which rests, goes."""
        stop = self.sent[-1].cl_ord_id
        name = self.acknowledge(stop)
        # As fresh as the price collar wants it.
        self.om.update(Quote(SYMBOL, time.time_ns(), TARGET_PX, QTY, TARGET_PX, QTY))
        assert self.asked.canceled is not None
        identity = self.asked.canceled.cl_ord_id
        self.say(ExecutionReport(ExecType.CANCELED, identity, stop, name, cum_qty=ZERO, leaves_qty=ZERO))

    def fill(self) -> None:
        """Acknowledge and execute the order that was sent last."""
        identity = self.sent[-1].cl_ord_id
        self.execute(identity, self.acknowledge(identity))

    def execute(self, identity: ClOrdId, name: VenueOrderId) -> None:
        """Execute an order whole."""
        self.say(
            ExecutionReport(
                ExecType.TRADE,
                identity,
                venue_order_id=name,
                exec_id=ExecId(f"E-{name}"),
                last_qty=QTY,
                last_px=PX,
                cum_qty=QTY,
                leaves_qty=ZERO,
                transact_time_ns=TIME_NS,
            )
        )

    def acknowledge(self, identity: ClOrdId) -> VenueOrderId:
        """Acknowledge an order, and give its name."""
        self.named += 1
        self.say(acknowledgement(self.named, identity))
        return VenueOrderId(f"V{self.named}")

    def say(self, report: ExecutionReport) -> None:
        """Hand a report in."""
        self.put(report)
        self.om.poll()


class LooseArm(BracketArm):
    """The orders of brackets as orders of their own."""

    def lifecycle(self, number: int) -> None:
        """Take the orders of one bracket from their submission to their end."""
        if self.asked.has_lists:
            self.work_all()
        else:
            self.om.submit(SYMBOL, BUY, QTY, Limit(PX))
            self.fill()
            stop = self.om.submit(SYMBOL, SELL, QTY, STOP)
            if self.asked.has_stops:
                self.take_back(stop.order_id)
            self.om.submit(SYMBOL, SELL, QTY, Limit(TARGET_PX))
            self.fill()
            if not self.asked.has_stops:
                self.om.cancel(stop.order_id)
        self.done += 1

    def work_all(self) -> None:
        """Have all three at the venue, as `let_venue_work` does."""
        named = []
        for side, terms in ((BUY, Limit(PX)), (SELL, STOP), (SELL, Limit(TARGET_PX))):
            self.om.submit(SYMBOL, side, QTY, terms)
            identity = self.sent[-1].cl_ord_id
            named.append((identity, self.acknowledge(identity)))
        entry, stop, target = named
        self.execute(*entry)
        self.execute(*target)
        self.cancel(*stop)

    def take_back(self, order_id: OrderId) -> None:
        """As `take_stop_back`, with the cancel asked for here."""
        stop = self.sent[-1].cl_ord_id
        name = self.acknowledge(stop)
        self.om.update(Quote(SYMBOL, time.time_ns(), TARGET_PX, QTY, TARGET_PX, QTY))
        self.om.cancel(order_id)
        assert self.asked.canceled is not None
        identity = self.asked.canceled.cl_ord_id
        self.say(ExecutionReport(ExecType.CANCELED, identity, stop, name, cum_qty=ZERO, leaves_qty=ZERO))

    def cancel(self, identity: ClOrdId, name: VenueOrderId) -> None:
        """Tell that an order was canceled."""
        self.say(
            ExecutionReport(
                ExecType.CANCELED,
                identity,
                venue_order_id=name,
                cum_qty=ZERO,
                leaves_qty=ZERO,
                transact_time_ns=TIME_NS,
            )
        )


def in_lifecycles(count: int, rounds: int) -> list[Figure]:
    """A bracket in lifecycles, at either kind of venue. The arms share a heap, so that a collection is held off."""
    venues = {
        "target rests": (False, False),
        "stop rests": (True, False),
        "worked by the venue": (True, True),
    }
    arms = [BracketArm("plain", has_stops=False, is_plain=True)]
    for name, (stops, lists) in venues.items():
        arms.append(BracketArm(name, has_stops=stops, is_plain=False, has_lists=lists))
    for name, (stops, lists) in venues.items():
        arms.append(LooseArm(name + LOOSE, has_stops=stops, is_plain=True, has_lists=lists))

    def turn(arm: BracketArm) -> int:
        for number in range(arm.done, arm.done + count):
            arm.lifecycle(number)
        return count

    with held_off():
        samples = take_turns({arm.name: lambda arm=arm: turn(arm) for arm in arms}, rounds=rounds)  # type: ignore[misc]  # the arm is bound where the name is
    for arm in arms:
        assert not arm.om.open_orders()
        assert not arm.om.anomalies()
        assert arm.named == arm.done * ARRIVALS[arm.name.removesuffix(LOOSE)]
        assert len(arm.om.groups()) == (0 if arm.is_plain else arm.done)
    bounds = {
        "target rests": MAX_OF_LIFECYCLES,
        "stop rests": MAX_TAKEN_BACK,
        "worked by the venue": MAX_OF_LIFECYCLES,
    }
    plain = samples.pop("plain")
    return [
        figure(f"bracket, {name}: in lifecycles", ratios(taken, plain), "x", bounds.get(name))
        for name, taken in samples.items()
    ]
