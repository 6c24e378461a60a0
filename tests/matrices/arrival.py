"""Every order in which a scenario's reports may arrive, and whether it comes to the same end.

The client's requests leave first, so that any report may come at any time; one that may not be sent yet is sent as soon as it
may. Executions, busts and corrections must always come to the same end. What an order works, and whether it has ended, must
do so wherever the reports carry the venue's times or its own numbers; where they do not, there may be a question instead: an anomaly, and a
status request that is left for the broker.
"""

from __future__ import annotations

import random  # noqa: TID251  # which orders of arrival are tried; the seed is fixed
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice, permutations
from math import factorial
from typing import Final

from attrs import asdict, define, evolve, field, frozen

from oms.model import events as ev
from oms.model.enums import AnomalyCode, OrdStatus
from oms.model.ids import ClOrdId, OrderId
from oms.model.order import Order
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.terms import limit_px
from tests.matrices.driver import Player
from tests.matrices.scenarios import Scenario, Step, Told
from tests.matrices.unordered import UNCOUNTED, is_unordered

SEED: Final = 20260105
MOST: Final = factorial(7)
"""How many orders of arrival of one scenario are tried: all of them up to 7 reports."""

_UNASKED: Final = frozenset({AnomalyCode.NO_TRADE_DATE})
"""Raised of every execution that carries no time: no answer to a question of order."""

_ZERO: Final = Decimal(0)

RARE: Final = (
    "late fills",
    "held amendments",
    "released amendments",
    "superseded replaces",
    "unordered",
    "missing executions",
    "status queries",
    "repeats",
)
"""What hardly ever happens in order, and must happen here for the campaign to have shown anything."""


@frozen
class Executed:
    """What came of the executions: never a matter of order."""

    cum_qty: Decimal
    notional: Decimal
    avg_px: Decimal | None
    position: Decimal


@frozen
class Works:
    """What the order works and whether it has ended: a matter of order where nothing says what came first."""

    order_qty: Decimal
    leaves_qty: Decimal
    is_ended: bool
    status: OrdStatus
    cl_ord_id: ClOrdId | None
    unanswered: tuple[ClOrdId, ...]
    day_cum_qty: Decimal
    price: Decimal | None


@define
class Arrival:
    """What one order of arrival came to.

    Attributes:
        heard: The reports by number, as they arrived.
        executed: What came of each order's executions, by its letter.
        works: What each order works, by its letter.
        is_asked: An anomaly was raised about the order of things, and the broker was asked.
        faults: What the invariants found wrong on the way.
        seen: How often each rare thing happened.
    """

    heard: tuple[int, ...]
    executed: dict[str, Executed] = field(factory=dict)
    works: dict[str, Works] = field(factory=dict)
    is_asked: bool = False
    faults: list[str] = field(factory=list)
    seen: Counter[str] = field(factory=Counter)


def reports_of(scenario: Scenario) -> tuple[Step, ...]:
    """Give what the broker says on the main path."""
    return tuple(step for step in scenario.main.steps if step.is_from_broker)


def orders_of_arrival(count: int, most: int) -> Iterator[tuple[int, ...]]:
    """Give orders of arrival of so many reports: all of them, or at most so many.

    Where they are too many, those in which one report alone is early or late come first, then some that are drawn.
    """
    if factorial(count) <= most:
        yield from permutations(range(count))
        return
    seen: set[tuple[int, ...]] = set()
    for order in islice(_some(count), most * 2):
        if order not in seen and len(seen) < most:
            seen.add(order)
            yield order


def _some(count: int) -> Iterator[tuple[int, ...]]:
    straight = list(range(count))
    yield tuple(straight)
    yield from moves(count)
    dice = random.Random(SEED)
    while True:
        yield tuple(dice.sample(straight, count))


def moves(count: int) -> Iterator[tuple[int, ...]]:
    """Give the orders of arrival in which one report alone comes early or late."""
    for place in range(count):
        others = [other for other in range(count) if other != place]
        for to in range(count):
            if to != place:
                yield (*others[:to], place, *others[to:])


