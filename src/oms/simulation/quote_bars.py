"""How our orders trade with a bar of quotes: it is the quotes along its path, whose sizes are there once.

A bar is gone through once it is heard, unless it begins before the last one has ended. All that happens has the time of its end.

- At the open what rests is worked first: who rests beyond the price of the other side trades at that price, since the market
  came there without passing the limit; as maker, but before the first quote of all, as taker. Who only adds trades at the limit.
- From then on it is like quotes: who rests trades at the limit when the other side comes to it, who waits for a price is released.
- What is taken of a side is gone for the whole bar, whatever price it shows; and after it until that side shows another price or
  size than the close did, as with every quote.
- Whoever came after the start of the bar takes no part in it (`oms.simulation.late_orders`), but what rests meets its close, which
  is what the market shows then.

Beside a market in depth it moves those who wait for quotes, and nobody else.
"""

from __future__ import annotations

from oms.model.bars import QuoteBar
from oms.simulation.bar_path import BarPath, quotes_of
from oms.simulation.book import Book
from oms.simulation.late_orders import put_back, set_late_apart
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports


def on_quote_bar(matching: Matching, book: Book, bar: QuoteBar, path: BarPath) -> Reports:
    """Take a bar of quotes."""
    if bar.start_ns < book.quotes_end_ns:
        return []  # a part of it, at least, was heard before
    book.quotes_end_ns = bar.time_ns
    was_shown = book.is_shown
    reports: Reports = []
    late = set_late_apart(book, bar.start_ns, stops_alone=book.is_still or book.is_deep)
    for place, quote in enumerate(quotes_of(bar, path)):
        if book.is_deep:
            book.quote = quote
        else:
            book.show(quote, goes_on=place > 0)
            reports += matching.match_display(book, bar.time_ns, opens=not place, adds=was_shown)
        if book.is_watched:
            reports += matching.release_by(book, quote)
    put_back(book, late)
    if late and not book.is_deep:
        reports += matching.match_display(book, bar.time_ns)
    return reports
