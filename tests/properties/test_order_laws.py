"""Laws of the whole house under any sequence of commands, reports, answers, prices, time and restarts."""
# ruff: noqa: ANN401  # what is drawn is of any kind

from __future__ import annotations

from decimal import ROUND_UP, Context, Decimal, Inexact, Rounded, localcontext
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import event as note
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oms.bus import SubscriberFailed
from oms.codec.event_codec import decode, encode
from oms.engine.engine import Engine
from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.enums import (
    AnomalyCode,
    CxlRejResponseTo,
    ExecType,
    Life,
    OrdStatus,
    RequestKind,
    SessionPhase,
    Side,
)
from oms.model.ids import ClOrdId, ExecId, OrderId, Symbol, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.market import Quote
from oms.model.order import Order
from oms.model.reports import (
    Acknowledged,
    ExecutionReport,
    NotSent,
    OrderCancelReject,
    Refused,
    Report,
    Sent,
    Unknown,
)
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Market
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
)
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.runtime.recovery import recover, state_hash, tell
from tests.fakes import AAPL, BTC, T0, S, ScriptedBroker, WatchedStore, all_events, d
from tests.junk import JUNK

LOOSE = RiskLimits(
    max_order_qty=10**6,
    max_order_notional=10**9,
    price_collar=100,
    max_open_orders=1000,
    max_messages=1000,
    max_reference_age_s=86_400,
)
TIGHT = RiskLimits(
    max_order_qty=120, max_order_notional=10_500, price_collar="0.05", max_open_orders=2, max_messages=5
)
TIMEOUT_S = 30
LATER = (GoodTillTime(T0 + 100 * S), GoodTillTime(T0 + 86_400 * S))
SHORT = (GoodForTime("0.000000001"), GoodForTime(29))
TIMES_IN_FORCE = st.sampled_from(
    [DAY, GTC, IOC, FOK, OPG, CLS, GFA, GoodTillDate("20260105"), GoodTillDate("20260106"), *LATER, *SHORT]
)
ENDS_ON_JAN_5 = (DAY, CLS, GFA, GoodTillDate("20260105"))
DUE_NS = {
    repr(LATER[0]): (False, T0 + 100 * S),
    repr(LATER[1]): (False, T0 + 86_400 * S),
    repr(SHORT[0]): (True, 1),
    repr(SHORT[1]): (True, 29 * S),
}
"""When an order is to have expired by the clock, in nanoseconds, worked out by hand; and whether it counts from its creation."""
HOSTILE = Context(prec=3, rounding=ROUND_UP, capitals=0, traps=[Inexact, Rounded])
"""A decimal context in which nearly nothing can be computed; whoever embeds the library may have set it."""

QTYS = st.sampled_from(["1", "2", "40", "60", "100", "100.5", "501", "0.002", "0.0025"]).map(Decimal)
PRICES = st.sampled_from(["1", "99.5", "99.99", "100", "100.005", "110", "130", "0", "-5"]).map(Decimal)
SYMBOLS = st.sampled_from(["AAPL", "BTC-USD"])
EXEC_IDS = st.sampled_from(["x1", "x2", "x3", "x4", "x5", "x6"]).map(ExecId)
AMENDMENT_IDS = st.integers(0, 99).map(lambda number: ExecId(f"a{number}"))
DATES = st.sampled_from([None, "20260105", "20260106"])
MOMENTS = st.sampled_from([None, T0, T0 + 86_400 * S])
VENUE_IDS = st.sampled_from([None, "v1", "v2", "v3"]).map(lambda text: text and VenueOrderId(text))

SEND_RESULTS = st.sampled_from(
    [
        Sent(),
        Refused("no", "7"),
        NotSent("no line"),
        Unknown("timed out"),
        ValueError("adapter"),
        Acknowledged(ExecutionReport(ExecType.NEW, cl_ord_id=ClOrdId("nobody's"))),
        "nothing that is a result",
    ]
)

ANSWERS = {
    RequestKind.NEW: (ExecType.PENDING_NEW, ExecType.NEW, ExecType.REJECTED),
    RequestKind.CANCEL: (ExecType.PENDING_CANCEL, ExecType.PENDING_CANCEL, ExecType.CANCELED),
    RequestKind.REPLACE: (ExecType.PENDING_REPLACE, ExecType.REPLACED, ExecType.REPLACED),
}