def doubled(order: Sequence[int], dice: random.Random) -> tuple[int, ...]:
    """Give the same order of arrival with each report delivered again somewhere after its first time."""
    twice = list(order)
    for report in order:
        twice.insert(dice.randint(twice.index(report) + 1, len(twice)), report)
    return tuple(twice)


class Venue:
    """One scenario's reports, to be delivered in many orders."""

    def __init__(self, scenario: Scenario, told: Told) -> None:
        """Make them, with so much said of when they happened."""
        self.scenario = scenario
        self.reports = reports_of(scenario)
        self._asks = [step for step in scenario.main.steps if step.is_from_client and not step.alt]
        self._told = told
        self._made: dict[object, ExecutionReport | OrderCancelReject] = {}

    def deliver(self, order: Sequence[int]) -> Arrival:
        """Let an engine hear the reports in this order."""
        player = Player(self.scenario, told=self._told, made=self._made)
        waiting = list(self._asks)
        unheard = list(self.reports)
        pulled: set[int] = set()
        heard: list[int] = []

        def hear(step: Step) -> None:
            heard.append(step.n)
            if step in unheard:
                unheard.remove(step)
            player.hear(step)
            if waiting:
                _send(player, waiting)

        _send(player, waiting)
        for place in order:
            step = self.reports[place]
            if step.n in pulled:
                pulled.remove(step.n)
                continue
            while not player.is_askable(step):
                # Nobody answers what was not asked: what has to come before the question does.
                first = next(other for other in unheard if player.is_askable(other))
                pulled.add(first.n)
                hear(first)
            hear(step)
        arrival = Arrival(tuple(heard))
        _judge(player, arrival)
        arrival.faults += [f"{step} could not be sent" for step in waiting]
        return arrival


def _send(player: Player, waiting: list[Step]) -> None:
    while waiting:
        step = waiting[0]
        is_idle = step.msg == "OrderStatusRequest" or step.cl_ord_id in player.ids
        if not is_idle and player.send(step) is None:
            return
        del waiting[0]


def _judge(player: Player, arrival: Arrival) -> None:
    arrival.faults += player.faults
    raised: set[AnomalyCode] = set()
    position: dict[OrderId, Decimal] = {}
    seen = arrival.seen
    for event in player.events:
        match event:
            case ev.Traded(order_id=order_id, last_qty=qty):
                position[order_id] = position.get(order_id, _ZERO) + qty
            case ev.TradeCanceled(order_id=order_id, old_qty=qty):
                position[order_id] = position.get(order_id, _ZERO) - qty
            case ev.TradeCorrected(order_id=order_id, old_qty=old, last_qty=qty):
                position[order_id] = position.get(order_id, _ZERO) + qty - old
            case ev.AnomalyRaised(code=code, text=text):
                raised.add(code)
                if code is AnomalyCode.MALFORMED:
                    # There is nothing wrong with these reports: it is the reading of them that failed.
                    arrival.faults.append(text)
                name = _COUNTED.get(code)
                if name is not None:
                    seen[name] += 1
            case ev.ReportHeld():
                seen["held amendments"] += 1
            case ev.ReportReleased():
                seen["released amendments"] += 1
            case ev.ReplaceSuperseded():
                seen["superseded replaces"] += 1
            case ev.OrderStatusRequested():
                seen["status queries"] += 1
            case ev.ReportIgnored():
                seen["repeats"] += 1
            case _:
                pass
    arrival.is_asked = bool(raised - _UNASKED) and bool(seen["status queries"])
    letters = [*player.orders] or [""]
    for letter in letters:
        order = player.order(letter)
        if order is None:
            arrival.faults.append(f"order {letter!r} is not in the books")
            continue
        executed = Executed(order.cum_qty, order.notional, order.avg_px, position.get(order.order_id, _ZERO))
        arrival.executed[letter] = executed
        arrival.works[letter] = _works(order)


_COUNTED: Final = {
    AnomalyCode.LATE_EXECUTION: "late fills",
    AnomalyCode.UNORDERED: "unordered",
    AnomalyCode.MISSING_EXECUTION: "missing executions",
}


