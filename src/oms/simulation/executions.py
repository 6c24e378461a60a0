"""What an execution leads to at the venue: the order is filled by so much, a fee is due, and a position changes.

The positions are those of what was executed here. As soon as one is flat, or has turned, whatever could only have reduced it is
canceled. An order is worked while it is in no book, so that it is left to whoever works it.
"""

from __future__ import annotations

from decimal import Decimal
from operator import itemgetter
from typing import Final

from attrs import evolve

from oms.model.decimals import EXACT, ZERO, plain
from oms.model.enums import ExecRestatementReason, ExecType, LastLiquidityInd
from oms.model.ids import Account, ExecId, Symbol
from oms.simulation.affording import Spent, Trading
from oms.simulation.book import Book
from oms.simulation.charging import Charging
from oms.simulation.contingent_lists import NOTHING_LEFT, ContingentLists
from oms.simulation.fees import Fee
from oms.simulation.reducing import Reducing
from oms.simulation.reporting import Reports, execution_report, fee_report
from oms.simulation.slippage import SlippageGauge, Taking, slipped_px
from oms.simulation.venue_order import Stage, VenueOrder

_ADD: Final = EXACT.add
_SUBTRACT: Final = EXACT.subtract
NO_MONEY: Final = "its account cannot pay for more of it"
NOTHING_TO_REDUCE: Final = "no position is left to reduce"


