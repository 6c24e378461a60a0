"""Markets written as a line of text, and what a held order does on the way."""

from __future__ import annotations

from collections.abc import Sequence

from oms.model.enums import TriggerPriceType
from oms.model.ids import OrderId, Symbol
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.triggers import Trigger, TriggerHit
from oms.order_types.trigger_book import TriggerBook

X, Y = Symbol("X"), Symbol("Y")
INSTRUMENTS = (
    Instrument(symbol=X, currency="USD", tick="0.01", negative_px=True),
    Instrument(symbol=Y, currency="JPY", tick=(("0", "1"), ("1000", "5"))),
)
LAST, MARK, MID = TriggerPriceType.LAST, TriggerPriceType.MARK, TriggerPriceType.MID
BID_ASK, DOUBLE_LAST, DOUBLE_BID_ASK = (
    TriggerPriceType.BID_ASK,
    TriggerPriceType.DOUBLE_LAST,
    TriggerPriceType.DOUBLE_BID_ASK,
)


def update(text: str, symbol: Symbol = X) -> Quote | TradePrint | MarkPrice:
    """Read `100` as a trade, `99/101` as a quote, `-/101` as one without a bid, `=100` as a mark price."""
    if text.startswith("="):
        return MarkPrice(symbol, 7, text[1:])
    if "/" not in text:
        return TradePrint(symbol, 7, text, 1)
    bid, _, ask = text.partition("/")
    return Quote(
        symbol,
        7,
        None if bid == "-" else bid,
        0 if bid == "-" else 10,
        None if ask == "-" else ask,
        0 if ask == "-" else 10,
    )


def show(book: TriggerBook, text: str, symbol: Symbol = X) -> Sequence[TriggerHit]:
    """Let a book take note of one update."""
    told = update(text, symbol)
    if isinstance(told, Quote):
        return book.on_quote(told)
    if isinstance(told, TradePrint):
        return book.on_trade(told)
    return book.on_mark(told)


def book_with(*triggers: Trigger, symbol: Symbol = X) -> TriggerBook:
    """Hold orders 1, 2, 3 and so on."""
    book = TriggerBook(INSTRUMENTS)
    for number, trigger in enumerate(triggers, 1):
        book.add(OrderId(number), symbol, trigger)
    return book


def ids(hits: Sequence[TriggerHit]) -> list[int]:
    """Give whose they are."""
    return [hit.order_id for hit in hits]


def first_hit(
    trigger: Trigger, path: str, *, symbol: Symbol = X, restarts: bool = False
) -> tuple[int, TriggerHit] | None:
    """Let the market go along a path, and give the step, from 1, at which an order triggers, and how; None where it never does.

    With `restarts` the book is thrown away before each step, and made again from its rows.
    """
    book = book_with(trigger, symbol=symbol)
    found: tuple[int, TriggerHit] | None = None
    for step, text in enumerate(path.split(), 1):
        if restarts:
            rows = book.to_rows()
            book = TriggerBook.from_rows(rows, INSTRUMENTS)
            assert book.to_rows() == rows
        for hit in show(book, text, symbol):
            assert found is None
            found = (step, hit)
    assert len(book) == (found is None)
    return found
