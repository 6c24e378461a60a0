"""Trading in an instrument is halted within its session, and goes on with an auction.

While it is halted nothing trades and nobody is released. What rests stays where it is, and can be canceled and replaced. New
orders are taken, unless the rules say otherwise, and trade with nobody: those with a limit rest, those that wait for a price
wait, and market orders, as whatever is IOC or FOK, wait for the end of the halt.

It ends with an auction at a single price (`oms.simulation.auction`) among what waited, our resting orders and what the market
shows; in it our own orders may trade with one another, and orders for an opening or a close have no part. Nor have orders that trade
in full or by a least quantity, those that only reduce, and those that depend on others: a share of the auction could be less
than they may trade, or more. Then each order that waited, and has something left, is worked like one that arrives then.

Where the session closes before, what is IOC or FOK and waits expires. Where the halt ends while it is closed there is no
auction for it, and what waits is worked after the opening, like what arrives then. Where it ends in a break of the session, the
auction is that of the end of the break.
"""

from __future__ import annotations

from oms.simulation.book import Book
from oms.simulation.matching import Matching
from oms.simulation.reporting import Reports
from oms.simulation.uncross import uncross


def halt(book: Book) -> None:
    """Stop trading; nothing where it has stopped."""
    book.is_halted = True


def resume(matching: Matching, book: Book, time_ns: int) -> Reports:
    """Let trading go on; nothing where it does."""
    reports: Reports = []
    if not book.is_halted:
        return reports
    book.is_halted = False
    if book.is_still:
        return reports
    uncross(book, list(book.due.values()), time_ns, matching.executions, reports)
    return [*reports, *matching.work_due(book, time_ns), *matching.match_display(book, time_ns)]