def _works(order: Order) -> Works:
    return Works(
        order_qty=order.order_qty,
        leaves_qty=order.leaves_qty,
        is_ended=order.is_ended,
        status=order.status,
        cl_ord_id=order.cl_ord_id,
        unanswered=tuple(sorted(request.cl_ord_id for request in order.outstanding_requests)),
        day_cum_qty=order.day_cum_qty,
        price=limit_px(order.terms),
    )


@define
class Campaign:
    """What all the tried orders of arrival of one scenario came to.

    Attributes:
        tried: How many orders of arrival, and how many of them with every report twice.
        failures: The first of those that came to another end where they may not, as lines.
        asked: Those that came to another end and left a question.
        seen: How often each rare thing happened.
    """

    scenario: str
    reports: int
    tried: int = 0
    tried_doubled: int = 0
    failures: list[str] = field(factory=list)
    asked: list[tuple[int, ...]] = field(factory=list)
    seen: Counter[str] = field(factory=Counter)

    def failed(self, what: str) -> None:
        """Note a failure; the first few tell enough."""
        if len(self.failures) < 5:
            self.failures.append(what)


def try_all(scenario: Scenario, told: Told, most: int = MOST) -> Campaign:
    """Deliver a scenario's reports in every order, or in so many, each once as it is and once with every report twice.

    Args:
        scenario: The scenario.
        told: What the venue says of when things happened.
        most: How many orders to try at most.
    """
    venue = Venue(scenario, told)
    count = len(venue.reports)
    straight = venue.deliver(range(count))
    campaign = Campaign(scenario.id, count)
    if told is not Told.TIMES:
        _check_straight(campaign, told, straight, Venue(scenario, Told.TIMES).deliver(range(count)))
    dice = random.Random(SEED)
    for order in orders_of_arrival(count, most):
        for sequence in (order, doubled(order, dice)):
            arrival = venue.deliver(sequence)
            campaign.seen += arrival.seen
            campaign.tried += 1
            campaign.tried_doubled += sequence is not order
            _compare(campaign, straight, arrival, told)
    return campaign


def _check_straight(campaign: Campaign, told: Told, straight: Arrival, timed: Arrival) -> None:
    # In its own order nothing hangs on times, but for what belongs to a day.
    wanted, got = (
        (arrival.executed, {key: evolve(works, day_cum_qty=_ZERO) for key, works in arrival.works.items()})
        for arrival in (timed, straight)
    )
    if got != wanted:
        what = _differences(timed, straight)
        campaign.failed(f"{campaign.scenario}, in order, and told {told.value}: {what} as it is with times")


def _differences(wanted: Arrival, got: Arrival) -> str:
    found = [
        f"order {letter} has {name} {now} and not {then}"
        for facts_then, facts_now in ((wanted.executed, got.executed), (wanted.works, got.works))
        for letter in facts_then.keys() & facts_now.keys()
        for (name, then), now in zip(
            asdict(facts_then[letter]).items(), asdict(facts_now[letter]).values(), strict=True
        )
        if now != then
    ]
    return ", ".join(found)


def _compare(campaign: Campaign, straight: Arrival, arrival: Arrival, told: Told) -> None:
    where = f"{campaign.scenario}, told {told.value}, heard as {arrival.heard}"
    for fault in arrival.faults:
        campaign.failed(f"{where}: {fault}")
    is_same = arrival.executed == straight.executed
    is_expected = is_unordered(campaign.scenario, arrival.heard, told)
    if is_same and arrival.works == straight.works:
        if is_expected:
            campaign.failed(f"{where}: the same end, although it is listed as one that cannot be ordered")
    elif is_expected and arrival.is_asked and (is_same or campaign.scenario in UNCOUNTED):
        campaign.asked.append(arrival.heard)
    else:
        question = "the broker was asked" if arrival.is_asked else "nobody was asked"
        campaign.failed(f"{where}: {_differences(straight, arrival)}; {question}")
