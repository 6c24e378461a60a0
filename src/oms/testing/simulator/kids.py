"""The children of orders that are worked here, in a run: what their venue may execute of each, held to what was heard of it.

What a venue does of its own accord counts only once the library has heard of it: executions after the end, and
corrections since then. So does what it has executed of a child whose session was over, once the next session has opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Protocol

from attrs import Factory, define

from oms.model.decimals import EXACT, ZERO
from oms.model.enums import ExecType
from oms.model.ids import ClOrdId, ExecId, OrderId
from oms.model.reports import ExecutionReport
from oms.testing.truth import Execution
from oms.testing.venue import TruthfulVenue

_ENDS: Final = frozenset({ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED})


class Reached(Protocol):
    """The venue, as far as the laws look at it."""

    def of_order(self, order_id: OrderId) -> TruthfulVenue | None:
        """Give what has reached it of an order."""
        ...

    def is_flying(self, cl_ord_id: ClOrdId) -> bool:
        """Tell whether a request is still on its way."""
        ...


@define(eq=False)
class Kid:
    """A child, by its own order and what was asked of it.

    Attributes:
        order_id: Its number.
        role: What it is for.
        qty: How much was asked for.
        cl_ord_id: Its identity; None while it was not to be sent.
        has_left: It was sent.
        has_ended: It is over, as the journal says.
        heard: What it has executed, as the journal says, by the identity of each execution since it was corrected last.
        book: What its venue says of it; None while that was not looked at.
        at_end: What had executed of it as it ended at its venue, by the first identity of each execution; None while it was not asked for.
        was_held: Its order was suspended or stopped as it was to be sent.
        ended_by_session: It was ended here as its session closed, without a word of its venue.
        is_of_earlier: So it was, and the next session has opened since.
    """

    order_id: OrderId
    role: str
    qty: Decimal = ZERO
    cl_ord_id: ClOrdId | None = None
    has_left: bool = False
    has_ended: bool = False
    heard: dict[ExecId, Decimal] = Factory(dict)
    book: TruthfulVenue | None = None
    at_end: Mapping[ExecId, Decimal] | None = None
    was_held: bool = False
    ended_by_session: bool = False
    is_of_earlier: bool = False

    def note_opening(self) -> None:
        """Take in that a session has opened: what was not heard of by now of one that the last has ended may never be."""
        self.is_of_earlier = self.ended_by_session

    def most(self, venue: Reached) -> Decimal:
        """Give what it has executed and may still execute at its venue, but for what that does on its own and was not heard of."""
        if self.cl_ord_id is None:
            return ZERO
        book = self.book = self.book or venue.of_order(self.order_id)
        if book is None or book.truth is None:
            is_coming = venue.is_flying(self.cl_ord_id) if self.has_left else not self.has_ended
            return self.qty if is_coming else ZERO
        truth, heard = book.truth, total_of(self.heard.values())
        if self.is_of_earlier:
            return heard
        if truth.end is None and not truth.is_over:
            live = EXACT.add(truth.cum_qty, truth.leaves_qty)
            return max(min(self.qty, live), heard)
        if self.at_end is None:
            self.at_end = _executed_at_end(book)
        known = total_of(self._known(one, book, self.at_end) for one in truth.executions.values())
        return min(known, max(self.qty, heard))

    def _known(self, one: Execution, book: TruthfulVenue, at_end: Mapping[ExecId, Decimal]) -> Decimal:
        """Give how much of an execution counts: as it was at the end of the child, or is since, as far as that was heard of."""
        heard = next((self.heard[name] for name in _identities(one, book) if name in self.heard), ZERO)
        return min(one.qty, max(heard, at_end.get(one.exec_id, ZERO)))


def total_of(qtys: Iterable[Decimal]) -> Decimal:
    """Give the sum of quantities."""
    total = ZERO
    for qty in qtys:
        total = EXACT.add(total, qty)
    return total


def _identities(one: Execution, book: TruthfulVenue) -> list[ExecId]:
    """Give the identities that an execution has had, the last first."""
    found = [one.exec_id]
    for report in book.said:
        if not isinstance(report, ExecutionReport) or report.exec_type is not ExecType.TRADE_CORRECT:
            continue
        if report.exec_ref_id == found[-1] and report.exec_id is not None:
            found.append(report.exec_id)
    return found[::-1]


def _executed_at_end(book: TruthfulVenue) -> Mapping[ExecId, Decimal]:
    """Give what had executed of an order up to its end, as its venue has said it, by the first identity of each execution."""
    first: dict[ExecId, ExecId] = {}
    found: dict[ExecId, Decimal] = {}
    for one in book.said:
        if not isinstance(one, ExecutionReport):
            continue
        if one.exec_id is not None and one.last_qty is not None:
            if one.exec_type is ExecType.TRADE:
                first[one.exec_id] = one.exec_id
                found[one.exec_id] = one.last_qty
            elif one.exec_type is ExecType.TRADE_CORRECT and one.exec_ref_id is not None:
                first[one.exec_id] = first[one.exec_ref_id]
                found[first[one.exec_id]] = one.last_qty
        if one.exec_type in _ENDS or _bundles_the_end(one):
            break
    return found


def _bundles_the_end(report: ExecutionReport) -> bool:
    total, done = report.order_qty, report.cum_qty
    is_trade = report.exec_type is ExecType.TRADE and total is not None and done is not None
    return is_trade and not report.leaves_qty and done < total  # type: ignore[operator]  # neither is None