class Executions:
    """Where every execution of the venue is booked.

    Attributes:
        charging: What it costs, and what it does to accounts.
        further_fees: What executions cost beyond the fee in their own report, by the identity of that.
        lists: The orders that depend on one another.
    """

    __slots__ = ("_positions", "_reducing", "_slippage", "charging", "further_fees", "lists")

    def __init__(self, charging: Charging, slippage: SlippageGauge | None = None) -> None:
        """Begin without any, and flat.

        Args:
            charging: What executions cost, and what they do to accounts.
            slippage: How much worse than shown what takes trades; not at all unless given.
        """
        self.charging = charging
        self._slippage = slippage
        self.lists = ContingentLists()
        self.further_fees: dict[ExecId, tuple[tuple[Decimal, str], ...]] = {}
        self._positions: dict[tuple[Account, Symbol], Decimal] = {}
        self._reducing = Reducing()

    def wanted(self, order: VenueOrder) -> Decimal:
        """Give how much of an order may trade: what is open of it, and of one that only reduces no more than there is."""
        return min(order.open_qty, self._reducible(order)) if order.is_reduce_only else order.open_qty

    def has_nothing_to_reduce(self, order: VenueOrder) -> bool:
        """Tell whether an order only reduces, and there is nothing."""
        return order.is_reduce_only and not self._reducible(order)

    def _reducible(self, order: VenueOrder) -> Decimal:
        position = self._positions.get((order.account, order.symbol), ZERO)
        return max(position.copy_negate() if order.is_buy else position, ZERO)

    def may_take(self, book: Book, wanted: Decimal, time_ns: int) -> Decimal:
        """Give how much of what is wanted may be taken of what others show."""
        if self._slippage is None:
            return wanted
        most = self._slippage.most(book.instrument, time_ns)
        return wanted if most is None else min(wanted, most)

    def affordable(self, book: Book, order: VenueOrder, most: Decimal, px: Decimal, time_ns: int) -> Decimal:
        """Give the quantity that the money of an order pays for at a price that is shown, up to so much."""
        assert order.cash_left is not None
        qty = book.instrument.lots_for(order.cash_left, px)
        held = self.charging.held_for(order)
        qty = min(qty, most, qty if held is None else held)
        if self._slippage is not None and qty:
            taking = Taking(book.instrument, book.grid, order.is_buy, qty, px, time_ns)
            slipped = slipped_px(self._slippage, taking, order.price)
            qty = min(qty, book.instrument.lots_for(order.cash_left, slipped))
        return self.payable(book, order, qty, px, LastLiquidityInd.REMOVED, time_ns)

    def payable(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
        spent: Spent | None = None,
    ) -> Decimal:
        """Give how much of a quantity the account of an order can pay for at a price, which is shown where it takes.

        A liquidity of None is that of an auction; what others of the same one are promised is `spent`.
        """
        affording = self.charging.affording
        if affording is None or not qty:
            return qty
        if liquidity is LastLiquidityInd.REMOVED:
            px = self._slipped(book, order, qty, px, time_ns)
        return affording.payable(self._trading(book, order, liquidity, time_ns), qty, px, spent)

    def can_pay(
        self, book: Book, order: VenueOrder, found: list[tuple[Decimal, Decimal]], time_ns: int
    ) -> bool:
        """Tell whether the account of an order can pay for all that it would take, by price."""
        affording = self.charging.affording
        if affording is None:
            return True
        parts = [(self._slipped(book, order, qty, px, time_ns), qty) for px, qty in found]
        return affording.can_pay(self._trading(book, order, LastLiquidityInd.REMOVED, time_ns), parts)

    def _trading(
        self, book: Book, order: VenueOrder, liquidity: LastLiquidityInd | None, time_ns: int
    ) -> Trading:
        mates = (order,) if order.working_qty is None else self.lists.mates(order)
        return Trading(book, order, mates, liquidity, time_ns)

    def _slipped(self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal, time_ns: int) -> Decimal:
        if self._slippage is None:
            return px
        taking = Taking(book.instrument, book.grid, order.is_buy, qty, px, time_ns)
        return slipped_px(self._slippage, taking, order.price)

    def pay(self, book: Book, order: VenueOrder, qty: Decimal, px: Decimal) -> bool:
        """Take so much at a price off an order's money; tell whether what is left pays for one lot more there."""
        assert order.cash_left is not None
        value = EXACT.multiply(EXACT.multiply(qty, px), book.instrument.multiplier)
        order.cash_left = max(_SUBTRACT(order.cash_left, value), ZERO)
        return bool(book.instrument.lots_for(order.cash_left, px))

    def set_quantity(
        self, book: Book, order: VenueOrder, px: Decimal, time_ns: int, reports: Reports
    ) -> bool:
        """Let an order for money, which is in no book, be for the quantity that what is left pays for at a price: `RESTATED`.

        False where that is nothing, and it was canceled.
        """
        assert order.cash_left is not None
        qty = book.instrument.lots_for(order.cash_left, px)
        if not qty:
            self.cancel_money(book, order, px, time_ns, reports)
            return False
        text = f"what is left of its money, {plain(order.cash_left)}, is {plain(qty)} at {plain(px)}"
        order.set_quantity(qty)
        self.charging.hold(book, order, time_ns)
        report = execution_report(order, ExecType.RESTATED, time_ns, book.trade_date_at(time_ns), text=text)
        reports.append(evolve(report, exec_restatement_reason=ExecRestatementReason.OTHER))
        return True

    def cancel_money(
        self, book: Book, order: VenueOrder, px: Decimal, time_ns: int, reports: Reports
    ) -> None:
        """Cancel an order for money, which is in no book, since what is left of it pays for no lot at a price."""
        assert order.cash_left is not None
        text = f"what is left of its money, {plain(order.cash_left)}, is no lot at {plain(px)}"
        self.cancel(book, order, text, time_ns, reports)

    def note_volume(self, symbol: Symbol, volume: Decimal, time_ns: int) -> None:
        """Take note of what others have traded up to a moment, in nanoseconds UTC."""
        if self._slippage is not None:
            self._slippage.note_volume(symbol, volume, time_ns)

    def note_reducing(self, order: VenueOrder) -> None:
        """Look after an order that only reduces, from its arrival on."""
        self._reducing.note(order)

    def execute(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
        reports: Reports,
    ) -> None:
        """Book an execution and add its report, and the end of others that had only this position to reduce.

        A liquidity of None is that of an auction. What takes may trade at a worse price than this one, which is shown.
        """
        if self._slippage is not None and liquidity is LastLiquidityInd.REMOVED:
            taking = Taking(book.instrument, book.grid, order.is_buy, qty, px, time_ns)
            px = slipped_px(self._slippage, taking, order.price)
            self._slippage.note_taken(taking)
        order.execute(qty)
        if order.cash_left is not None and not self.pay(book, order, qty, px):
            order.set_quantity(ZERO)
        self.move(order, qty)
        self._report(book, order, qty, px, liquidity, time_ns, reports)
        self.follow(order, time_ns, reports)
        self._end_in_vain(book, order, time_ns, reports)

    def _end_in_vain(self, book: Book, order: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Cancel the others that only reduce what an order has just executed, where nothing is left to reduce."""
        account, symbol = order.account, order.symbol
        position = self._positions[account, symbol]
        vain = self._reducing.of_side(account, symbol, is_buy=False) if position <= ZERO else []
        if position >= ZERO:
            vain = sorted(vain + self._reducing.of_side(account, symbol, is_buy=True), key=itemgetter(0))
        for _, other in vain:
            # One of a list may have ended with another one of it.
            if other.stage is Stage.OPEN and other is not order:
                book.remove(other)
                self.cancel(book, other, NOTHING_TO_REDUCE, time_ns, reports)

    def _report(
        self,
        book: Book,
        order: VenueOrder,
        qty: Decimal,
        px: Decimal,
        liquidity: LastLiquidityInd | None,
        time_ns: int,
        reports: Reports,
    ) -> None:
        instrument = book.instrument
        charging = self.charging
        fees: tuple[Fee, ...] = ()
        if not charging.is_free:
            fees = charging.charge(self._trading(book, order, liquidity, time_ns), qty, px)
        # A report has room for one fee: the one in the instrument's currency, or else the first.
        fee = next((fee for fee in fees if fee.currency == instrument.currency), fees[0] if fees else None)
        report = execution_report(
            order,
            ExecType.TRADE,
            time_ns,
            book.trade_date_at(time_ns),
            last_qty=qty,
            last_px=px,
            last_liquidity_ind=liquidity,
            commission=ZERO if fee is None else fee.amount,
            comm_currency=instrument.currency if fee is None else fee.currency,
        )
        reports.append(report)
        further = tuple((other.amount, other.currency) for other in fees if other is not fee)
        if further and report.exec_id is not None:
            self.further_fees[report.exec_id] = further
            reports += [fee_report(report, *other) for other in further]

    def end(
        self, book: Book, order: VenueOrder, stage: Stage, text: str, time_ns: int, reports: Reports
    ) -> None:
        """End an order that is in no book any more, of the venue's own accord."""
        order.end(stage)
        exec_type = ExecType.EXPIRED if stage is Stage.EXPIRED else ExecType.CANCELED
        reports.append(execution_report(order, exec_type, time_ns, book.trade_date_at(time_ns), text=text))
        self.follow(order, time_ns, reports)

    def cancel(self, book: Book, order: VenueOrder, text: str, time_ns: int, reports: Reports) -> None:
        """Cancel an order that is in no book any more, of the venue's own accord."""
        self.end(book, order, Stage.CANCELED, text, time_ns, reports)

    def lay_off(self, book: Book, order: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Hold an open order that is in no book and may trade no more now; cancel it where it never will."""
        if order.working_qty is None or self.has_nothing_to_reduce(order):
            self.cancel(book, order, NOTHING_TO_REDUCE, time_ns, reports)
        elif self.lists.has_none_left(order):
            self.cancel(book, order, NOTHING_LEFT, time_ns, reports)
        else:
            book.set_apart(order, book.held)

    def move(self, order: VenueOrder, qty: Decimal) -> None:
        """Let the position of an order's account be by so much more on its side; less where it is negative."""
        holding = (order.account, order.symbol)
        before = self._positions.get(holding, ZERO)
        self._positions[holding] = _ADD(before, qty) if order.is_buy else _SUBTRACT(before, qty)

    def follow(self, order: VenueOrder, time_ns: int, reports: Reports) -> None:
        """Let those that depend on an order follow what has happened to it."""
        if order.working_qty is not None:
            self.lists.follow(order, time_ns, reports)
