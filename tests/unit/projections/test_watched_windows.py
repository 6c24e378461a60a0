"""The window of an order that the slippage monitor watches: from its start, wherever that is moved, to its end."""

from __future__ import annotations

import pytest

from oms.model import events as ev
from oms.model.costs import Figure, Missing
from oms.model.slippage import SlippageRules
from oms.model.terms import Strategy
from oms.model.work import STANDS_SINCE, Pace
from oms.projections.slippage_monitor import SlippageMonitor
from tests.unit.projections.watched import PARENT, T0, D, Told, ten_slices


def watching() -> Told:
    return Told(SlippageMonitor(rules=SlippageRules(own_prints=False)))


def ahead(told: Told, start_s: int, order_id: int = PARENT) -> None:
    """An order comes that begins so many seconds after T0."""
    slices = ten_slices(start_s=start_s)
    told.begun(order_id, slices=slices, start_s=start_s, end_s=start_s + 600)


def moved(told: Told, start_s: int) -> None:
    """Somebody changes when it begins."""
    told.tell(ev.WorkAmended(*told.envelope(), PARENT, D(1000), Strategy("twap"), leaves_qty=D(1000)))
    slices = ten_slices(start_s=start_s)
    told.planned(slices=slices, start_s=start_s, end_s=start_s + 600, why="amended")


def restarted(told: Told) -> Told:
    again = watching()
    again.goes_on_from(told)
    again.now_s = told.now_s
    return again


def test_what_begins_after_a_restart_is_heard_from_its_start_on() -> None:
    """Of what has begun, and of what begins at the very moment of the first thing heard, something may be missing."""
    told = watching()
    told.begun()
    for order_id, start_s in ((9, 100), (11, 101), (13, 200)):
        ahead(told, start_s, order_id)
    told.now_s = 50
    told = restarted(told)
    assert told.monitor.row(13).vwap_px == Figure(None, Missing.NOT_HEARD)
    told.now_s = 100
    told.trade("90", "5")
    assert told.monitor.row(13).vwap_px == Figure(None, Missing.TOO_EARLY)
    told.now_s = 150
    told.trade("100", "5")
    told.now_s = 250
    told.trade("102", "5")
    found = {row.order_id: row.vwap_px for row in told.monitor.rows()}
    unknown = Figure(None, Missing.NOT_HEARD)
    assert found == {PARENT: unknown, 9: unknown, 11: Figure(D(101)), 13: Figure(D(102))}


def test_what_is_recalled_and_what_begins_later_are_heard_once() -> None:
    told = watching()
    ahead(told, 100)
    told = restarted(told)
    told.monitor.recall([], since_ns=T0)
    told.now_s = 50
    told.quote()
    told.now_s = 150
    told.trade("100", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(100))


def test_a_loss_after_a_restart_and_up_to_the_start_leaves_nothing_known() -> None:
    told = watching()
    ahead(told, 100)
    told = restarted(told)
    told.now_s = 60
    told.quote()
    told.lost(at_s=100)
    told.now_s = 150
    told.trade("100", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(None, Missing.NOT_HEARD)


@pytest.mark.parametrize("restart", ["never", "before the change", "after it"])
@pytest.mark.parametrize(("start_s", "vwap"), [(5, "96"), (50, "97"), (150, "97.5"), (200, "99")])
def test_a_start_that_is_moved_before_it_has_come_moves_the_window(
    start_s: int, vwap: str, restart: str
) -> None:
    """From 100 s to another moment, at 5 s; after the restart something was heard before that moment."""
    told = watching()
    ahead(told, 100)
    if restart == "before the change":
        told.now_s = 4
        told = restarted(told)
        told.quote()
    told.now_s = 5
    moved(told, start_s)
    if restart == "after it" and start_s > 5:
        told = restarted(told)
    for at_s, px in ((6, None), (20, "93"), (70, "96"), (150, "96"), (250, "99")):
        told.now_s = at_s
        if px is None:
            told.quote()
        else:
            told.trade(px, "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(vwap))


def test_a_start_that_has_come_is_moved_no_more() -> None:
    told = watching()
    ahead(told, 10)
    told.now_s = 20
    told.trade("100", "5")
    moved(told, 30)
    told.now_s = 40
    told.trade("102", "5")
    assert told.monitor.row(PARENT).vwap_px == Figure(D(101))


def test_bad_quotes_count_from_the_start_to_the_end() -> None:
    told = watching()
    ahead(told, 100)
    told.now_s = 5
    told.quote(None)
    told.quote(None)
    assert told.monitor.row(PARENT).bad_quotes == 0
    told.now_s = 100
    told.quote(None)
    assert told.monitor.row(PARENT).bad_quotes == 1
    told.trade("100", "5")
    told.quote()
    told.quote(None)
    assert told.monitor.row(PARENT).bad_quotes == 2
    told.begun(9)
    told.canceled()
    told.quote(None)
    bad = [(row.order_id, row.bad_quotes) for row in told.monitor.rows(live_only=False)]
    assert bad == [(PARENT, 2), (9, 1)]
    # Its market is nobody's, and begins anew with the next.
    told.canceled(9)
    told.begun(11)
    bad = [(row.order_id, row.bad_quotes) for row in told.monitor.rows(live_only=False)]
    assert bad == [(PARENT, 2), (9, 1), (11, 0)]


def test_where_something_was_lost_bad_quotes_count_as_far_as_they_were_heard() -> None:
    told = watching()
    ahead(told, 10)
    told.quote(None)
    told.now_s = 20
    told.quote()
    told.lost()
    told.quote(None)
    assert told.monitor.row(PARENT).bad_quotes == 1


@pytest.mark.parametrize("restart", [False, True], ids=["goes on", "restarts"])
def test_what_goes_into_an_auction_while_the_time_of_its_order_stands_has_begun(*, restart: bool) -> None:
    """The time stands from 90 s on; the slice from 120 to 180 s goes out all the same, and the one from 180 s on waits."""
    told = watching()
    told.begun()
    told.child(8, ("150", "100"))
    told.now_s = 90
    told.noted(((STANDS_SINCE, str(told.now_ns)),))
    told.now_s = 125
    told.skipped(2, Pace.ON_SCHEDULE)
    if restart:
        told = restarted(told)
    told.quote()
    # Of the first two 150 are due, of the third so much as it has gone on: which is a sixth more by then.
    assert round(told.monitor.row(PARENT).due_qty.value or D(0), 4) == D("158.3333")
    told.executed(8, "150", "100")
    assert told.monitor.row(PARENT).off_schedule == Figure(D(0))
    told.executed(8, "10", "100")
    assert told.monitor.row(PARENT).off_schedule == Figure(D("0.01"))
    told.executed(8, "-160", "100")
    told.now_s = 300
    told.quote()
    # Nobody can have missed anything before the time goes on.
    assert told.monitor.row(PARENT).due_qty == Figure(D(250))
    assert told.monitor.row(PARENT).off_schedule == Figure(D(0))
