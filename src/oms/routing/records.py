"""What is remembered of a broker, moved by what happens to the orders that are sent there and by nothing else.

Averages are integers, moved by an eighth of the difference each time, rounded towards minus infinity: the same on every
machine, and the same again in a replay.
"""

from __future__ import annotations

from typing import Final

from attrs import define, field

from oms.model.ids import BrokerName, OrderId
from oms.model.routing import VenueHealth, VenueStanding

ALL_PPM: Final = 1_000_000
"""Every one of a million."""

_STEP: Final = 8


@define(eq=False)
class VenueRecord:
    """How a broker has answered.

    Attributes:
        health: What was last decided about it.
        strikes: How often in a row its back-off was begun; 0 once it is up.
        until_ns: Until when its back-off lasts, in nanoseconds UTC.
        failures: New orders that never left, and requests that fell into doubt, in a row.
        rejects: New orders in a row that it refused.
        heard: Answers in a row that were neither, since its health last changed.
        latency_ns: The running average from a new order to its first answer; None before the first.
        fill_ppm: The running average of the share of an order that executed.
        reject_ppm: The running average of orders that were refused, each 0 or a million.
        sent: How many new orders were sent.
        rejected: How many of them were refused.
        failed: How many failures there were.
        waiting: When each new order was sent that is not answered, in nanoseconds UTC.
    """

    health: VenueHealth = VenueHealth.UP
    strikes: int = 0
    until_ns: int = 0
    failures: int = 0
    rejects: int = 0
    heard: int = 0
    latency_ns: int | None = None
    fill_ppm: int = ALL_PPM
    reject_ppm: int = 0
    sent: int = 0
    rejected: int = 0
    failed: int = 0
    waiting: dict[OrderId, int] = field(factory=dict)

    def on_sent(self, order_id: OrderId, now_ns: int) -> None:
        """Note that a new order is sent."""
        self.sent += 1
        self.waiting[order_id] = now_ns

    def on_heard(self, order_id: OrderId, now_ns: int) -> None:
        """Note an answer to whatever was asked, but a refused order."""
        sent_ns = self.waiting.pop(order_id, None)
        if sent_ns is not None:
            took_ns = max(0, now_ns - sent_ns)
            self.latency_ns = took_ns if self.latency_ns is None else _moved(self.latency_ns, took_ns)
            self.reject_ppm = _moved(self.reject_ppm, 0)
        self.failures = self.rejects = 0
        self.heard += 1

    def on_rejected(self, order_id: OrderId, now_ns: int) -> None:
        """Note that a new order was refused: its broker lives."""
        self.waiting.pop(order_id, None)
        self.rejected += 1
        self.reject_ppm = _moved(self.reject_ppm, ALL_PPM)
        self.failures = self.heard = 0
        if not self._is_shut(now_ns):
            self.rejects += 1

    def on_failed(self, order_id: OrderId, now_ns: int, *, is_over: bool) -> None:
        """Note that a request never left, which leaves nothing to wait for, or fell into doubt."""
        if is_over:
            self.waiting.pop(order_id, None)
        self.failed += 1
        self.heard = 0
        # What was sent before it went down says nothing of whether it is back.
        if not self._is_shut(now_ns):
            self.failures += 1

    def on_ended(self, executed_ppm: int) -> None:
        """Note how much of an order executed that is over, and was not canceled by us."""
        self.fill_ppm = _moved(self.fill_ppm, executed_ppm)

    def on_closed(self, order_id: OrderId) -> None:
        """Note that nothing more is waited for."""
        self.waiting.pop(order_id, None)

    def on_reached(self) -> None:
        """Note that it has answered what it was asked as a whole."""
        self.failures = self.rejects = 0
        self.heard += 1

    def change(self, health: VenueHealth, strikes: int, until_ns: int) -> None:
        """Take in what was decided about it."""
        if health is not self.health or health is VenueHealth.DOWN:
            self.heard = 0
        if health is not VenueHealth.DEGRADED:
            self.failures = self.rejects = 0
        self.health, self.strikes, self.until_ns = health, strikes, until_ns

    def standing(self, broker: BrokerName) -> VenueStanding:
        """Give how it stands, as a value that will not move."""
        return VenueStanding(
            broker, self.health, self.until_ns, self.strikes, self.failures, self.rejects, self.latency_ns, self.fill_ppm,
            self.reject_ppm, self.sent, self.rejected, self.failed, len(self.waiting),
        )  # fmt: skip

    def _is_shut(self, now_ns: int) -> bool:
        return self.health is VenueHealth.DOWN and now_ns < self.until_ns

    def may_be_tried(self, now_ns: int) -> bool:
        """Tell whether one that is not up may get an order that shows whether it is: after its back-off, one at a time."""
        return now_ns >= self.until_ns and not any(
            sent_ns >= self.until_ns for sent_ns in self.waiting.values()
        )


def _moved(average: int, by: int) -> int:
    return average + (by - average) // _STEP
