"""What holds of schedules at work whatever the market does, on the simulated exchange."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from oms.model.terms import limit_px
from tests.properties.test_reacting_laws import Step, Told, halting, steps

S = 1_000_000_000
NAMES = st.sampled_from(["twap", "shortfall"])
STYLES = st.sampled_from(["market", "marketable_limit", "passive_then_cross"])
CATCH_UPS = st.sampled_from(["carry", "spread", "give_up", "cross"])
MARKETS = st.lists(st.one_of(steps.map(tuple), st.tuples(halting)), min_size=1, max_size=4)


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
        "catch_up": catch_up,
        "limit_price": limit,
        "seed": data.draw(st.integers(0, 1_000)),
    }
    cap = data.draw(st.sampled_from([None, "0.1", "0.4"]))
    if cap is not None:
        parameters["max_participation"] = cap
    if is_drawn:
        parameters |= {"randomise_size": "0.5", "randomise_time": "0.5", "random_band": 20}
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


@settings(max_examples=40, deadline=None)
@given(steps, STYLES, st.integers(0, 40), st.integers(0, 1_000))
def test_a_restart_leaves_the_plan_as_it_is(told: list[Step], style: str, when: int, seed: int) -> None:
    """Wherever the process dies: the slices that are left are the same, drawn sizes and times among them, and so are the children."""
    seen = []
    for restart_at in (None, when):
        desk = Told(Side.BUY)
        order = desk.desk.submit(
            "twap",
            600,
            duration=300,
            slices=6,
            child_style=style,
            randomise_size="0.5",
            randomise_time="0.5",
            random_band=50,
            seed=seed,
        )
        plans = []
        for number, step in enumerate(told):
            if number == restart_at:
                before = desk.desk.om.work(order.order_id).slices
                desk.desk.restart()
                assert desk.desk.om.work(order.order_id).slices == before
            if number == when:
                # No journal holds quotes: there is one as soon as the process is there again.
                desk.quote(20, 0)
            desk.tell(step)
            plans.append(desk.desk.om.work(order.order_id).slices)
        children = desk.desk.om.children(order.order_id)
        seen.append((plans, [(one.created_ns, one.order_qty) for one in children]))
    assert seen[0] == seen[1]
