"""Reports that cannot be understood yet: kept under every identity that they name, until one of these turns up.

A report waits for an order that nobody knows here, or for the execution that it amends or charges for. What waits is
moved by `ReportHeld` and `ReportReleased` alone, so that a replay keeps the same ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final, TypeAlias

from oms.engine.plain_reports import content_of
from oms.model.enums import Side
from oms.model.events import ReportHeld
from oms.model.ids import BrokerName, Symbol
from oms.model.reports import ExecutionReport, FeeReport

MAX_HELD: Final = 10_000
"""How many reports are kept for one broker; beyond that the oldest is given up."""

Name: TypeAlias = tuple[str, BrokerName, str]
"""An identity that a report waits for: its kind, the broker that uses it, and the identity."""

Place: TypeAlias = tuple[BrokerName | None, Symbol, Side]
"""Where an order of ours may be that the broker has given no name yet."""

REQUEST: Final = "request"
VENUE_ORDER: Final = "venue order"
EXECUTION: Final = "execution"


class HeldReports:
    """What waits.

    Attributes:
        by_sequence: Every kept report by the number of its `ReportHeld`, oldest first.
        names: The reports that wait for each identity, by their numbers.
        ready: Numbers of reports whose identity has turned up, the lowest first; some may have been released since.
        blocked: Numbers of reports of orders that would be adopted if they could not be ones of ours, by where those are.
            Not moved by events: the engine works it out again when it starts.
    """

    __slots__ = ("_by_broker", "_by_content", "blocked", "by_sequence", "names", "ready")

    def __init__(self) -> None:
        """Begin with none."""
        self.by_sequence: dict[int, ReportHeld] = {}
        self.names: dict[Name, dict[int, None]] = {}
        self.ready: list[int] = []
        self.blocked: dict[Place, list[int]] = {}
        self._by_content: dict[tuple[object, ...], int] = {}
        # Not a plain dict: to find the first key of one takes as long as many were deleted before it.
        self._by_broker: dict[BrokerName, OrderedDict[int, ReportHeld]] = {}

    def hold(self, held: ReportHeld) -> None:
        """Keep a report."""
        self.by_sequence[held.sequence] = held
        self._by_content.setdefault((held.broker, *content_of(held.report)), held.sequence)
        self._by_broker.setdefault(held.broker, OrderedDict())[held.sequence] = held
        for name in names_of(held):
            self.names.setdefault(name, {})[held.sequence] = None

    def release(self, sequence: int) -> None:
        """Keep a report no longer; one that is not kept is nobody's fault."""
        held = self.by_sequence.pop(sequence, None)
        if held is None:
            return
        del self._by_broker[held.broker][sequence]
        content = (held.broker, *content_of(held.report))
        if self._by_content.get(content) == sequence:
            del self._by_content[content]
        for name in names_of(held):
            waiting = self.names.get(name, {})
            waiting.pop(sequence, None)
            if not waiting:
                self.names.pop(name, None)

    def repeated(self, held: ReportHeld) -> int | None:
        """Give the number under which the same report is kept already; None if it is not."""
        return self._by_content.get((held.broker, *content_of(held.report)))

    def surplus(self, broker: BrokerName) -> ReportHeld | None:
        """Give the oldest report of a broker of which as many are kept as may be; None while there is room."""
        kept = self._by_broker.get(broker)
        return None if kept is None or len(kept) <= MAX_HELD else next(iter(kept.values()))

    def turn_up(self, kind: str, broker: BrokerName, identity: str) -> None:
        """Take in that an identity is known from now on: what waits for it is ready."""
        for sequence in self.names.get((kind, broker, identity), ()):
            heappush(self.ready, sequence)

    def next_ready(self) -> ReportHeld | None:
        """Take the oldest report that waits no longer; None if every one still does."""
        while self.ready:
            held = self.by_sequence.get(heappop(self.ready))
            if held is not None:
                return held
        return None

    def block(self, place: Place, sequence: int) -> None:
        """Let a kept report wait until it is known whether it is about an order of ours."""
        self.blocked.setdefault(place, []).append(sequence)

    def forget_venue_ids(self, broker: BrokerName, is_new_in: Callable[[Symbol | None], bool]) -> None:
        """Take in that a broker's order ids mean other orders from now on in some instruments: nothing waits for the old ones.

        Args:
            broker: Whose ids begin anew.
            is_new_in: Tells whether they do in an instrument; of None, where a report names none.
        """
        for name in [name for name in self.names if name[:2] == (VENUE_ORDER, broker)]:
            waiting = self.names[name]
            for sequence in [number for number in waiting if is_new_in(_symbol_of(self.by_sequence[number]))]:
                del waiting[sequence]
            if not waiting:
                del self.names[name]


def names_of(held: ReportHeld) -> list[Name]:
    """Give every identity under which what a report waits for may turn up."""
    report, broker = held.report, held.broker
    found: list[Name] = []
    if isinstance(report, FeeReport):
        if report.exec_id is not None:
            return [(EXECUTION, broker, report.exec_id)]
    elif held.order_id is not None:
        return [(EXECUTION, broker, ref)] if (ref := exec_ref(held)) is not None else []
    for identity in (report.cl_ord_id, None if isinstance(report, FeeReport) else report.orig_cl_ord_id):
        if identity is not None and (REQUEST, broker, identity) not in found:
            found.append((REQUEST, broker, identity))
    if report.venue_order_id is not None:
        found.append((VENUE_ORDER, broker, report.venue_order_id))
    return found


def _symbol_of(held: ReportHeld) -> Symbol | None:
    return held.report.symbol if isinstance(held.report, ExecutionReport) else None


def exec_ref(held: ReportHeld) -> str | None:
    """Give the execution that a kept bust or correction is about; None where it is about none."""
    return held.report.exec_ref_id if isinstance(held.report, ExecutionReport) else None
