"""The ways through the house that are crashed at every bytecode, each from a journal that was prepared for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import define

from oms.model.enums import Side
from oms.model.order import Order
from oms.model.terms import Limit
from oms.runtime.order_manager import OrderManager
from tests.disasters.judging import Place
from tests.disasters.venue import FileVenue

Act = Callable[[OrderManager, FileVenue], object]

WORKING, PARTIAL, SILENT = 1, 2, 3
"""The orders of a prepared journal: one that works, one that has traded, one of which the venue said nothing."""


@define(frozen=True)
class Way:
    """One way.

    Attributes:
        act: What is asked for, once a manager is open; None where opening is itself the way.
        is_new: There is no journal before.
        answers: The venue reports what becomes of requests.
        has_parts: It is several commands, so that an interrupt may leave some of them out.
    """

    act: Act | None
    is_new: bool = False
    answers: bool = True
    has_parts: bool = False

    def begin(self, place: Place) -> tuple[FileVenue, OrderManager | None]:
        """Give the venue, and the manager where one is open before the way begins."""
        venue = FileVenue(place.truth, answers=self.answers)
        if self.act is None:
            return venue, None
        om = place.opened(venue)
        om.poll()
        return venue, om

    def go(self, om: OrderManager, venue: FileVenue) -> None:
        """Ask for it."""
        assert self.act is not None
        self.act(om, venue)

    def run(self, place: Place, through: Callable[[Callable[[], object]], object]) -> None:
        """Go it in this process, to a good end; what is tried is called by `through`."""
        venue, om = self.begin(place)
        managers = [] if om is None else [om]

        def way() -> None:
            if managers:
                self.go(managers[0], venue)
            else:
                managers.append(place.opened(venue))
                managers[0].poll()

        through(way)
        managers[0].close()
        venue.close()


def _working(om: OrderManager) -> Order:
    return om.order(WORKING)


def _submit(om: OrderManager, _: FileVenue) -> None:
    om.submit("COIN", Side.BUY, 10, Limit("10.01"), client_ref="mine")


def _cancel(om: OrderManager, _: FileVenue) -> None:
    om.cancel(WORKING)


def _replace(om: OrderManager, _: FileVenue) -> None:
    om.replace(WORKING, order_qty=12, price="10.02")


def _fill(om: OrderManager, venue: FileVenue) -> None:
    venue.fill(_working(om).cl_ord_id or "", "E9", 4, "10.00")
    om.poll()


def _bust(om: OrderManager, venue: FileVenue) -> None:
    venue.bust(om.order(PARTIAL).cl_ord_id or "", "B9", "E1")
    om.poll()


def _batch(om: OrderManager, _: FileVenue) -> None:
    with om.batch():
        om.cancel(WORKING)
        om.submit("COIN", Side.SELL, 3, Limit("10.05"))
        om.replace(PARTIAL, order_qty=9)


def _mass_cancel(om: OrderManager, _: FileVenue) -> None:
    om.mass_cancel(symbol="COIN")


def _listener_asks(om: OrderManager, venue: FileVenue) -> None:
    stop = om.on(object, lambda event: om.cancel(PARTIAL) if type(event).__name__ == "Traded" else None)
    _fill(om, venue)
    stop()


PATHS: Final[dict[str, Way]] = {
    "submit": Way(_submit),
    "submit, unanswered": Way(_submit, answers=False),
    "cancel": Way(_cancel),
    "cancel, unanswered": Way(_cancel, answers=False),
    "replace": Way(_replace),
    "replace, unanswered": Way(_replace, answers=False),
    "fill": Way(_fill),
    "bust": Way(_bust),
    "batch": Way(_batch, has_parts=True),
    "mass cancel": Way(_mass_cancel),
    "listener that asks": Way(_listener_asks),
    "open a new journal": Way(None, is_new=True),
    "recover": Way(None),
}


def prepare(folder: Path) -> Place:
    """Make the journal and the venue that most ways begin with."""
    place = Place(folder)
    venue = FileVenue(place.truth)
    om = place.opened(venue)
    om.submit("COIN", Side.BUY, 10, Limit("10.00"))
    partial = om.submit("COIN", Side.SELL, 8, Limit("10.10"))
    venue.fill(partial.cl_ord_id or "", "E1", 5, "10.10")
    om.poll()
    venue.answers = False
    om.submit("COIN", Side.BUY, 2, Limit("9.50"))
    om.close()
    venue.close()
    return place


def copied(base: Place, folder: Path) -> Place:
    """Give a copy of everything durable."""
    shutil.copytree(base.folder, folder)
    return Place(folder)
