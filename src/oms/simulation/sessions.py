"""A session opens, closes or has a break.

A break is to the venue what a halt is (`oms.simulation.halts`): nothing trades and nobody is released, what rests stays and can be
canceled and replaced, and orders come, unless the rules take none in halts: those with a limit rest, and market orders, as whatever
is IOC or FOK, wait for its end. It ends with an auction among what waited, our resting orders and what the market shows. Orders for
an opening or a close have no part in that, and wait for theirs; nothing expires but what its own time ends.

Where the session closes out of a break, the closing auction is held as ever.
"""

from __future__ import annotations

from typing import Final

from oms.model.enums import SessionPhase
from oms.model.sessions import SessionChange
from oms.simulation.book import Book
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports
from oms.simulation.uncross import uncross
from oms.simulation.venue_order import Stage

_TEXTS: Final = {
    SessionPhase.CLOSED: "the session closed",
    SessionPhase.OPEN: "the session opened",
    SessionPhase.HALTED: "the session of a later day has a break",
}


def change_session(matching: Matching, change: SessionChange) -> Reports:
    """Open, close or pause one book or all: its auction first, then what is good no longer expires, the earliest order first."""
    books = _books(matching, change)
    resumed = [book for book in books if book.goes_on_with(change)]
    begun = [book for book in books if book not in resumed]
    reports: Reports = []
    for book in begun:
        _begin(matching, book, change, reports)
    ending = [(order, book) for book in begun for order in book.ending(change)]
    for order, book in sorted(ending, key=lambda entry: entry[0].place):
        if order.stage is Stage.OPEN:  # it may have ended with what it depended on
            matching.end_in_time(book, order, change.time_ns, _TEXTS[change.phase], reports)
    for book in resumed:
        _go_on(matching, book, change.time_ns, reports)
    for book in books:
        reports += matching.match_display(book, change.time_ns)
    return reports


def opened(matching: Matching, change: SessionChange) -> list[Book]:
    """Give the books that open with a change that is yet to come; none that only go on."""
    if change.phase is not SessionPhase.OPEN:
        return []
    return [book for book in _books(matching, change) if not book.goes_on_with(change)]


def _books(matching: Matching, change: SessionChange) -> list[Book]:
    if change.symbol is None:
        return list(matching.books.values())
    return [matching.books[change.symbol]] if change.symbol in matching.books else []


def _begin(matching: Matching, book: Book, change: SessionChange, reports: Reports) -> None:
    is_closed, is_paused = change.phase is SessionPhase.CLOSED, change.phase is SessionPhase.HALTED
    book.trade_date = change.trade_date
    if not (is_paused or (is_closed and book.is_closed) or book.is_halted):
        called = [order for order in book.waiting.values() if order.is_called_by(change.phase)]
        if called:
            uncross(book, called, change.time_ns, matching.executions, reports)
    book.is_closed, book.is_paused = is_closed, is_paused


def _go_on(matching: Matching, book: Book, time_ns: int, reports: Reports) -> None:
    was_paused, book.is_paused = book.is_paused, False
    if was_paused and not book.is_still:
        uncross(book, list(book.due.values()), time_ns, matching.executions, reports)
        reports += matching.work_due(book, time_ns)
