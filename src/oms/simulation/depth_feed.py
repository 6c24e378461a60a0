"""What a market that is known in depth leads to: by level, or by order."""

from __future__ import annotations

from oms.model.depth import BookOrder, BookSnapshot, BookUpdate
from oms.model.enums import Side
from oms.simulation.book import Book
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports


def on_levels(matching: Matching, book: Book, message: BookSnapshot | BookUpdate) -> Reports:
    """Take a whole book or changes of levels."""
    book.show_levels(message)
    return _follow(matching, book, message.time_ns)


def on_order(matching: Matching, book: Book, message: BookOrder) -> Reports:
    """Take what became of one order of others."""
    time_ns = message.time_ns
    traded = book.show_order(message)
    if traded is None:
        return _follow(matching, book, time_ns)
    book.last_px = traded.price
    matching.executions.note_volume(message.symbol, traded.size, time_ns)
    ladder = book.buys if message.side is Side.BUY else book.sells
    reports = matching.match_execution(book, traded, time_ns) if ladder.reaches(traded.price) else []
    return [*reports, *_follow(matching, book, time_ns)]


def _follow(matching: Matching, book: Book, time_ns: int) -> Reports:
    # Most changes are behind our best prices: then there is nothing to look at.
    if not (book.is_followed or book.is_reached):
        if not book.is_watched:
            return []
        top = book.new_top(time_ns)
        return [] if top is None else matching.release_by(book, top)
    reports = matching.match_display(book, time_ns)
    top = book.new_top(time_ns) if book.is_watched else None
    return reports if top is None else [*reports, *matching.release_by(book, top)]
