"""What holds of schedules at work whatever the market does, on the simulated exchange."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.algos.admission import algorithm_of
from oms.algos.auctions import LEAD_NS
from oms.algos.scheduled import TargetClose
from oms.algos.schedules import Occasion, windows_of
from oms.algos.slicing import planned
from oms.algos.volume_curve import VolumeCurve
from oms.model.enums import SessionPhase, Side
from oms.model.order import Order
from oms.model.sessions import SessionChange
from oms.model.terms import limit_px
from oms.model.trading_session import TradingSession
from tests.algo_desk import NOON_NS, AlgoDesk
from tests.properties.test_reacting_laws import MID, Step, Told, halting, steps

S = 1_000_000_000
NAMES = st.sampled_from(["twap", "shortfall"])
STYLES = st.sampled_from(["market", "marketable_limit", "passive_then_cross"])
CATCH_UPS = st.sampled_from(["carry", "spread", "give_up", "cross"])
CLOCKS = st.sampled_from(["run", "pause"])
KEEPING = st.sampled_from(["keep", "cancel"])
KINDS = ("limit", "style", "duration", "slices", "total", "total")
changes = st.tuples(st.just("change"), st.integers(0, 5), st.integers(-3, 3))
CHANGING = st.lists(
    st.one_of(steps.map(tuple), st.tuples(halting), st.tuples(changes), st.tuples(changes, changes)),
    min_size=1,
    max_size=6,
)
MARKETS = st.lists(st.one_of(steps.map(tuple), st.tuples(halting)), min_size=1, max_size=4)


def missed(style: str, catch_up: str) -> str:
    """Give what may become of what was missed: with children that wait it crosses, and nothing else is taken."""
    return "cross" if style == "passive_then_cross" and catch_up in ("carry", "give_up") else catch_up


def changed(told: Told, order: Order, step: Step) -> None:
    """Change an order."""
    _, kind, two = step
    change: dict[str, Any]
    match KINDS[kind]:
        case "limit":
            # Looser each time: a tighter one may take children back, and they are sent anew.
            told.limit += 1
            change = {"price": MID + told.sign * told.limit}
        case "style":
            change = {
                "parameters": {"child_style": ("market", "marketable_limit", "passive_then_cross")[two % 3]}
            }
        case "duration":
            change = {"parameters": {"duration": 250 + 20 * two}}
        case "slices":
            change = {"parameters": {"slices": 5 + two}}
        case _:
            change = {"order_qty": 600 + 90 * two}
    told.desk.om.replace(order, **change)
    told.desk.om.poll()


def happen(told: Told, order: Order, step: Step) -> None:
    """Let a step happen, or a change of an order."""
    if step[0] == "change":
        told.desk.wait(1)
        changed(told, order, step)
    else:
        told.tell(step)


@settings(max_examples=60, deadline=None)
@given(MARKETS, NAMES, STYLES, CATCH_UPS, st.sampled_from(Side), st.booleans(), st.data())
def test_a_schedule_keeps_to_its_order_its_limit_its_cap_and_its_end(
    parts: list[tuple[Step, ...]],
    name: str,
    style: str,
    catch_up: str,
    side: Side,
    is_drawn: bool,  # Hypothesis draws it
    data: st.DataObject,
) -> None:
    """Nothing is sent beyond the total, the limit, the largest part of the volume or the end; and all of it ends."""
    told = Told(side)
    limit = Decimal(101) if side is Side.BUY else Decimal(99)
    parameters: dict[str, int | str | Decimal] = {
        "duration": 300,
        "slices": 6,
        "child_style": style,
        "catch_up": missed(style, catch_up),
        "limit_price": limit,
    }
    cap = data.draw(st.sampled_from([None, "0.1", "0.4"]))
    if cap is not None:
        parameters["max_participation"] = cap
    if is_drawn:
        parameters |= {"randomise_size": "0.5", "randomise_time": "0.5", "random_band": 20}
        parameters["seed"] = data.draw(st.integers(0, 1_000))
    if name == "shortfall":
        parameters["urgency"] = 3
    desk = told.desk
    order = desk.submit(name, 600, side, **parameters)
    view = desk.om.work(order)
    assert sum(one.qty for one in view.slices) + view.working + view.filled == 600
    for step in (step for each in parts for step in each):
        told.tell(step)
        view = desk.om.work(order)
        assert view.filled + view.working + view.available == 600
        if cap is not None:
            assert view.filled + view.working <= Decimal(cap) * told.printed
        desk.check()
    for child in desk.om.children(order):
        px = limit_px(child.terms)
        assert px is not None
        assert px <= limit if side is Side.BUY else px >= limit
        assert child.created_ns < view.end_ns
    desk.wait(400)
    desk.wait(10)
    assert desk.om.order(order.order_id).is_closed
    assert not desk.om.open_orders()
    desk.check()


@settings(max_examples=60, deadline=None)
@given(CHANGING, STYLES, st.integers(0, 40), st.integers(0, 1_000), CLOCKS, KEEPING)
def test_a_restart_leaves_the_plan_as_it_is(
    parts: list[tuple[Step, ...]], style: str, when: int, seed: int, clock: str, on_halt: str
) -> None:
    """Wherever the process dies, in a halt or between changes: the slices that are left are the same, drawn ones too, and the children."""
    seen = []
    told = [step for each in parts for step in each]
    for restart_at in (None, when):
        desk = Told(Side.BUY)
        order_id = desk.desk.submit(
            "twap",
            600,
            duration=300,
            slices=6,
            child_style=style,
            randomise_size="0.5",
            randomise_time="0.5",
            random_band=50,
            seed=seed,
            halt_clock=clock,
            on_halt=on_halt,
        ).order_id
        plans = []
        for number, step in enumerate(told):
            if number == restart_at:
                before = desk.desk.om.work(order_id).slices
                desk.desk.restart()
                assert desk.desk.om.work(order_id).slices == before
            if number == when:
                # No journal holds quotes: there is one as soon as the process is there again.
                desk.quote(20, 0)
            happen(desk, desk.desk.om.order(order_id), step)
            plans.append(desk.desk.om.work(order_id).slices)
        children = desk.desk.om.children(order_id)
        seen.append((plans, [(one.created_ns, one.order_qty) for one in children]))
    assert seen[0] == seen[1]


# ---------------------------------------------------------------- changes

HOURS = TradingSession("20260105", NOON_NS, NOON_NS + 300 * S)
CURVE = VolumeCurve(
    bucket_ns=60 * S,
    length_ns=300 * S,
    shares=tuple(map(Decimal, ("0.1", "0.3", "0.05", "0.1", "0.25"))),
    opening=Decimal(0),
    closing=Decimal("0.2"),
    days=("20260102",),
    dropped=(),
)
OF_THE_CURVE: dict[str, dict[str, Any]] = {
    "twap": {"duration": 280, "slices": 6},
    "shortfall": {"duration": 280, "slices": 6, "urgency": 3},
    "vwap": {"duration": 300, "in_close": "Y"},
    "target_close": {"expected_volume": 4_000, "participation_rate": "0.2"},
}


def due_by(order: Order, start_ns: int, now_ns: int) -> Decimal:
    """How much the schedule of an order has due by now, the slice in force included, had it been so from its beginning."""
    algorithm: Any = algorithm_of(order.terms)
    ends = TargetClose is type(algorithm)
    occasion = Occasion(qty=order.order_qty, lot=Decimal(1), now_ns=start_ns, sessions=(HOURS,), curve=CURVE)
    assert ends or algorithm.working.duration is not None
    windows = windows_of(algorithm, occasion)
    slices = planned(order.order_qty, Decimal(1), windows)
    # What goes into the auction is due before it.
    lead = {one.number: LEAD_NS if one.start_ns == one.end_ns else 0 for one in slices}
    return sum((one.qty for one in slices if one.start_ns - lead[one.number] <= now_ns), Decimal(0))


@settings(max_examples=80, deadline=None)
@given(CHANGING, st.sampled_from(sorted(OF_THE_CURVE)), STYLES, CATCH_UPS, st.sampled_from(Side))
def test_no_change_is_a_reason_to_hurry(
    parts: list[tuple[Step, ...]], name: str, style: str, catch_up: str, side: Side
) -> None:
    """What does not touch the schedule leaves the slices; for no change is more sent than the schedule has due."""
    told = Told(side)
    desk = told.desk = AlgoDesk(curve=CURVE, session=HOURS)
    told.quote(20, 0)
    order = desk.submit(
        name,
        600,
        side,
        child_style=style,
        catch_up=missed(style, catch_up),
        limit_price=MID + told.sign * told.limit,
        **OF_THE_CURVE[name],
    )
    start_ns = desk.om.work(order).start_ns
    for step in (step for each in parts for step in each):
        desk.wait(1)
        before = desk.om.work(order)
        terms = order.terms
        if step[0] != "change":
            told.tell(step)
            desk.check()
            continue
        changed(told, order, step)
        after = desk.om.work(order)
        # Nothing but what is planned is left, and every plan is exact.
        assert after.filled + after.working + after.available == max(order.order_qty, after.filled)
        if KINDS[step[1]] in ("limit", "style"):
            assert all(one in before.slices for one in after.slices)
            assert after.end_ns == before.end_ns
        elif order.terms != terms or after.qty != before.qty:
            most = max(before.filled + before.working, due_by(order, start_ns, desk.clock.now_ns()) + 1)
            assert after.filled + after.working <= most
        desk.check()
    desk.halt(is_over=True)
    desk.om.session(SessionChange(desk.clock.now_ns(), SessionPhase.CLOSED, "20260105"))
    for _ in range(3):
        desk.wait(400)
        desk.quote()
    assert desk.om.order(order.order_id).is_closed
    desk.check()