class OrderHouse(RuleBasedStateMachine):
    """A manager with one broker that says anything, its journal, and a second engine that hears the journal only."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(T0)
        self.store = WatchedStore()
        self.said: list[Report] = []
        self.failed: list[SubscriberFailed] = []
        self.mirror = Engine({}, default_handlers())
        self.mirror_positions = Positions()

    @initialize(limits=st.sampled_from([LOOSE, LOOSE, TIGHT]))
    def begin(self, limits: RiskLimits) -> None:
        self.limits = limits
        self.open()

    def open(self) -> None:
        self.broker = self.new_broker()
        with localcontext(HOSTILE):
            self.om = OrderManager(
                brokers=[self.broker],
                store=self.store,
                instruments=[AAPL, BTC],
                limits=self.limits,
                clock=self.clock,
                request_timeout_s=TIMEOUT_S,
                **self.options(),
            )
        self.om.on(ev.Event, self._heard)
        self.om.on(SubscriberFailed, self.failed.append)
        for symbol in ("AAPL", "BTC-USD"):
            self.om.update(Quote(Symbol(symbol), self.clock.now_ns(), d(99), d(5), d(101), d(5)))
        self._compare()

    def new_broker(self) -> ScriptedBroker:
        """Where orders go."""
        return ScriptedBroker()

    def options(self) -> dict[str, Any]:
        """What else the manager is opened with."""
        return {}

    def _heard(self, event: ev.Event) -> None:
        # The first listener's first event of a delivery: everything of it is recorded and projected, nothing else is.
        if event.sequence > self.mirror.state.version:
            self._compare()

    def _compare(self) -> None:
        """Law: what the journal amounts to at the end of each delivery is what the manager holds to be true."""
        for event in self.store.read(self.mirror.state.version):
            copy = decode(encode(event))
            self.mirror.replay([copy])
            tell(self.mirror_positions, copy)
            # The replay fills the values after an event in anew, and finds those that were recorded.
            assert copy == event
        assert check_state(self.om.state) == ()
        assert state_hash(self.mirror.state, self.mirror_positions) == self.om.state_hash()

    # ------------------------------------------------------------ what is asked

    @rule(
        symbol=SYMBOLS,
        side=st.sampled_from(Side),
        qty=QTYS,
        terms=st.one_of(st.just(Market()), PRICES.map(Limit)),
        tif=TIMES_IN_FORCE,
        account=st.sampled_from(["main", "other"]),
        ref=st.sampled_from([None, None, "r1", "r2"]),
    )
    def submit_anything(self, **asked: Any) -> None:
        with localcontext(HOSTILE):
            self.om.submit(
                asked["symbol"], asked["side"], asked["qty"], asked["terms"],
                tif=asked["tif"], account=asked["account"], client_ref=asked["ref"],
            )  # fmt: skip

    @rule(qty=st.sampled_from([40, 100]), tif=st.sampled_from([DAY, GTC]), is_limit=st.booleans())
    def submit(self, qty: int, tif: TimeInForce, is_limit: bool) -> None:
        self.om.submit("AAPL", Side.BUY, qty, Limit(100) if is_limit else Market(), tif=tif)

    def _any_order(self, choice: int) -> Order:
        # Half of the time one that is open, if there is one.
        orders = self.om.open_orders() if choice % 2 else self.om.orders()
        orders = orders or self.om.orders()
        return orders[-1 - choice // 2 % len(orders)]

    @precondition(lambda self: self.om.orders())
    @rule(choice=st.integers(0, 9))
    def cancel(self, choice: int) -> None:
        with localcontext(HOSTILE):
            self.om.cancel(self._any_order(choice))

    @precondition(lambda self: self.om.open_orders())
    @rule(choice=st.integers(0, 3), qty=st.sampled_from([20, 60, 150]))
    def resize(self, choice: int, qty: int) -> None:
        self.om.replace(self._any_order(2 * choice + 1), order_qty=qty)

    @precondition(lambda self: self.om.orders())
    @rule(choice=st.integers(0, 9), qty=st.one_of(st.none(), QTYS), price=PRICES)
    def replace(self, choice: int, qty: Decimal | None, price: Decimal) -> None:
        with localcontext(HOSTILE):
            self.om.replace(self._any_order(choice), order_qty=qty, price=price)

    @precondition(lambda self: self.om.orders())
    @rule(choice=st.integers(0, 9), qty=QTYS)
    def many_in_a_batch(self, choice: int, qty: Decimal) -> None:
        with localcontext(HOSTILE), self.om.batch():
            self.om.submit("AAPL", Side.BUY, qty, Limit(100))
            self.om.cancel(self._any_order(choice))
            self.om.replace(self._any_order(0), price=101)
            self.om.cancel(self._any_order(0))

    @rule(result=SEND_RESULTS)
    def plan_an_answer(self, result: Any) -> None:
        self.broker.answers.append(result)

    @rule(one_in_four=st.integers(0, 3))
    def drill_the_kill_switch(self, one_in_four: int) -> None:
        self.om.kill("a drill", cancel_all=not one_in_four)
        self.om.kill("a drill within")
        assert self.om.submit("AAPL", Side.BUY, 100, Limit(100)).is_ended
        if self.om.open_orders():
            self.om.replace(self.om.open_orders()[0], order_qty=7)
        self.om.release_kill("the drill is over")

    # ------------------------------------------------------------ what is heard

    def _report(self, report: Report) -> None:
        assert self.broker.sink is not None
        self.said.append(report)
        self.broker.sink.put(report)
        with localcontext(HOSTILE):
            self.om.poll()

    def _identities(self, order: Order) -> list[ClOrdId | None]:
        return [order.cl_ord_id, *(request.cl_ord_id for request in order.outstanding_requests)]

    @precondition(lambda self: self.om.open_orders())
    @rule(choice=st.integers(0, 3), venue_id=VENUE_IDS)
    def acknowledge(self, choice: int, venue_id: VenueOrderId | None) -> None:
        order = self._any_order(2 * choice + 1)
        self._report(ExecutionReport(ExecType.NEW, cl_ord_id=order.cl_ord_id, venue_order_id=venue_id))

    @precondition(lambda self: any(order.outstanding_requests for order in self.om.open_orders()))
    @rule(choice=st.integers(0, 9), answer=st.integers(0, 2))
    def answer(self, choice: int, answer: int) -> None:
        asked = [request for order in self.om.open_orders() for request in order.outstanding_requests]
        request = asked[choice % len(asked)]
        self._report(ExecutionReport(ANSWERS[request.kind][answer], cl_ord_id=request.cl_ord_id))

    @precondition(lambda self: self.om.orders())
    @rule(
        choice=st.integers(0, 9),
        exec_type=st.sampled_from(ExecType),
        fields=st.fixed_dictionaries(
            {
                "exec_id": EXEC_IDS,
                "exec_ref_id": EXEC_IDS,
                "ord_status": st.sampled_from([None, None, *OrdStatus]),
                "order_qty": st.one_of(st.none(), st.none(), QTYS),
                "last_qty": QTYS,
                "last_px": PRICES,
                "price": st.one_of(st.none(), PRICES),
                "transact_time_ns": MOMENTS,
                "trade_date": DATES,
                "commission": st.sampled_from([None, Decimal("0.01"), Decimal(-1)]),
                "comm_currency": st.sampled_from([None, "USD", "BNB"]),
                "venue_order_id": VENUE_IDS,
                "text": st.just("so it is"),
            }
        ),
        which=st.integers(0, 3),
        is_named=st.booleans(),
    )
    def execution_report(
        self, choice: int, exec_type: ExecType, fields: dict[str, Any], which: int, is_named: bool
    ) -> None:
        order = self._any_order(choice)
        names = self._identities(order)
        identity = names[which % len(names)] if is_named else names[-1]
        self._report(ExecutionReport(exec_type, cl_ord_id=identity, **fields))

    @precondition(lambda self: self.om.orders())
    @rule(
        choice=st.integers(0, 9),
        exec_id=EXEC_IDS,
        qty=st.sampled_from([1, 40, 60]),
        px=st.sampled_from([99, 101]),
    )
    def trade(self, choice: int, exec_id: ExecId, qty: int, px: int) -> None:
        order = self._any_order(choice)
        fields: dict[str, Any] = {"last_qty": Decimal(qty), "last_px": Decimal(px), "transact_time_ns": T0}
        self._report(ExecutionReport(ExecType.TRADE, cl_ord_id=order.cl_ord_id, exec_id=exec_id, **fields))

    @precondition(lambda self: any(self.om.state.executions.items()))
    @rule(
        choice=st.integers(0, 9),
        exec_id=st.one_of(EXEC_IDS, AMENDMENT_IDS),
        is_bust=st.booleans(),
        qty=st.sampled_from([d(1), d(50)]),
        px=PRICES,
    )
    def amend(self, choice: int, exec_id: ExecId, is_bust: bool, qty: Decimal, px: Decimal) -> None:
        known = list(self.om.state.executions.items())
        ref, said = known[choice % len(known)]
        order = self.om.order(said.order_id)
        kind = ExecType.TRADE_CANCEL if is_bust else ExecType.TRADE_CORRECT
        self._report(
            ExecutionReport(
                kind, cl_ord_id=order.cl_ord_id, exec_id=exec_id, exec_ref_id=ExecId(ref),
                last_qty=qty, last_px=px, trade_date=said.trade_date or None,
            )
        )  # fmt: skip

    @precondition(lambda self: self.om.orders())
    @rule(choice=st.integers(0, 9), which=st.integers(0, 3), response_to=st.sampled_from(CxlRejResponseTo))
    def cancel_reject(self, choice: int, which: int, response_to: CxlRejResponseTo) -> None:
        names = self._identities(self._any_order(choice))
        self._report(OrderCancelReject(names[-1 - which % len(names)] or ClOrdId("?"), response_to))

    @precondition(lambda self: self.said)
    @rule(choice=st.integers(0, 50))
    def repeat(self, choice: int) -> None:
        self._report(self.said[choice % len(self.said)])

    @precondition(lambda self: self.said)
    @rule(
        choice=st.integers(0, 50),
        names=st.sets(st.integers(0, 30), min_size=1, max_size=3),
        junk=st.sampled_from(sorted(JUNK)),
    )
    def garbled_repeat(self, choice: int, names: set[int], junk: str) -> None:
        report = self.said[choice % len(self.said)]
        fields = [item.name for item in attrs.fields(type(report))]
        changed = {fields[number % len(fields)]: JUNK[junk] for number in names}
        self._report(attrs.evolve(report, **changed))
        self.said.pop()

    @rule(junk=st.sampled_from(sorted(JUNK)))
    def not_a_report(self, junk: str) -> None:
        self._report(JUNK[junk])
        self.said.pop()

    @rule(symbol=SYMBOLS, px=st.sampled_from([99, 100, 105, None]))
    def quote(self, symbol: str, px: int | None) -> None:
        bid = None if px is None else Decimal(px)
        self.om.update(Quote(Symbol(symbol), self.clock.now_ns(), bid, Decimal(5), Decimal(102), Decimal(5)))

    # ------------------------------------------------------------ what time brings

    @rule(seconds=st.sampled_from([0, 1, TIMEOUT_S - 1, TIMEOUT_S, 100]))
    def wait(self, seconds: int) -> None:
        self.clock.advance_by(seconds)
        with localcontext(HOSTILE):
            self.om.poll()
        self._check_expired()

    def _check_expired(self) -> None:
        """Law: nothing is found working past its time by the clock without an anomaly that says so."""
        now_ns = self.clock.now_ns()
        for order in self.om.open_orders():
            counts, due_ns = DUE_NS.get(repr(order.time_in_force), (False, 2**63))
            due_ns += order.created_ns if counts else 0
            if due_ns + TIMEOUT_S * S <= now_ns and order.life is Life.LIVE:
                told = [event for event in all_events(self.store) if isinstance(event, ev.AnomalyRaised)]
                assert (AnomalyCode.EXPIRY_OVERDUE, order.order_id) in {(e.code, e.order_id) for e in told}

    @rule(phase=st.sampled_from(SessionPhase), symbol=st.one_of(st.none(), SYMBOLS.map(Symbol)))
    def session(self, phase: SessionPhase, symbol: Symbol | None) -> None:
        """Law: no order is alive once the session has closed that was the last one for it."""
        self.om.session(SessionChange(self.clock.now_ns(), phase, "20260105", symbol))
        if phase is SessionPhase.CLOSED:
            for order in self.om.open_orders():
                is_meant = symbol is None or order.symbol == symbol
                if is_meant and order.life is Life.LIVE and not order.is_external:
                    assert order.time_in_force not in ENDS_ON_JAN_5, order

    @rule()
    def restart(self) -> None:
        note("restart")
        hash_before = self.om.state_hash()
        events = all_events(self.store)
        again = recover([decode(encode(event)) for event in events])
        assert state_hash(again.state, again.positions) == hash_before
        assert again.count == len(events)
        self.store = WatchedStore(events)
        self.open()

    # ------------------------------------------------------------ what stays true

    @invariant()
    def nobody_failed(self) -> None:
        for failed in self.failed:
            raise failed.error
        self._compare()

    def teardown(self) -> None:
        """Law: events are numbered without a gap, time and epochs never go back, and no ClOrdID is given twice."""
        events = all_events(self.store)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        for before, after in pairwise(events):
            assert (before.epoch, before.time_ns, before.input_sequence) <= (
                after.epoch,
                after.time_ns,
                after.input_sequence,
            )
        requested = (ev.OrderSubmitted, ev.CancelRequested, ev.ReplaceRequested)
        ids = [event.cl_ord_id for event in events if isinstance(event, requested)]
        assert len(ids) == len(set(ids))
        assert [order.order_id for order in self.om.orders()] == [
            OrderId(number) for number in range(1, len(self.om.orders()) + 1)
        ]


TestOrderHouse = pytest.mark.slow(OrderHouse.TestCase)
TestOrderHouse.settings = settings(stateful_step_count=40)
