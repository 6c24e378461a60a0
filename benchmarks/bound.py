"""What a lifecycle costs at least with everything that is asked of it: the floor, and every check and book on top.

Two functions take an order all the way, by hand: nothing is a call that need not be one, no part could be replaced, and
whatever is not plain is not dealt with but raises `NotPlainError`. Events, orders, requests and reports are the library's
own. It tells how much of the library's distance from the floor is its work, and how much its rooms.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from decimal import Decimal, getcontext, setcontext
from operator import attrgetter
from time import time_ns
from typing import Any

from benchmarks.arms import (
    BUY,
    NEW,
    PX,
    QTY,
    SELL,
    SHOWN_FILLED,
    SHOWN_NEW,
    SHOWN_PARTIALLY_FILLED,
    SYMBOL,
    TRADE,
    ZERO,
    Counter,
    SinkBroker,
    acknowledgement,
    final_fill,
    partial_fill,
)
from oms.lifecycle.machine import _STEPS  # pyright: ignore[reportPrivateUsage]
from oms.model import events as ev
from oms.model.decimals import EXACT, GRID, QUOTIENT, residue
from oms.model.enums import Life, OrdStatus, RequestKind, Side
from oms.model.ids import Account, ClOrdId, OrderId, Symbol
from oms.model.order import Order
from oms.model.outstanding import NO_REQUESTS, OutstandingRequest
from oms.model.reports import ExecutionReport, Sent
from oms.model.requests import NewOrderSingle
from oms.model.sessions import utc_date
from oms.model.terms import Limit
from oms.model.time_in_force import DAY, Day

SENT, LIVE, PENDING_NEW, OF_NEW = Life.SENT, Life.LIVE, OrdStatus.PENDING_NEW, RequestKind.NEW
DAY_NS = 86_400 * 10**9
MAX_NAMES = 256
UNUSUAL = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.STOPPED})
REST = attrgetter(
    "orig_cl_ord_id", "exec_ref_id", "trade_date", "last_liquidity_ind", "commission", "comm_currency", "symbol",
    "side", "account", "report_seq", "order_qty", "text", "reject_code", "raw",
)  # fmt: skip
NOTHING = (*(None,) * 11, "", "", "")
divide = QUOTIENT.divide


class NotPlainError(Exception):
    """Something other than the plain case."""


class Bound:
    """Orders, a gate, a journal, a broker, positions and listeners, all in one place."""

    def __init__(self, broker: SinkBroker, listener: Callable[[Any], None]) -> None:
        """Begin with no order."""
        one = Decimal(1)
        self.broker, self.account, self.name = broker, Account("main"), broker.name
        self.instruments = {SYMBOL: (Decimal("0.01"), one, one, one, one)}
        self.reference, self.reference_ns = PX, time_ns()
        self.lowest, self.highest = PX * Decimal("0.95"), PX * Decimal("1.05")
        self.max_open, self.max_qty, self.max_value = 1_000_000, Decimal(10_000), Decimal(10_000_000)
        self.sent_ns: deque[int] = deque(maxlen=100_000)
        self.kill_reason = self.halted = self.batch = None
        self.next_due_ns: int | None = None
        self.is_deferred = self.is_closed = False
        self.inbox: deque[tuple[Any, Any]] = deque()
        self.by_id: dict[int, Order] = {}
        self.by_cl_ord_id: dict[Any, Order] = {}
        self.by_venue_id: dict[Any, Order] = {}
        self.executions: dict[Any, Any] = {}
        self.open_orders: dict[int, Order] = {}
        self.timers: OrderedDict[Any, int] = OrderedDict()
        self.events: list[Any] = []
        self.version = self.last_ns = self.failures = self.trades = self.open_count = 0
        self.next_order_id, self.next_counter, self.reserved, self.head = 1, 0, 1 << 40, "oms000000000"
        self.asked, self.told = ev.Cause("SubmitOrder", ""), ev.Cause("ExecutionReport", broker.name)
        self.buying = self.selling = self.net_qty = self.cost = self.realised = self.bought = ZERO
        self.days: dict[int, str] = {}
        self.listeners = {
            ev.OrderCreated: (listener,),
            ev.OrderSubmitted: (listener,),
            ev.OrderAcknowledged: (listener,),
            ev.Traded: (self.on_traded, listener),
        }

    def submit(
        self, symbol: Symbol, side: Side, qty: Decimal, terms: Limit, tif: Day = DAY, asked_by: str = ""
    ) -> None:
        """Check, gate, record, send and tell."""
        if (
            symbol.__class__ is not str or symbol not in self.instruments or type(qty) is not Decimal or residue(qty, GRID)
            or qty <= ZERO or type(side) is not Side or type(terms) is not Limit or type(tif) is not Day or asked_by
            or self.halted is not None or self.is_deferred or self.inbox or self.batch is not None
        ):  # fmt: skip
            raise NotPlainError
        now = time_ns()
        if now < self.last_ns:  # noqa: PLR1730  # `max` would cost a call
            now = self.last_ns
        outside = getcontext()
        setcontext(EXACT)
        self.is_deferred = True
        try:
            due = self.next_due_ns
            tick, lot, least_qty, least, multiplier = self.instruments[symbol]
            px, reference = terms.price, self.reference
            value = qty * px * multiplier
            at_risk = value if side is BUY or reference <= px else qty * reference * multiplier
            if not (
                (due is None or due > now) and px > ZERO and not px % tick and terms.display_qty is None and not qty % lot
                and qty >= least_qty and value >= least and self.kill_reason is None
                and len(self.open_orders) < self.max_open
                and not (len(self.sent_ns) >= 100_000 and now - self.sent_ns[0] < 10**9)
                and qty <= self.max_qty and at_risk <= self.max_value and -DAY_NS <= now - self.reference_ns <= DAY_NS
                and (px <= self.highest if side is BUY else px >= self.lowest) and self.next_counter < self.reserved
            ):  # fmt: skip
                raise NotPlainError
            number = OrderId(self.next_order_id)
            self.next_order_id = number + 1
            first = self.version + 1
            order: Any = Order(
                number, symbol, side, qty, terms, tif, self.account, None, reference, now, None
            )
            identity = ClOrdId(self.head + str(self.next_counter))
            self.next_counter += 1
            created: Any = ev.OrderCreated(
                first, 1, self.asked, first, now, number, symbol, side, qty, terms, tif, self.account, None, reference,
                self.reference_ns, None,
            )  # fmt: skip
            created.leaves_qty = qty
            submitted: Any = ev.OrderSubmitted(
                first + 1, 1, self.asked, first, now, number, identity, self.name
            )
            submitted.leaves_qty, submitted.status = qty, PENDING_NEW
            order._life = _STEPS[ev.OrderCreated][0][order._life]
            order._life = _STEPS[ev.OrderSubmitted][0][order._life]
            order._status, order._broker, order._cl_ord_id = PENDING_NEW, self.name, identity
            order._requests = {identity: OutstandingRequest(identity, OF_NEW, now, None, None)}
            self.by_id[number] = self.by_cl_ord_id[identity] = self.open_orders[number] = order
            self.timers[identity] = due = now + 30 * 10**9
            if self.next_due_ns is None:
                self.next_due_ns = due
            self.sent_ns.append(now)
            order._exposed_qty = qty
            if side is BUY:
                self.buying += qty
            else:
                self.selling += qty
            self.open_count += 1
            if self.is_closed or len(self.events) != first - 1:
                raise NotPlainError
            self.version, self.last_ns = first + 1, now
            events = [created, submitted]
            self.events += events
            request = NewOrderSingle(
                self.name, number, identity, now, symbol, side, qty, terms, tif, self.account
            )
            try:
                result = self.broker.submit(request)
            except Exception as error:
                raise NotPlainError from error
            if type(result) is not Sent:
                raise NotPlainError
            for event in events:
                for listener in self.listeners[type(event)]:
                    try:
                        listener(event)
                    except Exception:  # noqa: BLE001  # isolated, as the bus does
                        self.failures += 1
        finally:
            setcontext(outside)
            self.is_deferred = False

    def put(self, report: ExecutionReport) -> None:
        """Take a report."""
        self.inbox.append((self.name, report))

    def poll(self) -> None:
        """Check, match, apply, record and tell."""
        inbox = self.inbox
        if not inbox or self.is_deferred or self.halted is not None or self.batch is not None:
            return
        self.is_deferred = True
        outside = getcontext()
        setcontext(EXACT)
        try:
            while inbox:
                broker, report = inbox.popleft()
                now = time_ns()
                if now < self.last_ns:  # noqa: PLR1730  # as above
                    now = self.last_ns
                if type(report) is not ExecutionReport or (
                    self.next_due_ns is not None and self.next_due_ns <= now
                ):
                    raise NotPlainError
                identity, name, venue_ns = (
                    report.cl_ord_id,
                    report.venue_order_id,
                    report.transact_time_ns,
                )
                order: Any = self.by_cl_ord_id[identity]
                if (
                    order._broker != broker or order._marks or order._splits or REST(report) != NOTHING
                    or type(name) is not str or type(venue_ns) is not int or not 0 < venue_ns < 1 << 62
                    or type(report.ord_status) is not OrdStatus
                ):  # fmt: skip
                    raise NotPlainError
                event: Any
                if report.exec_type is TRADE:
                    event = self._traded(order, report, now, name, venue_ns)
                elif report.exec_type is NEW and order._life is SENT and len(order._requests) == 1:
                    event = self._acknowledged(order, report, now, name)
                else:
                    raise NotPlainError
                if self.is_closed or len(self.events) != self.version:
                    raise NotPlainError
                self.version += 1
                self.last_ns = now
                self.events.append(event)
                for listener in self.listeners[type(event)]:
                    try:
                        listener(event)
                    except Exception:  # noqa: BLE001  # isolated, as the bus does
                        self.failures += 1
        finally:
            setcontext(outside)
            self.is_deferred = False

    def _acknowledged(self, order: Any, report: ExecutionReport, now: int, name: Any) -> Any:  # noqa: ANN401
        first = self.version + 1
        event: Any = ev.OrderAcknowledged(first, 1, self.told, first, now, order._order_id, name)
        order._life = _STEPS[ev.OrderAcknowledged][0][SENT]
        order._requests = NO_REQUESTS
        order._venue_order_id = name
        event.leaves_qty = order._leaves_qty
        order._status = event.status = SHOWN_NEW
        if report.cum_qty or self.by_venue_id.setdefault(name, order) is not order:
            raise NotPlainError
        self.timers.pop(report.cl_ord_id, None)
        if not self.timers:
            self.next_due_ns = None
        return event

    def _traded(self, order: Any, report: ExecutionReport, now: int, name: Any, venue_ns: int) -> Any:  # noqa: ANN401
        exec_id, qty, px, counted = report.exec_id, report.last_qty, report.last_px, report.cum_qty
        if (
            type(exec_id) is not str or not exec_id or type(qty) is not Decimal or residue(qty, GRID) or qty <= ZERO
            or type(px) is not Decimal or residue(px, GRID) or len(exec_id) + len(name) > MAX_NAMES
            or qty > order._leaves_qty or order._life is not LIVE or report.ord_status in UNUSUAL
            or type(counted) is not Decimal or counted.is_snan() or counted != order._cum_qty + qty
            or name != order._venue_order_id
        ):  # fmt: skip
            raise NotPlainError
        try:
            day = self.days[venue_ns // DAY_NS]
        except KeyError:
            day = self.days[venue_ns // DAY_NS] = utc_date(venue_ns)
        first = self.version + 1
        side = order._side
        event: Any = ev.Traded(
            first, 1, self.told, first, now, order._order_id, exec_id, order._symbol, side, order._account, self.name, qty,
            px, day, venue_ns, None, ZERO, "", name, "",
        )  # fmt: skip
        if self.executions.setdefault(exec_id, event) is not event:
            raise NotPlainError
        order._life = _STEPS[ev.Traded][0][LIVE]
        order._cum_qty = event.cum_qty = counted
        order._notional = notional = order._notional + qty * px
        order._avg_px = event.avg_px = divide(notional, counted)
        if day == order._day:
            order._day_cum_qty += qty
        else:
            order._day, order._day_cum_qty = day, qty
        order._leaves_qty = order._exposed_qty = event.leaves_qty = left = (
            order._order_qty - counted - order._lost_qty
        )
        order._status = event.status = SHOWN_PARTIALLY_FILLED if left else SHOWN_FILLED
        if side is BUY:
            self.buying -= qty
        else:
            self.selling -= qty
        if not left:
            self.open_count -= 1
            del self.open_orders[order._order_id]
        return event

    def on_traded(self, event: ev.Traded) -> None:
        """Keep the position."""
        qty = event.last_qty
        is_bought = event.side is BUY
        if not is_bought:
            qty = qty.copy_negate()
        value = qty * event.last_px
        held = self.net_qty
        after = held + qty
        if not held or (held > ZERO) is is_bought:
            self.cost += value
        elif not after or (after > ZERO) is not is_bought:
            share = self.cost if not after else divide(self.cost * -qty, held)
            self.cost -= share
            self.realised -= value + share
        else:
            raise NotPlainError
        self.net_qty = after
        if is_bought:
            self.bought += qty
        self.trades += 1


class BoundArm:
    """The bound, driven as the library is."""

    name = "bound"

    def __init__(self) -> None:
        """Begin with no order."""
        broker, self.counter = SinkBroker(), Counter()
        self.bound, self.sent, self.done = Bound(broker, self.counter), broker.sent, 0

    def lifecycle(self, number: int) -> None:
        """Take one order from its submission to its last fill."""
        bound, put = self.bound, self.bound.put
        bound.submit(SYMBOL, BUY if number & 1 else SELL, QTY, Limit(PX))
        identity = self.sent[-1].cl_ord_id
        put(acknowledgement(number, identity))
        bound.poll()
        put(partial_fill(number, identity))
        bound.poll()
        put(final_fill(number, identity))
        bound.poll()
        self.done += 1

    def check(self) -> None:
        """Prove that the work was done."""
        bound = self.bound
        assert self.counter.heard == len(bound.events) == bound.version == 5 * self.done, self.done
        assert abs(bound.net_qty) == (QTY if self.done & 1 else ZERO)
        assert (bound.trades, bound.failures, bound.open_count, len(bound.open_orders)) == (
            2 * self.done,
            0,
            0,
            0,
        )
        assert bound.buying == bound.selling == ZERO
        assert all(order.status is SHOWN_FILLED for order in bound.by_id.values())
