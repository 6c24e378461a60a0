"""When a broker is degraded, down and up again: each step worked by hand."""

from __future__ import annotations

from typing import Final

from oms.model.ids import OrderId
from oms.model.routing import VenueHealth
from oms.model.routing_table import HealthRules
from oms.routing.health import judge
from oms.routing.records import ALL_PPM, VenueRecord
from tests.fakes import T0

S: Final = 1_000_000_000
RULES: Final = HealthRules(
    degraded_after=1, down_after=3, degraded_after_rejects=2, down_after_rejects=4, up_after=2, backoff_s=2, max_backoff_s=5
)  # fmt: skip
UP, DEGRADED, DOWN = VenueHealth.UP, VenueHealth.DEGRADED, VenueHealth.DOWN


class Watched:
    """A broker's record, and what is decided about it after each step."""

    def __init__(self) -> None:
        self.known = VenueRecord()
        self.number = 0

    def step(self, what: str, now_ns: int) -> tuple[VenueHealth, int, str] | None:
        """Send an order of which this becomes, and give what is decided: health, seconds of back-off, why."""
        self.number += 1
        order_id, known = OrderId(self.number), self.known
        known.on_sent(order_id, now_ns)
        if what == "fails":
            known.on_failed(order_id, now_ns, is_over=True)
        elif what == "doubt":
            known.on_failed(order_id, now_ns, is_over=False)
        elif what == "refused":
            known.on_rejected(order_id, now_ns)
        else:
            known.on_heard(order_id, now_ns)
        return self.judged(now_ns)

    def judged(self, now_ns: int) -> tuple[VenueHealth, int, str] | None:
        change = judge(self.known, RULES, now_ns)
        if change is None:
            return None
        self.known.change(change.health, change.strikes, change.until_ns)
        return change.health, max(0, change.until_ns - now_ns) // S, change.text


def test_failures_in_a_row_degrade_a_broker_and_then_take_it_out() -> None:
    watched = Watched()

    assert watched.step("fails", T0) == (DEGRADED, 2, "1 failure in a row")
    assert watched.step("doubt", T0) is None
    assert watched.step("fails", T0) == (DOWN, 2, "3 failures in a row; back-off 2 s")


def test_an_answer_ends_a_row_of_failures() -> None:
    watched = Watched()
    watched.step("fails", T0)
    watched.step("fails", T0)

    assert watched.step("answers", T0) is None
    assert watched.step("fails", T0) is None
    assert watched.known.failures == 1


def test_refusals_have_a_row_of_their_own() -> None:
    watched = Watched()

    assert watched.step("refused", T0) is None
    assert watched.step("refused", T0) == (DEGRADED, 2, "2 refusals in a row")
    assert watched.step("refused", T0) is None
    assert watched.step("refused", T0) == (DOWN, 2, "4 refusals in a row; back-off 2 s")


def test_answers_in_a_row_make_it_up_again() -> None:
    watched = Watched()
    watched.step("fails", T0)

    assert watched.step("answers", T0) is None
    assert watched.step("answers", T0) == (UP, 0, "2 answers in a row")
    assert watched.judged(T0) is None


def test_each_time_it_is_tried_in_vain_the_back_off_is_twice_as_long_up_to_a_bound() -> None:
    watched = Watched()
    for _ in range(3):
        watched.step("fails", T0)

    assert watched.step("fails", T0 + 2 * S) == (
        DOWN,
        4,
        "it was tried again, and there was 1 failure in a row; back-off 4 s",
    )
    assert watched.step("refused", T0 + 6 * S) == (
        DOWN, 5, "it was tried again, and there was 1 refusal in a row; back-off 5 s"
    )  # fmt: skip
    assert watched.known.strikes == 3


def test_what_was_sent_before_it_went_down_does_not_lengthen_the_back_off() -> None:
    watched = Watched()
    for _ in range(3):
        watched.step("fails", T0)
    until_ns = watched.known.until_ns

    assert watched.step("doubt", T0 + 1 * S) is None
    assert watched.step("refused", T0 + 1 * S) is None
    assert (watched.known.until_ns, watched.known.failures, watched.known.rejects) == (until_ns, 0, 0)


def test_an_answer_brings_it_back_as_degraded_and_a_relapse_waits_longer() -> None:
    watched = Watched()
    for _ in range(3):
        watched.step("fails", T0)

    assert watched.step("answers", T0 + S) == (DEGRADED, 4, "it has answered")
    watched.step("fails", T0 + S)
    watched.step("fails", T0 + S)
    assert watched.step("fails", T0 + S) == (DOWN, 4, "3 failures in a row; back-off 4 s")


def test_once_up_the_next_back_off_is_short_again() -> None:
    watched = Watched()
    for _ in range(3):
        watched.step("fails", T0)
    watched.step("answers", T0 + S)
    watched.step("answers", T0 + S)
    watched.step("answers", T0 + S)

    assert (watched.known.health, watched.known.strikes) == (UP, 0)


def test_one_at_a_time_may_try_whether_it_is_back() -> None:
    watched = Watched()
    for _ in range(3):
        watched.step("fails", T0)
    known = watched.known

    assert not known.may_be_tried(T0 + 2 * S - 1)
    assert known.may_be_tried(T0 + 2 * S)
    known.on_sent(OrderId(99), T0 + 2 * S)
    assert not known.may_be_tried(T0 + 3 * S)
    known.on_closed(OrderId(99))
    assert known.may_be_tried(T0 + 3 * S)


def test_averages_move_by_an_eighth_of_the_difference() -> None:
    known = VenueRecord()
    for number, took_ns in enumerate((800, 1_600), 1):
        known.on_sent(OrderId(number), T0)
        known.on_heard(OrderId(number), T0 + took_ns)
    known.on_sent(OrderId(3), T0)
    known.on_rejected(OrderId(3), T0)
    known.on_ended(0)

    assert (known.latency_ns, known.reject_ppm, known.fill_ppm) == (900, 125_000, ALL_PPM - 125_000)
    assert (known.sent, known.rejected, known.failed, known.waiting) == (3, 1, 0, {})


def test_what_is_heard_again_of_an_order_is_no_second_answer() -> None:
    known = VenueRecord()
    known.on_sent(OrderId(1), T0)
    known.on_heard(OrderId(1), T0 + 5)
    known.on_heard(OrderId(1), T0 + 500)

    assert known.latency_ns == 5
