"""Plays a scenario to an engine, and keeps beside it what must be true: worked out from the scenario alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from functools import cache
from typing import Final

from attrs import define, evolve, field, frozen

from oms.engine.engine import Engine
from oms.engine.inputs import Reported, Start
from oms.engine.invariants import check_state
from oms.model import events as ev
from oms.model.capabilities import ALL_ORDER_TYPES, AMENDABLE, Capabilities
from oms.model.commands import CancelOrder, ReplaceOrder, RequestStatus, SubmitOrder
from oms.model.enums import ExecType, OrdStatus, Side
from oms.model.ids import BrokerName, ClOrdId, OrderId, VenueOrderId
from oms.model.limits import RiskLimits
from oms.model.order import Order
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, OrderStatusRequest, Request
from oms.model.terms import Limit, Market, limit_px
from oms.model.venue_profile import FIX_BROKER, VenueProfile
from oms.order_types.registry import default_handlers
from tests.fakes import AAPL, T0, S
from tests.matrices.scenarios import ACCOUNT, SYMBOL, Path, Scenario, Step, Told, report_of

BROKER: Final = BrokerName("paper")
NOWHERE: Final = VenueOrderId("NONE")
"""What a broker calls an order that it does not know (B.1.f)."""

_START: Final = Start("matrices", 10**9 * S, RiskLimits.off("a test"), (AAPL,))
_QUOTIENT: Final = Context(prec=28)
_UNDECIDED: Final = frozenset({ExecType.PENDING_NEW, ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE})
_NO_NEWS: Final = frozenset({ExecType.TRIGGERED, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


@cache
def able(profile: VenueProfile) -> Capabilities:
    """Give everything that can be asked of a broker at a venue that behaves like this."""
    return Capabilities(order_types=ALL_ORDER_TYPES, amendable=AMENDABLE, simulated=True, profile=profile)


@define
class Truth:
    """What a scenario says of one order so far.

    Attributes:
        in_force: The letter of the identity in force; "" for an order that was never given here.
        unanswered: The letters of its unanswered requests, oldest first.
        executions: Size and price of each execution that stands, by its first id.
        first_ids: The first id of the execution that each id is about.
    """

    in_force: str
    unanswered: list[str]
    executions: dict[str, tuple[Decimal, Decimal]] = field(factory=dict)
    first_ids: dict[str, str] = field(factory=dict)

    @property
    def cum_qty(self) -> Decimal:
        """What has executed."""
        return sum((qty for qty, _ in self.executions.values()), Decimal(0))

    @property
    def notional(self) -> Decimal:
        """What that was worth."""
        return sum((qty * px for qty, px in self.executions.values()), Decimal(0))

    @property
    def avg_px(self) -> Decimal | None:
        """The average price of what has executed, to 28 digits."""
        return _QUOTIENT.divide(self.notional, self.cum_qty) if self.cum_qty else None

    def hear(self, step: Step) -> None:
        """Take in what the broker says about this order."""
        self._execute(step)
        letter = step.cl_ord_id or ""
        if step.msg == "OrderCancelReject" or step.exec_type is ExecType.REPLACED:
            self._answered(letter)
        if step.exec_type is ExecType.REPLACED:
            self.in_force = letter
        if step.msg != "ExecutionReport" or step.exec_type in _UNDECIDED | _NO_NEWS:
            return
        if step.ord_status in _ENDS:
            self.unanswered.clear()
        elif (
            step.ord_status not in (OrdStatus.PENDING_NEW, OrdStatus.ACCEPTED_FOR_BIDDING) and self.unanswered
        ):
            # Whatever else is said shows that the broker has taken the order; it was the first to be asked for.
            self._answered(self.in_force)

    def _answered(self, letter: str) -> None:
        if letter in self.unanswered:
            self.unanswered.remove(letter)

    def _execute(self, step: Step) -> None:
        exec_id = step.exec_id or f"R{step.n}"
        if step.is_execution:
            first = self.first_ids.setdefault(exec_id, self.first_ids.get(step.exec_ref_id or "", exec_id))
            if step.exec_type is ExecType.TRADE_CANCEL:
                del self.executions[first]
            else:
                assert step.last_qty is not None
                self.executions[first] = (step.last_qty, step.px)
        elif step.exec_type is ExecType.RESTATED and step.cum_qty and step.cum_qty != self.cum_qty:
            ratio = step.cum_qty / self.cum_qty
            self.executions = {key: (qty * ratio, px / ratio) for key, (qty, px) in self.executions.items()}


@frozen
class Difference:
    """Something that is not as the scenario says."""

    where: str
    what: str
    expected: object
    got: object

    def __str__(self) -> str:
        """Give it as one line."""
        return f"{self.where}: {self.what} should be {self.expected}, is {self.got}"


class Player:
    """An engine that plays one scenario, step by step and in any order.

    Attributes:
        ids: Our ClOrdIDs by the scenario's letters.
        orders: Our orders by the letter of their first request; "" for one that was never given here.
        events: Everything that happened after the start.
        faults: What the invariants found wrong.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        profile: VenueProfile = FIX_BROKER,
        told: Told = Told.TIMES,
        made: dict[object, ExecutionReport | OrderCancelReject] | None = None,
    ) -> None:
        """Begin with nothing sent.

        Args:
            scenario: What to play.
            profile: How the venue behaves.
            told: What the venue says of when things happened.
            made: Reports that were made before, to save making them again.
        """
        self.scenario = scenario
        # Guarantees that look like executions are a habit of FIX 4.2's.
        profile = evolve(profile, guarantees_by_trade=scenario.id.startswith("4.2:"))
        self.engine = Engine({BROKER: able(profile)}, default_handlers())
        self.ids: dict[str, ClOrdId] = {}
        self.orders: dict[str, OrderId] = {}
        self.events: list[ev.Event] = []
        self.faults: list[str] = []
        self._now_ns = T0
        self._told = told
        self._made = {} if made is None else made
        self.engine.handle(_START, self._now_ns)

    def order(self, letter: str) -> Order | None:
        """Give an order by the letter of its first request; None if there is none."""
        order_id = self.orders.get(letter)
        if order_id is None and not letter:
            # Never given here: it is ours once it has been adopted.
            return next(
                (order for order in self.engine.state.index.by_id.values() if order.is_external), None
            )
        return None if order_id is None else self.engine.state.index.by_id[order_id]

    def send(self, step: Step) -> Request | None:
        """Do what the client does; None where that is nothing, or was refused here."""
        letter = step.cl_ord_id
        if letter is None or letter in self.ids or step.msg == "OrderStatusRequest":
            return None
        requests, events = self._tell(self._command(step))
        for event in events:
            if isinstance(event, ev.OrderSubmitted):
                self.orders[letter] = event.order_id
        if not requests:
            return None
        self.ids[letter] = requests[0].cl_ord_id
        return requests[0]

    def ask(self, step: Step) -> Request | None:
        """Ask the broker what an order is now; None where it is none of ours."""
        root = self.scenario.roots.get(step.cl_ord_id or "")
        if root is None:
            return None
        requests, _ = self._tell(RequestStatus(self.orders[root], "bot"))
        return requests[0] if requests else None

    def is_askable(self, step: Step) -> bool:
        """Tell whether a broker's message could exist by now: everything that it names was sent."""
        letters = (step.cl_ord_id, step.orig_cl_ord_id)
        return all(
            letter is None or letter not in self.scenario.roots or letter in self.ids for letter in letters
        )

    def report(self, step: Step) -> ExecutionReport | OrderCancelReject:
        """Give what the broker sends, with our ids."""
        key = (step.n, self.ids.get(step.cl_ord_id or ""), self.ids.get(step.orig_cl_ord_id or ""))
        report = self._made.get(key)
        if report is None:
            whose = self.scenario.order_of(step)
            is_unknown = whose is None or step.reject_code in ("1", "5")
            venue_order_id = NOWHERE if is_unknown else VenueOrderId(f"V-{whose}")
            report = report_of(step, self.ids, venue_order_id, self._told)
            self._made[key] = report
        return report

    def hear(self, step: Step) -> list[ev.Event]:
        """Let the engine hear what the broker says, and give what it makes of it."""
        return self._tell(Reported(BROKER, self.report(step)))[1]

    def _command(self, step: Step) -> SubmitOrder | CancelOrder | ReplaceOrder:
        if step.msg == "NewOrderSingle":
            scenario = self.scenario
            terms = Market() if step.order_qty is None else Limit(scenario.price or Decimal(100))
            qty, cash = step.order_qty, step.cash_order_qty
            tif = scenario.time_in_force
            return SubmitOrder(SYMBOL, Side.BUY, qty, terms, tif, ACCOUNT, None, "bot", cash_order_qty=cash)
        root = self.scenario.roots[step.cl_ord_id or ""]
        order_id = self.orders[root]
        if step.msg == "OrderCancelRequest":
            return CancelOrder(order_id, "bot")
        # The same quantity again: it is the price that is to change.
        if self.engine.state.index.by_id[order_id].order_qty == step.order_qty:
            return ReplaceOrder(order_id, price=step.price or Decimal(99), asked_by="bot")
        return ReplaceOrder(order_id, order_qty=step.order_qty, price=step.price, asked_by="bot")

    def _tell(
        self, what: SubmitOrder | CancelOrder | ReplaceOrder | RequestStatus | Reported
    ) -> tuple[list[Request], list[ev.Event]]:
        self._now_ns += S
        outcome = self.engine.handle(what, self._now_ns)
        self.events += outcome.events
        self.faults += check_state(self.engine.state)
        return outcome.requests, outcome.events


