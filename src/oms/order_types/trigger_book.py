"""Orders that are held here until the market reaches a price: which of them an update releases, and in which order.

Pure: no clock, no market of its own. An order is moved by what comes after it alone, and the same rows and updates give the
same releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from oms.errors import UnknownInstrumentError, UnknownOrderError, ValidationError
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.triggers import PriceTrigger, TrailingTrigger, Trigger, TriggerHit
from oms.order_types.trigger_desk import COUNTED, TriggerDesk
from oms.order_types.trigger_ladder import Held
from oms.order_types.trigger_records import LineName, TriggerRow, check_row, check_trigger, new_row


class TriggerBook:
    """The orders that are held until a price comes.

    A quote counts where both sides are there, with a size, and do not cross; a locked one does. Any other quote releases
    nobody, moves no trail, and interrupts whoever needs two quotes in a row. A trade of no size is none.

    An update gives first those that were reached by a rise, the lowest price first; then those that were reached by a fall,
    the highest price first; at one price in the order of their arrival. They are not held any more.

    Attributes:
        desks: What waits in each instrument, to be read.
        moves: The last price by which trails began or followed, of each kind; whoever has noted them clears it.
    """

    __slots__ = ("_arrivals", "_held", "desks", "moves")

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        """Make an empty book for these instruments."""
        self.moves: dict[LineName, Decimal] = {}
        self.desks = {one.symbol: TriggerDesk(one, self.moves) for one in instruments}
        self._held: dict[OrderId, Held] = {}
        self._arrivals = 0

    def __len__(self) -> int:
        """Count the orders that are held."""
        return len(self._held)

    def __contains__(self, order_id: OrderId) -> bool:
        """Tell whether an order is held."""
        return order_id in self._held

    def add(
        self,
        order_id: OrderId,
        symbol: Symbol,
        trigger: Trigger,
        *,
        water_mark: Decimal | int | str | None = None,
    ) -> None:
        """Hold an order from the next update on; it is not compared to prices before.

        Args:
            order_id: Whose.
            symbol: The instrument that it waits for.
            trigger: What releases it.
            water_mark: Where its trail is to begin; with it the trail is activated already. None for the next price.

        Raises:
            UnknownInstrumentError: The book has no such instrument.
            ValidationError: The order is held already, the trigger is none, or a water mark is given to what does not trail.
        """
        if water_mark is None and type(trigger) is PriceTrigger:
            # Nearly all: there is nothing about it to check.
            self._take(order_id, symbol, trigger)
        else:
            self._hold(new_row(order_id, symbol, trigger, water_mark))

    def remove(self, order_id: OrderId) -> None:
        """Hold an order no longer.

        Raises:
            UnknownOrderError: It is not held.
        """
        self._find(order_id)
        self.discard(order_id)

    def discard(self, order_id: OrderId) -> None:
        """Hold an order no longer, if it was."""
        held = self._held.pop(order_id, None)
        if held is None:
            return
        desk, trigger = self.desks[held.symbol], held.trigger
        desk.line(trigger).remove(held)
        if trigger.price_type in COUNTED:
            desk.count(trigger, -1)

    def amend(self, order_id: OrderId, trigger: Trigger) -> None:
        """Give an order another trigger; the same one changes nothing.

        It goes behind all others in time, and the first of two prices in a row is forgotten. A trail that has begun goes
        on from its water mark where the new trigger trails the same price.

        Raises:
            UnknownOrderError: It is not held.
            ValidationError: The trigger is none, or is for the other side.
        """
        held = self._find(order_id)
        before = held.trigger
        check_trigger(trigger)
        if trigger == before:
            return
        if trigger.side is not before.side:
            raise ValidationError(
                "trigger.side", trigger.side, f"keep {before.side}: an order does not change sides"
            )
        goes_on = type(trigger) is TrailingTrigger and trigger.price_type is before.price_type
        mark = held.water_mark if goes_on else None
        self.remove(order_id)
        self._hold(TriggerRow(order_id, held.symbol, trigger, mark))

    def trigger_px(self, order_id: OrderId) -> Decimal | None:
        """Give the price that releases an order now; None while its trail has not begun.

        Raises:
            UnknownOrderError: It is not held.
        """
        held = self._find(order_id)
        return self.desks[held.symbol].line(held.trigger).stop_px(held)

    def water_marks(self, order_ids: Iterable[OrderId]) -> dict[OrderId, Decimal | None]:
        """Give where the trails of some orders stand, of those that are held; None for one that has not begun, or does not trail."""
        held = self._held
        return {one: held[one].water_mark for one in order_ids if one in held}

    def on_quote(self, quote: Quote) -> Sequence[TriggerHit]:
        """Take note of a quote, and give who is released."""
        desk = self.desks.get(quote.symbol)
        hits = () if desk is None else desk.on_quote(quote)
        return self._drop(hits) if hits else ()

    def on_trade(self, trade: TradePrint) -> Sequence[TriggerHit]:
        """Take note of a trade, and give who is released."""
        desk = self.desks.get(trade.symbol)
        hits = () if desk is None else desk.on_trade(trade)
        return self._drop(hits) if hits else ()

    def on_mark(self, mark: MarkPrice) -> Sequence[TriggerHit]:
        """Take note of a mark price, and give who is released."""
        desk = self.desks.get(mark.symbol)
        hits = () if desk is None else desk.on_mark(mark)
        return self._drop(hits) if hits else ()

    def follow(self, name: LineName, px: Decimal) -> None:
        """Let trails begin and follow as they did by a price that `moves` had; nobody is released.

        Raises:
            UnknownInstrumentError: The book has no such instrument.
        """
        symbol, price_type, side = name
        self._desk(symbol).line_of(price_type, side).follow(px)
        self.moves.pop(name, None)

    def to_rows(self) -> tuple[TriggerRow, ...]:
        """Give everything that is held, in the order of arrival: a book made of it does the same as this one."""
        return tuple(
            TriggerRow(
                held.order_id,
                held.symbol,
                held.trigger,
                held.water_mark,
                self.desks[held.symbol].line(held.trigger).is_pending(held),
            )
            for held in self._held.values()
        )

    @classmethod
    def from_rows(cls, rows: Iterable[TriggerRow], instruments: Iterable[Instrument]) -> TriggerBook:
        """Make a book again.

        Raises:
            UnknownInstrumentError: A row is of an instrument that is not among these.
            ValidationError: Two rows are of one order, or a row is none that a book gives.
        """
        book = cls(instruments)
        for row in rows:
            book._hold(check_row(row))
        return book

    def _find(self, order_id: OrderId) -> Held:
        held = self._held.get(order_id)
        if held is None:
            raise UnknownOrderError("order_id", order_id, "pass the id of an order that is held")
        return held

    def _hold(self, row: TriggerRow) -> None:
        self._take(row.order_id, row.symbol, row.trigger, row.water_mark, is_pending=row.is_pending)

    def _take(
        self,
        order_id: OrderId,
        symbol: Symbol,
        trigger: Trigger,
        water_mark: Decimal | None = None,
        *,
        is_pending: bool = False,
    ) -> None:
        if order_id in self._held:
            raise ValidationError("order_id", order_id, "it is held already: amend it, or remove it first")
        desk = self._desk(symbol)
        self._arrivals += 1
        held = self._held[order_id] = Held(order_id, symbol, trigger, self._arrivals)
        line = desk.line(trigger)
        if is_pending:
            line.restore_pending(held, water_mark)
        else:
            line.add(held, water_mark)
        if trigger.price_type in COUNTED:
            desk.count(trigger, 1)

    def _desk(self, symbol: Symbol) -> TriggerDesk:
        desk = self.desks.get(symbol)
        if desk is None:
            raise UnknownInstrumentError("symbol", symbol, "make the book with this instrument")
        return desk

    def _drop(self, hits: Sequence[TriggerHit]) -> Sequence[TriggerHit]:
        for hit in hits:
            del self._held[hit.order_id]
        return hits
