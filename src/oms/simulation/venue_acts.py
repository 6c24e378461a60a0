"""What a venue does of its own accord: cancels, busts and corrects, holds orders back and takes them up again.

Nothing of it happens by itself; whoever plays a scenario says what and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeAlias

from attrs import evolve, field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, exact, plain, positive
from oms.model.define import value
from oms.model.enums import ExecRestatementReason, ExecType, OrdStatus, SessionPhase
from oms.model.ids import ClOrdId, ExecId
from oms.model.reports import ExecutionReport
from oms.model.time_in_force import Day, FillOrKill, GoodTillCancel, ImmediateOrCancel, is_over
from oms.simulation.affording import Trading
from oms.simulation.book import Book
from oms.simulation.matching import Matching
from oms.simulation.order_desk import OrderDesk
from oms.simulation.reporting import Reports, execution_report, fee_report
from oms.simulation.standing import Standing
from oms.simulation.venue_order import Pause, Stage, VenueOrder

_SUBTRACT: Final = EXACT.subtract
_ENDLESS: Final = (GoodTillCancel, ImmediateOrCancel, FillOrKill)


def _qty(number: object) -> Decimal:
    return positive(number, "last_qty")


def _px(number: object) -> Decimal:
    return exact(number, "last_px")


@value
class CancelOrder:
    """Cancel what is left of an order that nobody asked to cancel (FIX E.1.b): `CANCELED`.

    Attributes:
        cl_ord_id: Any identity of the order.
        text: Why, in words.
        reason: Why, as ExecRestatementReason (378); None where nothing is said.
    """

    cl_ord_id: str
    text: str = field(default="canceled by the venue", kw_only=True)
    reason: ExecRestatementReason | None = field(default=None, kw_only=True)


@value
class BustTrade:
    """Declare that an execution did not happen: `TRADE_CANCEL`, and its fees are paid back.

    What was busted does not work again, until a replace says a total that has room for it. Of an order that was filled nothing works
    any more: it expires when its time in force has passed, at once where that has; where no time ends it, or it is one of a
    list, it is canceled.

    Attributes:
        exec_id: The execution, or its last correction.
        text: Why, in words.
    """

    exec_id: str
    text: str = field(default="busted", kw_only=True)


@value
class CorrectTrade:
    """Amend an execution: `TRADE_CORRECT`; the fee stays as it was. What it takes off the quantity does not work again.

    Attributes:
        exec_id: The execution, or its last correction.
        last_qty: Its size now; not more than it was.
        last_px: Its price now.
    """

    exec_id: str
    last_qty: Decimal = field(converter=_qty)
    last_px: Decimal = field(converter=_px)


@value
class FinishDay:
    """Work an order no more today: `DONE_FOR_DAY`. A day order expires at the close, another is renewed at the next opening.

    Attributes:
        cl_ord_id: Any identity of the order.
    """

    cl_ord_id: str


@value
class SuspendOrder:
    """Work an order no more until it is resumed: `SUSPENDED`.

    Attributes:
        cl_ord_id: Any identity of the order.
    """

    cl_ord_id: str


@value
class ResumeOrder:
    """Work an order again that was suspended, as the last at its price: `NEW`.

    Attributes:
        cl_ord_id: Any identity of the order.
    """

    cl_ord_id: str


@value
class StopOrder:
    """Guarantee a price for a part of an order (FIX L.1.a): `STOPPED`; the order goes on to trade.

    Attributes:
        cl_ord_id: Any identity of the order.
        last_qty: How much is guaranteed.
        last_px: At which price, or a better one.
    """

    cl_ord_id: str
    last_qty: Decimal = field(converter=_qty)
    last_px: Decimal = field(converter=_px)


OrderAct: TypeAlias = CancelOrder | FinishDay | SuspendOrder | ResumeOrder | StopOrder
TradeAct: TypeAlias = BustTrade | CorrectTrade
VenueAct: TypeAlias = OrderAct | TradeAct
"""Whatever a venue does of its own accord."""


class VenueActs:
    """Does what the venue is told to do of its own accord."""

    __slots__ = ("_desk", "_matching")

    def __init__(self, desk: OrderDesk, matching: Matching) -> None:
        """Act on these orders."""
        self._desk = desk
        self._matching = matching

    def act_on_order(self, act: OrderAct, time_ns: int) -> Reports:
        """Do it.

        Raises:
            ValidationError: No such order is open, it is none that this can be done to, or it depends on others of a list.
        """
        order = self._desk.order(ClOrdId(act.cl_ord_id))
        if order is None or order.stage is not Stage.OPEN:
            raise ValidationError("cl_ord_id", act.cl_ord_id, "name an order that is open at the venue")
        match act:
            case CancelOrder(text=text, reason=reason):
                return self._cancel(order, text, reason, time_ns)
            case FinishDay():
                return self._hold_back(order, Pause.DONE_FOR_DAY, ExecType.DONE_FOR_DAY, time_ns)
            case SuspendOrder():
                return self._hold_back(order, Pause.SUSPENDED, ExecType.SUSPENDED, time_ns)
            case ResumeOrder():
                if order.pause is not Pause.SUSPENDED:
                    raise ValidationError("cl_ord_id", act.cl_ord_id, "name an order that is suspended")
                return self._take_up(order, ExecType.NEW, time_ns)
            case StopOrder(last_qty=qty, last_px=px):
                report = self._report(order, ExecType.STOPPED, time_ns)
                return [evolve(report, last_qty=qty, last_px=px, ord_status=OrdStatus.STOPPED)]

    def act_on_trade(
        self, act: TradeAct, said: Standing | Iterable[ExecutionReport], time_ns: int
    ) -> Reports:
        """Do it, where these are the executions, busts and corrections that were said.

        Raises:
            ValidationError: No such execution stands, or it would be made larger.
        """
        stands = said if isinstance(said, Standing) else Standing(tuple(said))
        trade = stands.now().get(ExecId(act.exec_id))
        if trade is None or trade.cl_ord_id is None or trade.last_qty is None or trade.last_px is None:
            raise ValidationError(
                "exec_id", act.exec_id, "name an execution that stands, by its last identity"
            )
        order = self._desk.orders[trade.cl_ord_id]
        is_bust = isinstance(act, BustTrade)
        if isinstance(act, CorrectTrade) and act.last_qty > trade.last_qty:
            raise ValidationError("last_qty", plain(act.last_qty), f"pass at most {plain(trade.last_qty)}")
        qty = trade.last_qty if isinstance(act, BustTrade) else _SUBTRACT(trade.last_qty, act.last_qty)
        executions, book = self._matching.executions, self._matching.books[order.symbol]
        order.lose(qty)
        executions.move(order, qty.copy_negate())
        charging = executions.charging
        charging.move(book, order, trade.last_qty.copy_negate(), trade.last_px)
        report = self._report(order, ExecType.TRADE_CANCEL if is_bust else ExecType.TRADE_CORRECT, time_ns)
        report = evolve(report, exec_ref_id=trade.exec_id, trade_date=trade.trade_date)
        if isinstance(act, CorrectTrade):
            charging.move(book, order, act.last_qty, act.last_px)
            reports: Reports = [evolve(report, last_qty=act.last_qty, last_px=act.last_px)]
        else:
            reports = [evolve(report, last_qty=trade.last_qty, last_px=trade.last_px, text=act.text)]
            first = stands.first(ExecId(act.exec_id))
            reports += self._take_back(order, first, act.exec_id, time_ns)
        if order.stage is Stage.FILLED and qty:
            self._unfill(order, trade, time_ns, reports)
        return self._followed(order, reports, time_ns)

    def _unfill(self, order: VenueOrder, trade: ExecutionReport, time_ns: int, reports: Reports) -> None:
        # It is filled no more, and nothing of it works.
        executions, book = self._matching.executions, self._matching.books[order.symbol]
        trade_date = book.trade_date_at(time_ns)
        phase = SessionPhase.CLOSED if book.is_closed else SessionPhase.OPEN
        time_in_force = order.time_in_force
        order.stage = Stage.OPEN
        if order.is_reduce_only:
            executions.note_reducing(order)
        if isinstance(time_in_force, _ENDLESS) or order.working_qty is not None:
            executions.cancel(book, order, "nothing of it works any more", time_ns, reports)
        elif (
            order.is_for_auction
            or is_over(time_in_force, phase, trade_date, time_ns, order.expires_ns)
            or (isinstance(time_in_force, Day) and trade.trade_date != trade_date)
        ):
            executions.end(book, order, Stage.EXPIRED, "its time in force has passed", time_ns, reports)
        else:
            book.set_apart(order, book.held)
            self._matching.endings.add(order)

    def _take_back(self, order: VenueOrder, first: ExecutionReport, exec_id: str, time_ns: int) -> Reports:
        # What an execution was charged when it happened is paid back, in every currency.
        executions, book = self._matching.executions, self._matching.books[order.symbol]
        assert first.exec_id is not None
        assert first.last_qty is not None
        assert first.last_px is not None
        trading = Trading(book, order, (order,), first.last_liquidity_ind, first.transact_time_ns or 0)
        was_last = not first.leaves_qty
        executions.charging.forget(trading, first.last_qty, first.last_px, was_last=was_last)
        reports: Reports = []
        charged = ((first.commission, first.comm_currency), *executions.further_fees.get(first.exec_id, ()))
        for amount, currency in charged:
            if amount and currency:
                refund = amount.copy_negate()
                executions.charging.pay_fee(order.account, refund, currency)
                fee = fee_report(first, refund, currency, f"of the busted execution {exec_id}")
                reports.append(evolve(fee, kind="refund", transact_time_ns=time_ns))
        return reports

    def _followed(self, order: VenueOrder, reports: Reports, time_ns: int) -> Reports:
        # Those that depend on it have less to trade for now, or more.
        executions = self._matching.executions
        executions.follow(order, time_ns, reports)
        if executions.lists.armed:
            self._matching.activate(time_ns, reports)
        return reports

    def renew(self, books: Iterable[Book], time_ns: int) -> Reports:
        """Work what was done for the day again in books that have opened: `RESTATED`, the earliest order first."""
        done = [order for book in books for order in book.held.values() if order.pause is Pause.DONE_FOR_DAY]
        reports: Reports = []
        for order in sorted(done, key=lambda order: order.place):
            renewed = self._take_up(order, ExecType.RESTATED, time_ns)
            assert isinstance(renewed[0], ExecutionReport)
            reason = ExecRestatementReason.GT_RENEWAL
            reports += [evolve(renewed[0], exec_restatement_reason=reason), *renewed[1:]]
        return reports

    def _cancel(
        self, order: VenueOrder, text: str, reason: ExecRestatementReason | None, time_ns: int
    ) -> Reports:
        self._matching.books[order.symbol].remove(order)
        order.end(Stage.CANCELED)
        report = evolve(
            self._report(order, ExecType.CANCELED, time_ns), text=text, exec_restatement_reason=reason
        )
        reports: Reports = [report]
        self._matching.executions.follow(order, time_ns, reports)
        return reports

    def _hold_back(self, order: VenueOrder, pause: Pause, kind: ExecType, time_ns: int) -> Reports:
        if order.working_qty is not None or order.pause is not None:
            what = "an order of its own, which is held back by nothing else"
            raise ValidationError("cl_ord_id", order.cl_ord_id, f"name {what}")
        if not order.leaves_qty:
            raise ValidationError("cl_ord_id", order.cl_ord_id, "name an order of which something works")
        book = self._matching.books[order.symbol]
        book.remove(order)
        book.set_apart(order, book.held)
        order.hold_back(pause)
        report = self._report(order, kind, time_ns)
        if pause is Pause.DONE_FOR_DAY and isinstance(order.time_in_force, Day):
            # FIX A.1.b: of a day order nothing is left.
            report = evolve(report, leaves_qty=Decimal(0))
        return [report]

    def _take_up(self, order: VenueOrder, kind: ExecType, time_ns: int) -> Reports:
        book = self._matching.books[order.symbol]
        book.remove(order)
        order.hold_back(None)
        report = self._report(order, kind, time_ns)
        return [report, *self._matching.work(book, order, time_ns)]

    def _report(self, order: VenueOrder, kind: ExecType, time_ns: int) -> ExecutionReport:
        book = self._matching.books[order.symbol]
        return execution_report(order, kind, time_ns, book.trade_date_at(time_ns))