def play(path: Path, profile: VenueProfile = FIX_BROKER) -> tuple[Player, list[Difference]]:
    """Play a path in its own order, and give everything that is not as the scenario says."""
    player = Player(path.scenario, profile=profile)
    truths: dict[str, Truth] = {}
    found: list[Difference] = []
    for step in path.steps:
        where = f"{path.id}, {step}"
        if step.is_from_client:
            refused = _asked(player, step, where, truths)
            if refused and refused[0].what == "our request":
                return player, [*found, *refused]
            found += refused
        elif step.is_from_broker:
            found += _heard(player, step, where, truths)
        found += [Difference(where, "everything", "consistent", fault) for fault in player.faults]
        player.faults.clear()
    return player, found


def _asked(player: Player, step: Step, where: str, truths: dict[str, Truth]) -> list[Difference]:
    letter = step.cl_ord_id or ""
    if step.msg == "OrderStatusRequest":
        before = {key: _looks(player.order(key)) for key in truths}
        asked_about = player.ask(step)
        wanted = {key: (looks, _looks(player.order(key))) for key, looks in before.items()}
        is_ours = letter in player.scenario.roots
        return _compare(
            where, {**wanted, "a question": (is_ours, isinstance(asked_about, OrderStatusRequest))}
        )
    if letter in player.ids:
        return []
    request = player.send(step)
    if request is None:
        return [Difference(where, "our request", "sent", repr(player.events[-1]))]
    root = player.scenario.roots[letter]
    if step.msg == "NewOrderSingle":
        truths[letter] = Truth(letter, [letter])
    else:
        truths[root].unanswered.append(letter)
    asked: dict[str, tuple[object, object]] = {"order_qty": (step.order_qty or Decimal(0), _qty(request))}
    if isinstance(request, OrderCancelRequest | OrderCancelReplaceRequest):
        orig = player.ids[step.orig_cl_ord_id or ""]
        asked["orig_cl_ord_id"] = (orig, request.orig_cl_ord_id)
    return _compare(where, asked)


