"""What holds of participation and icebergs whatever the market does, on the simulated exchange."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.model.enums import Side
from oms.model.events import ChildExecuted, OrderCanceled, OrderExpired, SliceDecided
from oms.model.ids import OrderId
from oms.model.order import Order
from tests.algo_desk import AlgoDesk

Step: TypeAlias = tuple[str, int, int]
"""What happens: a print, a quote, time, a halt and its end, or a restart; with two numbers."""

MID: Final = Decimal(100)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(1, 200), st.integers(-3, 3)),
        st.tuples(st.just("quote"), st.integers(1, 50), st.integers(-3, 3)),
        st.tuples(st.just("wait"), st.integers(1, 30), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)
halting = st.one_of(
    st.tuples(st.just("halt"), st.just(0), st.just(0)),
    st.tuples(st.just("resume"), st.just(0), st.just(0)),
)
rates = st.sampled_from(["0.05", "0.2", "0.5"])


class Told:
    """A desk that is told steps, mirrored for a sale, and what others have traded by now."""

    def __init__(self, side: Side) -> None:
        """Open it."""
        self.desk, self.sign = AlgoDesk(), 1 if side is Side.BUY else -1
        self.side, self.printed, self.limit = side, 0, 10
        self.quote(20, 0)

    def tell(self, step: Step) -> None:
        """Let it happen."""
        kind, one, two = step
        self.desk.wait(1)
        if kind == "trade":
            self.printed += one
            self.desk.trade(one, str(MID + self.sign * two))
        elif kind == "quote":
            self.quote(one, two)
        elif kind == "wait":
            self.desk.wait(one)
        elif kind == "restart":
            self.desk.restart()
            self.quote(20, 0)
        else:
            self.desk.halt(is_over=kind == "resume")

    def quote(self, size: int, at: int) -> None:
        """Tell a market of so much on either side, so far from the middle."""
        near, far = MID + self.sign * (at - Decimal("0.5")), MID + self.sign * (at + Decimal("0.5"))
        bid, ask = sorted((near, far))
        self.desk.quote(str(bid), str(ask), size, size)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(steps.map(tuple), st.tuples(halting)), max_size=4), rates, st.sampled_from(Side))
def test_participation_is_never_passed(parts: list[tuple[Step, ...]], rate: str, side: Side) -> None:
    """What has executed and works is at most the rate's share of what others have printed, at any moment."""
    told = Told(side)
    order = told.desk.submit("pov", 1000, side, participation_rate=rate, duration=3000)
    part = Fraction(rate) / (1 - Fraction(rate))
    for step in (step for steps in parts for step in steps):
        told.tell(step)
        work = told.desk.om.work(order.order_id)
        assert work.filled + work.working + work.available == 1000
        assert Fraction(work.filled + work.working) <= part * told.printed
        told.desk.check()


moving = st.sampled_from(
    [
        ("0.2", {"lower_band_price": "99", "lower_band_rate": "0.5"}),
        ("0.2", {"upper_band_price": "101", "upper_band_rate": "0.05"}),
        ("0.1", {"upper_band_price": "101", "upper_band_rate": "0.3", "lower_band_price": "99", "lower_band_rate": "0.4"}),
        ("0.5", {"end_rate": "0.05", "rate_linked_to": "time"}),
        ("0.1", {"end_rate": "0.4", "rate_linked_to": "time"}),
        ("0.1", {"end_rate": "0.4", "rate_linked_to": "time", "upper_band_price": "102", "upper_band_rate": "0.7"}),
    ]
)  # fmt: skip


def rate_of(given: tuple[str, dict[str, str]], touch: Decimal, second: int, length: int) -> Fraction:
    """Give the rate at a price and a moment, as the parameters have it."""
    rate, told = Fraction(given[0]), given[1]
    for side, sign in (("lower", 1), ("upper", -1)):
        if f"{side}_band_price" in told and sign * touch <= sign * Decimal(told[f"{side}_band_price"]):
            return Fraction(told[f"{side}_band_rate"])
    return rate + (Fraction(told["end_rate"]) - rate) * second / length if "end_rate" in told else rate


