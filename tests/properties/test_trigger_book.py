"""Laws of the trigger book over any market, beside a book that is too simple to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_UP, Context, Decimal, localcontext
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oms.model.enums import PegOffsetType, Side, TriggerPriceDirection, TriggerPriceType
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.triggers import PriceTrigger, TrailingTrigger, Trigger, TriggerHit, stop
from oms.order_types.trigger_book import TriggerBook
from oms.testing.slow_triggers import Hit, SlowBook

EVEN, STEPPED = Symbol("EVEN"), Symbol("STEPPED")
# The second one has a step that does not begin with a multiple of its tick.
INSTRUMENTS = (
    Instrument(symbol=EVEN, currency="USD", tick="0.1", negative_px=True),
    Instrument(
        symbol=STEPPED, currency="USD", tick=(("0", "0.1"), ("1.1", "0.25"), ("2", "0.5")), negative_px=True
    ),
)
STEPS = ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1", "1.25", "1.5", "1.75"]
POSITIVE = [Decimal(px) for px in STEPS] + [Decimal(2) + number * Decimal("0.5") for number in range(60)]
GRIDS: dict[str, Sequence[Decimal]] = {
    EVEN: [number * Decimal("0.1") for number in range(-300, 301)],
    STEPPED: sorted({-px for px in POSITIVE} | set(POSITIVE)),
}
HOSTILE = Context(prec=2, rounding=ROUND_UP)
"""A decimal context in which nothing can be computed; whoever embeds the library may have set it."""

SYMBOLS = st.sampled_from([EVEN, EVEN, STEPPED])
SIDES = st.sampled_from([Side.BUY, Side.SELL, Side.SELL_SHORT])
KINDS = st.sampled_from(TriggerPriceType)
# Few prices close together, around the steps of the ladder and around zero, on the grid and off it.
PRICES = st.integers(-2, 30).map(lambda number: number * Decimal("0.1"))
WILD_PRICES = st.integers(-150, 400).map(lambda number: number * Decimal("0.01"))
ANY_PRICES = st.one_of(PRICES, PRICES, PRICES, WILD_PRICES)
OFFSETS = st.one_of(
    st.sampled_from(["0.05", "0.1", "0.2", "0.25", "0.3", "1"]).map(Offset),
    st.sampled_from([1, 1, 2, 3, 7]).map(lambda ticks: Offset(ticks, PegOffsetType.TICKS)),
    st.sampled_from([1, 500, 1000, 2500]).map(lambda points: Offset(points, PegOffsetType.BASIS_POINTS)),
    st.sampled_from(["5", "10", "12.5", "50"]).map(lambda part: Offset(part, PegOffsetType.PERCENTAGE)),
)
LIMIT_OFFSETS = st.one_of(st.none(), st.none(), st.just(Offset(0)), OFFSETS)


@st.composite
def triggers(draw: st.DrawFn, side: Side | None = None) -> Trigger:
    """Draw a trigger of any kind, of any side unless one is given."""
    side = side or draw(SIDES)
    kind = draw(KINDS)
    if draw(st.booleans()):
        direction = draw(st.sampled_from(TriggerPriceDirection))
        return PriceTrigger(side=side, trigger_px=draw(ANY_PRICES), direction=direction, price_type=kind)
    return TrailingTrigger(
        side=side,
        offset=draw(OFFSETS),
        price_type=kind,
        activation_px=draw(st.one_of(st.none(), st.none(), ANY_PRICES)),
        limit_offset=draw(LIMIT_OFFSETS),
    )


def in_fractions(hits: Sequence[TriggerHit]) -> list[Hit]:
    return [
        (
            hit.order_id,
            Fraction(hit.trigger_px),
            Fraction(hit.px),
            None if hit.limit_px is None else Fraction(hit.limit_px),
        )
        for hit in hits
    ]


class TriggerMachine(RuleBasedStateMachine):
    """Whatever happens, the book and a scan of a list release the same orders in the same order, and know the same."""

    def __init__(self) -> None:
        super().__init__()
        self.book = TriggerBook(INSTRUMENTS)
        self.slow = SlowBook(GRIDS)
        self.count = 0
        self.leaves_out = False

    @initialize(leaves_out=st.booleans())
    def begin(self, *, leaves_out: bool) -> None:
        """Tell the book everything, or keep from it what it has said that changes nothing."""
        self.leaves_out = leaves_out

    @rule(symbol=SYMBOLS, trigger=triggers(), mark=st.one_of(st.none(), ANY_PRICES))
    def add(self, symbol: Symbol, trigger: Trigger, mark: Decimal | None) -> None:
        self.count += 1
        given = mark if isinstance(trigger, TrailingTrigger) else None
        with localcontext(HOSTILE):
            self.book.add(OrderId(self.count), symbol, trigger, water_mark=given)
        self.slow.add(self.count, symbol, trigger, given)

    @rule(symbol=SYMBOLS, trigger=triggers(), count=st.integers(2, 6))
    def add_several_alike(self, symbol: Symbol, trigger: Trigger, count: int) -> None:
        for _ in range(count):
            self.add(symbol, trigger, None)

    @precondition(lambda self: self.slow.orders)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([order.number for order in self.slow.orders]))
        self.book.remove(OrderId(number))
        self.slow.remove(number)

    @precondition(lambda self: self.slow.orders)
    @rule(data=st.data())
    def amend(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(self.slow.orders))
        trigger = data.draw(st.one_of(st.just(order.trigger), triggers(order.trigger.side)))
        with localcontext(HOSTILE):
            self.book.amend(OrderId(order.number), trigger)
        self.slow.amend(order.number, trigger)

    @rule(symbol=SYMBOLS, bid=ANY_PRICES, spread=st.sampled_from([0, 0, 1, 1, 2, 3, 5, -1]))
    def quote(self, symbol: Symbol, bid: Decimal, spread: int) -> None:
        self.show(symbol, bid, bid + spread * Decimal("0.1"), 1, 1)

    @rule(symbol=SYMBOLS, px=ANY_PRICES, is_bid=st.booleans(), has_price=st.booleans())
    def quote_one_side(self, symbol: Symbol, px: Decimal, *, is_bid: bool, has_price: bool) -> None:
        other = px if has_price else None
        if is_bid:
            self.show(symbol, px, other, 1, 0)
        else:
            self.show(symbol, other, px, 0, 1)

    def show(self, symbol: Symbol, bid: Decimal | None, ask: Decimal | None, *sizes: int) -> None:
        desk = self.book.desks[symbol]
        hits: Sequence[TriggerHit] = ()
        with localcontext(HOSTILE):
            is_quiet = (
                bid is not None
                and ask is not None
                and (
                    (desk.bid_low <= bid <= desk.bid_high and desk.ask_low <= ask <= desk.ask_high)
                    or desk.is_quiet(bid, ask)
                )
            )
            if not (self.leaves_out and is_quiet):
                hits = self.book.on_quote(Quote(symbol, 1, bid, sizes[0], ask, sizes[1]))
        assert in_fractions(hits) == self.slow.quote(symbol, bid, ask, has_sizes=all(sizes))

    @rule(symbol=SYMBOLS, px=ANY_PRICES, size=st.sampled_from([0, 1, 1, 1]))
    def trade(self, symbol: Symbol, px: Decimal, size: int) -> None:
        desk = self.book.desks[symbol]
        hits: Sequence[TriggerHit] = ()
        with localcontext(HOSTILE):
            if not (self.leaves_out and desk.last_low <= px <= desk.last_high):
                hits = self.book.on_trade(TradePrint(symbol, 1, px, size))
        assert in_fractions(hits) == self.slow.trade(symbol, px, size)

    @rule(symbol=SYMBOLS, px=ANY_PRICES)
    def mark(self, symbol: Symbol, px: Decimal) -> None:
        with localcontext(HOSTILE):
            hits = self.book.on_mark(MarkPrice(symbol, 1, px))
        assert in_fractions(hits) == self.slow.mark(symbol, px)

    @rule(symbol=SYMBOLS, px=PRICES, moves=st.lists(st.sampled_from([-1, 0, 1, 1]), max_size=8))
    def drift(self, symbol: Symbol, px: Decimal, moves: list[int]) -> None:
        for move in moves:
            px += move * Decimal("0.1")
            self.trade(symbol, px, 1)
            self.quote(symbol, px, 1)
            self.mark(symbol, px)

    @rule(symbol=SYMBOLS, side=SIDES, px=PRICES, between=st.sampled_from(["", "bid", "crossed", "trade"]))
    def quote_twice(self, symbol: Symbol, side: Side, px: Decimal, between: str) -> None:
        """Say the same twice, with something else between."""
        self.add(symbol, stop(side, px, price_type=TriggerPriceType.DOUBLE_BID_ASK), None)
        self.show(symbol, px, px, 1, 1)
        match between:
            case "bid":
                self.show(symbol, px, None, 1, 0)
            case "crossed":
                self.show(symbol, px, px - 1, 1, 1)
            case "trade":
                self.trade(symbol, px, 1)
            case _:
                pass
        self.show(symbol, px, px, 1, 1)

    @rule(data=st.data(), symbol=SYMBOLS, side=SIDES, px=PRICES)
    def trail_on_the_way(self, data: st.DataObject, symbol: Symbol, side: Side, px: Decimal) -> None:
        """Let orders begin to trail while the market goes against them, and then in their favour past some of them."""
        kind = data.draw(st.sampled_from([TriggerPriceType.LAST, TriggerPriceType.DOUBLE_LAST]))
        offset = data.draw(OFFSETS.filter(lambda offset: offset.distance >= 1))
        for step, adds in data.draw(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 2)), max_size=5)):
            for _ in range(adds):
                self.count += 1
                trigger = TrailingTrigger(side=side, offset=offset, price_type=kind)
                self.book.add(OrderId(self.count), symbol, trigger)
                self.slow.add(self.count, symbol, trigger, None)
            self.trade(symbol, px, 1)
            px += step * Decimal("0.1") * side.sign
        if OrderId(self.count) in self.book and data.draw(st.booleans()):
            self.book.remove(OrderId(self.count))
            self.slow.remove(self.count)
        for step in data.draw(st.lists(st.integers(-1, 3), max_size=5)):
            px -= step * Decimal("0.1") * side.sign
            self.trade(symbol, px, 1)

    @rule()
    def restart(self) -> None:
        rows = self.book.to_rows()
        self.book = TriggerBook.from_rows(rows, INSTRUMENTS)
        assert self.book.to_rows() == rows

    @invariant()
    def both_know_the_same(self) -> None:
        known = [
            (row.order_id, row.symbol, row.trigger, row.water_mark, row.is_pending)
            for row in self.book.to_rows()
        ]
        assert known == [
            (
                one.number,
                one.symbol,
                one.trigger,
                one.mark,
                one.saw_first and one.trigger.price_type.value.startswith("double"),
            )
            for one in self.slow.orders
        ]
        stops = [self.book.trigger_px(OrderId(order.number)) for order in self.slow.orders]
        assert stops == [self.slow.stop(order) for order in self.slow.orders]


TestTriggers = TriggerMachine.TestCase
TestTriggers.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
