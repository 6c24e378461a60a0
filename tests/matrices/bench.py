"""One order on an engine, and a broker that speaks in whole reports, each a second after the last one."""
# ruff: noqa: ANN401  # what a report is to say differently from the usual is data of any kind

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Input, Reported, Start
from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.enums import AnomalyCode, CxlRejResponseTo, ExecType, OrdStatus, Side
from oms.model.ids import ClOrdId, ExecId, OrderId, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.order import Order
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.requests import Request
from oms.model.terms import Limit, Terms
from oms.model.time_in_force import DAY, TimeInForce
from oms.model.venue_profile import FIX_BROKER, VenueProfile
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL, T0, S
from tests.matrices.driver import BROKER, able
from tests.matrices.scenarios import ACCOUNT, NEXT_DAY_NS, SYMBOL, TRADE_DATES

TIMEOUT_NS = 10**6 * S
_SAYS_NOTHING = frozenset(
    {
        ExecType.ORDER_STATUS,
        ExecType.TRIGGERED,
        ExecType.TRADE,
        ExecType.TRADE_CANCEL,
        ExecType.TRADE_CORRECT,
        ExecType.RESTATED,
        ExecType.REPLACED,
    }
)
"""Of these the ExecType does not tell the OrdStatus."""


class Bench:
    """An order for 10 AAPL at 100 and the broker that has it.

    The broker counts for itself: `order_qty` and `cum_qty` are its own, and every report carries them.
    """

    def __init__(
        self,
        *,
        qty: int = 10,
        tif: TimeInForce = DAY,
        terms: Terms | None = None,
        profile: VenueProfile = FIX_BROKER,
    ) -> None:
        """Begin with the order sent and nothing said about it."""
        self.engine = Engine({BROKER: able(profile)}, default_handlers())
        self.events: list[ev.Event] = []
        self.requests: list[Request] = []
        self.last: Report | None = None
        self.day = 0
        self.order_qty = Decimal(qty)
        self.cum_qty = Decimal(0)
        self._now_ns = T0
        self._said = 0
        self.tell(Start("bench", TIMEOUT_NS, RiskLimits.off("a test"), (AAPL,)))
        self.tell(SubmitOrder(SYMBOL, Side.BUY, qty, terms or Limit(100), tif, ACCOUNT, None, "bot"))
        self.cl_ord_id = self.requests[-1].cl_ord_id

    @property
    def order(self) -> Order:
        """The order."""
        return self.engine.state.index.by_id[OrderId(1)]

    @property
    def quantities(self) -> tuple[Decimal, Decimal, Decimal]:
        """The order's total, executed and open quantity."""
        return self.order.order_qty, self.order.cum_qty, self.order.leaves_qty

    def looks(self) -> dict[str, object]:
        """Everything that is held to be true, but for counters, anomalies, and when marks were spoken of."""
        return {**describe(self.engine.state), "counters": None, "anomalies": None, "marked": None}

    def tell(self, what: Input) -> list[ev.Event]:
        """Hand an input in, and give the events that it led to; everything is consistent afterwards."""
        self._now_ns += S
        outcome = self.engine.handle(what, self._now_ns)
        assert check_state(self.engine.state) == ()
        # There is nothing wrong with these reports: it would be the reading of them that failed.
        assert AnomalyCode.MALFORMED not in flags(outcome.events), outcome.events
        self.events += outcome.events
        self.requests += outcome.requests
        return outcome.events

    def cancel(self) -> ClOrdId | None:
        """Ask for a cancel; None if it was refused here."""
        return self._ask(CancelOrder(OrderId(1), "bot"))

    def replace(self, **wanted: Any) -> ClOrdId | None:
        """Ask for a replace; None if it was refused here."""
        return self._ask(ReplaceOrder(OrderId(1), **wanted, asked_by="bot"))

    def _ask(self, command: CancelOrder | ReplaceOrder) -> ClOrdId | None:
        before = len(self.requests)
        self.tell(command)
        return self.requests[-1].cl_ord_id if len(self.requests) > before else None

    def say(self, exec_type: ExecType, status: OrdStatus | None = None, **fields: Any) -> list[ev.Event]:
        """Report about the order; what is not given is what a broker would say."""
        self._said += 1
        whole: dict[str, Any] = {
            "cl_ord_id": self.cl_ord_id,
            "venue_order_id": VenueOrderId("V1"),
            "exec_id": ExecId(f"R{self._said}"),
            "ord_status": status or (None if exec_type in _SAYS_NOTHING else OrdStatus(exec_type.value)),
            "order_qty": self.order_qty,
            "cum_qty": self.cum_qty,
            "leaves_qty": max(self.order_qty - self.cum_qty, Decimal(0)),
            "transact_time_ns": T0 + self._said * S + self.day * NEXT_DAY_NS,
            "trade_date": TRADE_DATES[self.day],
            "symbol": SYMBOL,
            "side": Side.BUY,
        }
        # Under another id it says whose it is by the id before it.
        if fields.get("cl_ord_id") not in (None, self.cl_ord_id):
            whole["orig_cl_ord_id"] = self.cl_ord_id
        return self.hear(ExecutionReport(exec_type, **{**whole, **fields}))

    def trade(
        self, exec_id: str, qty: int, px: int | str = 100, status: OrdStatus | None = None, **fields: Any
    ) -> list[ev.Event]:
        """Report an execution."""
        self.cum_qty += qty
        last = {"exec_id": ExecId(exec_id), "last_qty": Decimal(qty), "last_px": Decimal(px)}
        return self.say(ExecType.TRADE, status, **{**last, **fields})

    def bust(
        self, exec_id: str, ref: str, qty: int, status: OrdStatus | None = None, **fields: Any
    ) -> list[ev.Event]:
        """Report that an execution of this size did not happen; the report itself says a size of 0."""
        self.cum_qty -= qty
        said = {"exec_id": ExecId(exec_id), "exec_ref_id": ExecId(ref), "last_qty": Decimal(0)}
        return self.say(ExecType.TRADE_CANCEL, status, **{**said, **fields})

    def correct(
        self,
        exec_id: str,
        ref: str,
        old_qty: int,
        qty: int,
        px: int | str = 100,
        status: OrdStatus | None = None,
        **fields: Any,
    ) -> list[ev.Event]:
        """Report that an execution had another size and price."""
        self.cum_qty += qty - old_qty
        said = {"exec_id": ExecId(exec_id), "exec_ref_id": ExecId(ref)}
        last = {"last_qty": Decimal(qty), "last_px": Decimal(px)}
        return self.say(ExecType.TRADE_CORRECT, status, **{**said, **last, **fields})

    def refuse(
        self, cl_ord_id: ClOrdId, to: CxlRejResponseTo, status: OrdStatus | None = None, **fields: Any
    ) -> list[ev.Event]:
        """Refuse a cancel or replace."""
        self._said += 1
        time_ns = T0 + self._said * S + self.day * NEXT_DAY_NS
        whole: dict[str, Any] = {
            "orig_cl_ord_id": self.cl_ord_id,
            "venue_order_id": VenueOrderId("V1"),
            "ord_status": status,
            "transact_time_ns": time_ns,
        }
        return self.hear(OrderCancelReject(cl_ord_id, to, **{**whole, **fields}))

    def hear(self, report: Report) -> list[ev.Event]:
        """Let the engine hear a report."""
        self.last = report
        return self.tell(Reported(BROKER, report))

    def again(self) -> list[ev.Event]:
        """Repeat the last report, to the letter."""
        assert self.last is not None
        return self.hear(self.last)


def flags(events: list[ev.Event]) -> list[AnomalyCode]:
    """The codes of the anomalies among events."""
    return [event.code for event in events if isinstance(event, ev.AnomalyRaised)]


def kinds(events: list[ev.Event]) -> list[str]:
    """The names of the events' classes."""
    return [type(event).__name__ for event in events]
