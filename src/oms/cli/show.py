"""`oms show DB ORDER`: the history of one order as a story."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Final

from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL, opened
from oms.errors import UnknownOrderError, ValidationError
from oms.model.events import Event, OrderEvent
from oms.model.ids import OrderId
from oms.projections.layout import reports
from oms.projections.story import tell_story

# The fields of events that name an order, the surest name first. A caller's own reference goes before the names that
# are made by machines.
_NAMES: Final = ("order_id", "client_ref", "cl_ord_id", "venue_order_id")
_MAX_SHOWN: Final = 10


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "show",
        help="tell the history of one order",
        description="Tell the history of one order: who asked, what was sent, what came back, when, "
        "and why it stands where it stands. Times are UTC.",
    )
    parser.add_argument("db", metavar="DB", help=JOURNAL)
    parser.add_argument(
        "order",
        metavar="ORDER",
        help="its number here, or your own reference, or any ClOrdID or venue id of it",
    )
    parser.add_argument(
        "--raw", action="store_true", help="add the reports that led to the events, as the journal keeps them"
    )
    parser.set_defaults(run=run)


def run(args: Namespace) -> int:
    """Print an order's story."""
    with opened(args.db) as journal:
        story = tell_story(journal.read(), find_order(journal.read(), args.order))
    print(story)
    if args.raw:
        print(f"\nreports as they came:\n{reports(story.steps) or 'none is kept'}")
    return 0


def find_order(events: Iterable[Event], name: str, *, argument: str = "ORDER") -> OrderId:
    """Give the order of a journal that has a name, of whatever kind.

    Args:
        events: The journal.
        name: The name.
        argument: What the command line calls it.

    Raises:
        UnknownOrderError: No order has it.
        ValidationError: Several have it.
    """
    found: dict[str, set[OrderId]] = {kind: set() for kind in _NAMES}
    highest = 0
    for event in events:
        if isinstance(event, OrderEvent):
            highest = max(highest, event.order_id)
            for kind in _NAMES:
                identity = getattr(event, kind, None)
                # An external order may have no ClOrdID, which is an empty one where it is asked about.
                if identity and str(identity) == name:
                    found[kind].add(event.order_id)
    for kind in _NAMES:
        if len(found[kind]) == 1:
            return found[kind].pop()
        if found[kind]:
            several = ", ".join(str(order_id) for order_id in sorted(found[kind])[:_MAX_SHOWN])
            raise ValidationError(
                argument, name, f"several orders have this {kind}; pass one of our own numbers: {several}"
            )
    known = f"it holds orders 1 to {highest}" if highest else "it holds no order yet"
    raise UnknownOrderError(
        argument, name, f"no order of this journal has that id, client_ref, ClOrdID or venue id; {known}"
    )
