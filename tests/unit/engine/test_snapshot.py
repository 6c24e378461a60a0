"""A state as text and back: nothing is left out, and what is not whole is not believed."""

from __future__ import annotations

import json

import pytest

from oms.codec.event_codec import encode
from oms.engine.engine import Engine
from oms.engine.fingerprint import describe
from oms.engine.inputs import Start, TimerDue
from oms.engine.snapshot import SCHEMA, dump, load
from oms.engine.state import State
from oms.errors import SnapshotError
from oms.model.enums import ExecType
from oms.model.limits import RiskLimits
from oms.model.order import Order
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import GoodForTime, GoodTillCancel
from oms.order_types.registry import default_handlers
from oms.projections.positions import Positions
from oms.runtime.recovery import tell
from tests.fakes import AAPL, BTC, T0, S
from tests.unit.engine.desk import OFF, TIMEOUT_NS, Desk, request_id

DERIVED = frozenset({"account", "archive", "away", "profiles"})
"""What the manager sets anew at each start, and what follows from who holds a handle."""
UNDER_WAY = frozenset(
    {
        "at",
        "cause",
        "causes",
        "clash",
        "fresh",
        "handles",
        "id_head",
        "input_sequence",
        "now_ns",
        "of_parent",
        "order_events",
        "prefix",
        "reductions",
        "runs",
    }
)
"""What belongs to the input under way, or is worked out again."""
KEPT = frozenset(
    {
        "anomalies", "book", "breaks", "epoch", "executions", "fees", "groups", "held", "held_orders", "index", "inquiries", "instruments", "last_ns", "namespace",
        "halted", "next_counter", "next_order_id", "parents", "request_timeout_ns", "reserved", "retired", "sessions", "sweep_mark", "sweeps", "timers",
        "traded", "usable", "venues", "version",
    }
)  # fmt: skip


def test_everything_that_the_state_holds_is_in_the_snapshot_or_known_to_be_left_out() -> None:
    # Whoever adds to the state adds it to `oms.engine.snapshot` and here, or says here why it needs none.
    assert frozenset(State.__slots__) == KEPT | DERIVED | UNDER_WAY


@pytest.mark.slow  # the first to read a row makes its reader
def test_every_fact_of_an_order_is_read_back() -> None:
    desk = busy_desk()
    state, positions = State(), Positions()
    load(dump(desk.engine.state, Positions()), state, positions)
    for order in desk.engine.state.index.by_id.values():
        again = state.index.by_id[order.order_id]
        facts = [(name, getattr(order, name, None)) for name in Order.__slots__ if name != "__weakref__"]
        assert [(name, getattr(again, name, None)) for name, _ in facts] == facts


def busy_desk() -> Desk:
    """Orders in many states: filled and busted, in doubt, with a replace under way, and reports that nobody understands."""
    desk = Desk(RiskLimits.off("a test")).acknowledged()
    desk.trade("x1", 40, 99, commission=None)
    desk.trade("x2", 60, "100.50")
    desk.say(ExecType.TRADE_CANCEL, exec_id="b1", exec_ref_id="x2", trade_date="20260105")
    desk.submit(client_ref="r1", terms=Limit("99.5"))
    desk.say(ExecType.NEW, cl_ord_id=request_id(2), venue_order_id="v2")
    desk.replace(2, price=98)
    desk.submit()
    desk.now_ns = T0 + 100 * S
    desk.say(ExecType.NEW, cl_ord_id="nobody's")
    return desk


def test_a_snapshot_reads_back_as_the_state_it_was_made_of() -> None:
    desk = busy_desk()
    positions, again = Positions(), Positions()
    for event in desk.journal:
        tell(positions, event)
    text = dump(desk.engine.state, positions)
    state = State()

    load(text, state, again)

    assert describe(state) == describe(desk.engine.state)
    assert [(held.net_qty, held.cost, held.realised_pnl) for held in again] == [
        (held.net_qty, held.cost, held.realised_pnl) for held in positions
    ]
    assert dump(state, again) == text
    assert state.inquiries.next_due_ns() == desk.engine.state.inquiries.next_due_ns() is not None


@pytest.mark.slow  # three engines
def test_what_is_due_next_after_a_start_is_the_same_from_a_snapshot_and_from_the_journal() -> None:
    desk = Desk()
    for good_s in (5, 500):
        desk.submit(tif=GoodForTime(good_s))
        desk.say(ExecType.NEW, cl_ord_id=desk.order(desk.engine.state.next_order_id - 1).cl_ord_id)
    desk.submit(terms=Stop(110), tif=GoodForTime(100))
    desk.trade("x1", 100)
    desk.now_ns = T0 + 40 * S
    desk.tell(TimerDue())  # the time of the first has passed, and there is nothing left to ask about
    assert desk.next_due_ns == T0 + 100 * S
    text, version = dump(desk.engine.state, Positions()), desk.version
    desk.replace(3, time_in_force=GoodTillCancel())
    restored, replayed = State(), Engine(desk.can, default_handlers(), State())
    load(text, restored, Positions())
    twin = Engine(desk.can, default_handlers(), restored)
    twin.replay(desk.journal[version:])
    replayed.replay(desk.journal)

    start = Start("desk", TIMEOUT_NS, OFF, (AAPL, BTC))
    due = [engine.handle(start, T0 + 41 * S).next_due_ns for engine in (twin, replayed)]

    # The second is asked about once its venue had its time to say that it has expired.
    assert due == [T0 + 530 * S] * 2


def test_each_line_is_json_and_the_first_says_which_layout_it_is() -> None:
    lines = dump(busy_desk().engine.state, Positions()).split("\n")
    head, *rows = map(json.loads, lines)
    assert (head["type"], head["snapshot"], head["rows"]) == ("SnapshotHead", SCHEMA, len(rows))


@pytest.mark.slow  # every line in turn
@pytest.mark.parametrize("damage", ["cut", "doubled", "emptied"])
def test_a_snapshot_with_a_damaged_line_is_not_believed(damage: str) -> None:
    lines = dump(busy_desk().engine.state, Positions()).split("\n")
    for number in range(0, len(lines), len(lines) // 3):
        rest = {"cut": [], "doubled": [lines[number]] * 2, "emptied": [""]}[damage]
        with pytest.raises(SnapshotError):
            load("\n".join([*lines[:number], *rest, *lines[number + 1 :]]), State(), Positions())


def test_a_snapshot_of_a_newer_layout_is_not_read() -> None:
    text = dump(busy_desk().engine.state, Positions())
    newer = text.replace(f'"snapshot":{SCHEMA}', f'"snapshot":{SCHEMA + 1}', 1)
    with pytest.raises(SnapshotError, match=f"layout {SCHEMA + 1}, newer than {SCHEMA}"):
        load(newer, State(), Positions())


def test_a_row_that_stands_in_no_snapshot_is_not_believed() -> None:
    desk = busy_desk()
    text = dump(desk.engine.state, Positions())
    lines = text.split("\n")
    with pytest.raises(SnapshotError, match="has no place in it"):
        load("\n".join([*lines[:-1], encode(desk.journal[0])]), State(), Positions())