@settings(max_examples=100, deadline=None)
@given(
    steps,
    moving,
    st.sampled_from(Side),
    st.sampled_from([None, 10]),
    st.sampled_from(["of_total", "of_others"]),
)
def test_what_is_printed_counts_by_the_rate_under_which_it_is_printed(
    happens: list[Step], given: tuple[str, dict[str, str]], side: Side, interval: int | None, basis: str
) -> None:
    """What has executed is the sum of rate and volume, in whole lots, as it was looked at last, with a market that executes all."""
    desk, (rate, told), second = AlgoDesk(), given, 0
    bid, ask, size = Decimal("99.5"), Decimal("100.5"), 10**6
    desk.quote(str(bid), str(ask), size, size)
    paced = {} if interval is None else {"interval": str(interval)}
    order = desk.submit(
        "pov", 10**6, side, participation_rate=rate, rate_basis=basis, duration=2000, **told, **paced
    )
    due = looked = Fraction(0)
    for kind, one, two in happens:
        desk.wait(1)
        second += 1
        if kind == "wait":
            desk.wait(one)
            second += one
        if (
            interval is None
            or second // interval > (second - one - 1 if kind == "wait" else second - 1) // interval
        ):
            looked = due
        if kind == "trade":
            part = rate_of(given, ask if side is Side.BUY else bid, second, 2000)
            due += one * (part / (1 - part) if basis == "of_total" else part)
            desk.trade(one)
        elif kind == "quote":
            bid, ask, size = MID + two - Decimal("0.5"), MID + two + Decimal("0.5"), size + 1
            desk.quote(str(bid), str(ask), size, size)
        least = due if interval is None else looked
        assert least - 1 - Fraction(1, 10**6) <= order.cum_qty <= due
        desk.check()


bands = st.sampled_from(
    [("0.05", "0.1", None), ("0.1", "0.2", None), ("0.05", "0.1", "0.3"), ("0.2", "0.2", "0.5")]
)
"""The least, the rate, and the most where it is given."""
restarting = st.tuples(st.just("restart"), st.just(0), st.just(0))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(steps.map(tuple), st.tuples(st.one_of(halting, restarting))), max_size=4),
    bands,
    st.sampled_from(Side),
    st.sampled_from([None, 10]),
)
def test_what_waits_and_what_crosses_are_together_within_the_band(
    parts: list[tuple[Step, ...]], band: tuple[str, str, str | None], side: Side, interval: int | None
) -> None:
    """With a least rate too, what has executed and works is at most the highest rate's share of what others have printed."""
    told, (least, rate, most) = Told(side), band
    given_most = {} if most is None else {"max_participation": most}
    paced = {} if interval is None else {"interval": str(interval)}
    told.desk.submit(
        "pov", 1000, side, participation_rate=rate, min_participation=least, duration=3000,
        child_style="passive_then_cross", **given_most, **paced,
    )  # fmt: skip
    part = Fraction(most or rate) / (1 - Fraction(most or rate))
    seen, left, filled = 0, dict[OrderId, Decimal](), Decimal(0)
    for step in (step for steps in parts for step in steps):
        told.tell(step)
        fresh = list(told.desk.store.read(seen))
        seen += len(fresh)
        for event in fresh:
            if isinstance(event, SliceDecided) and event.child is not None:
                left[event.child] = event.qty
            elif isinstance(event, ChildExecuted):
                filled += event.qty_change
                left[event.child] -= event.qty_change
            elif isinstance(event, OrderCanceled | OrderExpired):
                left.pop(event.order_id, None)
            assert Fraction(filled + sum(left.values())) <= part * told.printed, event
        told.desk.check()


@settings(max_examples=40, deadline=None)
@given(steps, rates)
def test_a_sale_is_a_mirrored_purchase(told: list[Step], rate: str) -> None:
    """The same children with mirrored prices."""
    children = []
    for side in Side:
        desk = Told(side)
        order = desk.desk.submit("pov", 1000, side, participation_rate=rate, duration=3000, interval=10)
        for step in told:
            desk.tell(step)
        children.append(
            [(one.created_ns, one.order_qty, one.cum_qty) for one in desk.desk.om.children(order)]
        )
    assert children[0] == children[1]


@settings(max_examples=40, deadline=None)
@given(steps, st.integers(0, 40), st.integers(0, 2**31 - 1))
def test_an_iceberg_goes_on_alike_after_a_restart(told: list[Step], when: int, seed: int) -> None:
    """Wherever the process dies: the same parts at the same times, and never more shown than may be."""
    seen = []
    for restart_at in (None, when):
        desk = Told(Side.BUY)
        order: Order = desk.desk.submit(
            "iceberg",
            300,
            display_qty=30,
            display_variance="0.5",
            display_method=3,
            limit_price="100.5",
            min_refresh_delay=1,
            max_refresh_delay=5,
            seed=seed,
        )
        for number, step in enumerate(told):
            desk.tell(step)
            if number == restart_at:
                desk.desk.restart()
            order = desk.desk.om.order(order.order_id)
            assert desk.desk.om.work(order).working <= 45
            desk.desk.check()
        seen.append([(one.created_ns, one.order_qty, one.cum_qty) for one in desk.desk.om.children(order)])
    assert seen[0] == seen[1]
