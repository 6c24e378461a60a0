"""An engine that has been started, with a clock in the hand, and its events written down by hand."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Answered, Input, Reported, Start
from oms.engine.invariants import check_state
from oms.engine.outcome import Outcome
from oms.model import events as ev
from oms.model.capabilities import Capabilities
from oms.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from oms.model.enums import ExecType, Side
from oms.model.ids import Account, BrokerName, ClOrdId, ExecId, OrderId, Symbol, namespace_prefix
from oms.model.instrument import Instrument
from oms.model.limits import RiskLimits
from oms.model.order import Order
from oms.model.reports import ExecutionReport, Report, SendResult
from oms.model.requests import Request
from oms.model.terms import Limit, Terms
from oms.model.time_in_force import DAY, TimeInForce
from oms.order_types.registry import HandlerRegistry, default_handlers
from tests.fakes import AAPL, BTC, CAN_ALL, T0, S

PAPER = BrokerName("paper")
MAIN = Account("main")
SYMBOL = Symbol("AAPL")
OFF = RiskLimits.off("a test")
TIMEOUT_NS = 30 * S
PREFIX = namespace_prefix("desk")
DATE = "20260105"


def request_id(number: int) -> ClOrdId:
    """The ClOrdID of the n-th request of a journal, from 1; fewer than 27 of them."""
    return ClOrdId(PREFIX + "aaaaaaaa" + "abcdefghijklmnopqrstuvwxyz"[number - 1])


class Desk:
    """A started engine: with its two instruments 5 events are in its journal, and the next one is number 6.

    Attributes:
        can: What its brokers can do.
        is_watched: Every step is followed by a look at all that must be true.
    """

    def __init__(
        self,
        limits: RiskLimits = OFF,
        instruments: tuple[Instrument, ...] = (AAPL, BTC),
        can: Mapping[str, Capabilities] | None = None,
        handlers: HandlerRegistry | None = None,
    ) -> None:
        self.can = {BrokerName(name): able for name, able in (can or {"paper": CAN_ALL}).items()}
        self.engine = Engine(self.can, default_handlers() if handlers is None else handlers)
        self.now_ns = T0
        self.is_watched = True
        self.journal: list[ev.Event] = []
        self.sent: list[Request] = []
        self.next_due_ns: int | None = None
        self.tell(Start("desk", TIMEOUT_NS, limits, instruments))

    def tell(self, what: Input) -> tuple[ev.Event, ...]:
        """Hand an input in, and give the events that it led to; all is well afterwards."""
        outcome: Outcome = self.engine.handle(what, self.now_ns)
        assert not self.is_watched or check_state(self.engine.state) == ()
        self.next_due_ns = outcome.next_due_ns
        self.journal += outcome.events
        self.sent += outcome.requests
        return tuple(outcome.events)

    @property
    def version(self) -> int:
        return self.engine.state.version

    def order(self, order_id: int = 1) -> Order:
        return self.engine.state.index.by_id[OrderId(order_id)]

    def looks(self) -> dict[str, object]:
        """Everything that is held to be true of orders, but for the journal's own counters and when marks were spoken of."""
        return {**describe(self.engine.state), "counters": None, "anomalies": None, "marked": None}

    def submit(self, **fields: Any) -> tuple[ev.Event, ...]:
        return self.tell(submit(**fields))

    def cancel(self, order_id: int = 1) -> tuple[ev.Event, ...]:
        return self.tell(CancelOrder(OrderId(order_id), "bot"))

    def replace(self, order_id: int = 1, **fields: Any) -> tuple[ev.Event, ...]:
        return self.tell(ReplaceOrder(OrderId(order_id), **fields, asked_by="bot"))

    def report(self, report: Report, broker: str = "paper") -> tuple[ev.Event, ...]:
        return self.tell(Reported(BrokerName(broker), report))

    def say(self, exec_type: ExecType, **fields: Any) -> tuple[ev.Event, ...]:
        """Report about the first order, unless another ClOrdID is given."""
        return self.report(ExecutionReport(exec_type, **{"cl_ord_id": request_id(1), **fields}))

    def trade(self, exec_id: str, qty: int | str, px: int | str = 100, **fields: Any) -> tuple[ev.Event, ...]:
        return self.say(
            ExecType.TRADE,
            **{
                "exec_id": ExecId(exec_id),
                "last_qty": Decimal(qty),
                "last_px": Decimal(px),
                "transact_time_ns": T0,
                **fields,
            },
        )

    def answer(self, result: SendResult | Any, number: int = -1) -> tuple[ev.Event, ...]:
        """Tell what became of a send; of the last one unless told otherwise."""
        return self.tell(Answered(self.sent[number], result))

    def acknowledged(self) -> Desk:
        """The same desk, with a first order for 100 AAPL at 100 that the broker works."""
        self.submit()
        self.say(ExecType.NEW)
        return self


def submit(
    symbol: str = "AAPL",
    side: Side = Side.BUY,
    qty: int | str | None = 100,
    terms: Terms | None = None,
    tif: TimeInForce = DAY,
    account: str = "main",
    client_ref: str | None = None,
    cash: int | str | None = None,
) -> SubmitOrder:
    """A command to buy 100 AAPL at 100 for the day, but for these fields."""
    wanted = Limit(100) if terms is None else terms
    return SubmitOrder(Symbol(symbol), side, qty, wanted, tif, Account(account), client_ref, "bot", cash)


def kinds(events: tuple[ev.Event, ...]) -> list[str]:
    """The names of the events' classes."""
    return [type(event).__name__ for event in events]