def _qty(request: Request) -> Decimal | None:
    return getattr(request, "order_qty", None)


def _heard(player: Player, step: Step, where: str, truths: dict[str, Truth]) -> list[Difference]:
    letter = player.scenario.order_of(step)
    before = {key: _looks(player.order(key)) for key in truths}
    player.hear(step)
    if letter is not None:
        truths.setdefault(letter, Truth("", [])).hear(step)
    found: list[Difference] = []
    for key, truth in truths.items():
        order = player.order(key)
        if order is None:
            found.append(Difference(where, f"order {key!r}", "in the books", "not there"))
        elif key == letter:
            found += _compare(where, _expected(player, step, order, truth, before.get(key)))
        elif _looks(order) != before[key]:
            found.append(Difference(where, f"order {key!r}", before[key], _looks(order)))
    if len(player.engine.state.index.by_id) != len(truths):
        found.append(Difference(where, "orders", len(truths), list(player.engine.state.index.by_id.values())))
    return found


def _looks(order: Order | None) -> tuple[object, ...]:
    if order is None:
        return ()
    return (order.status, order.order_qty, order.cum_qty, order.leaves_qty, order.cl_ord_id, order.avg_px)


def _expected(
    player: Player, step: Step, order: Order, truth: Truth, before: tuple[object, ...] | None
) -> Mapping[str, tuple[object, object]]:
    is_refusal = step.msg == "OrderCancelReject"
    wanted: dict[str, tuple[object, object]] = {"ord_status": (step.ord_status, order.status)}
    for name in ("order_qty", "cum_qty", "leaves_qty", "day_order_qty", "day_cum_qty"):
        wanted[name] = (getattr(step, name), getattr(order, name))
    wanted = {
        name: pair
        for name, pair in wanted.items()
        if pair[0] is not None
        and name not in step.do_not_assert
        and not (is_refusal and name != "ord_status")
    }
    if is_refusal and before is not None:
        # A refusal moves no quantity.
        wanted["quantities"] = (before[1:4], (order.order_qty, order.cum_qty, order.leaves_qty))
    if step.price is not None:
        wanted["price"] = (step.price, limit_px(order.terms))
    in_force = player.ids[truth.in_force] if truth.in_force else None
    return wanted | {
        "cum_qty, by the executions": (truth.cum_qty, order.cum_qty),
        "notional": (truth.notional, order.notional),
        "avg_px": (truth.avg_px, order.avg_px),
        "cl_ord_id": (in_force, order.cl_ord_id),
        "outstanding_requests": (
            [player.ids[letter] for letter in truth.unanswered],
            [request.cl_ord_id for request in order.outstanding_requests],
        ),
    }


def _compare(where: str, wanted: Mapping[str, tuple[object, object]]) -> list[Difference]:
    return [Difference(where, name, *pair) for name, pair in wanted.items() if pair[0] != pair[1]]
