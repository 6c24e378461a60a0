"""Why an order went where it went: every place it could have gone to, and what became of each.

The order's `routing` is a `RouteDecision`, as the event `OrderRouted` recorded it. Only an order with a choice has one.
"""

from __future__ import annotations

from decimal import Decimal

from oms.model.decimals import EXACT, ZERO, plain
from oms.model.define import record, value
from oms.model.depth import Levels
from oms.model.enums import Choice
from oms.model.ids import BrokerName, OrderId


class VenueHealth(Choice):
    """Whether a broker can be relied on, as far as its answers tell."""

    UP = "up"
    DEGRADED = "degraded"
    """It fails or refuses now and then: it goes after those that are up, and after a back-off gets one order at a time."""
    DOWN = "down"
    """It does not answer, or refuses everything: it gets nothing until its back-off is over, and one order then to try it."""


class RouteVerdict(Choice):
    """What became of a place where an order could have gone, and why."""

    TAKEN = "taken"
    PROBE = "taken to try whether it is back"
    COSTS_MORE = "costs more"
    """What was taken has the better score: its price with fees, and what is added for latency and history."""
    AFTER_THE_HEALTHY = "not up while others are"
    LESS_SHOWN = "shows less than the whole"
    """For an order that goes to one place: others show all of it."""
    LOST_A_TIE = "lost a tie"
    """Score and health are equal: the history of fills and rejects, the latency, or the place in the rule decided."""
    NO_QUOTE = "no quote"
    """Nobody shows a price there, or only an old one, and others do."""
    LIMIT = "beyond the limit"
    """What it shows is worse than the order's limit, and there was no more to rest."""
    DOWN = "down"
    CANNOT = "cannot take it"
    """Its capabilities, or the rules of its ids, do not allow such an order; the reasons say which."""
    NOT_RECONCILED = "not reconciled"
    NOT_ATTACHED = "not attached"
    TRIED = "tried before"
    """It has refused a part of this order, or was where all of it was."""
    AT_WORK = "has a part already"
    """A part of the order is there: it sends at most so much at a time, or what rests there would trade by itself."""
    NOTHING_SHOWN = "nothing left of what it showed"
    """What was sent there since the quote takes all of it."""
    LATER_IN_TURN = "later in the rule"
    """The rule takes the first that is up; so do the orders of a group that has not begun."""
    NAMED = "named with the order"
    """It gets the order since whoever gave it has named this broker."""
    ANOTHER_NAMED = "another was named"
    WITH_ITS_GROUP = "taken with its group"
    """It gets the order since something of the order's group works there, or has executed there."""
    GROUP_ELSEWHERE = "its group is elsewhere"
    ONCE_FREED = "to be taken once what rests is freed"
    """It shows something better for what rests elsewhere: that is taken back, or made smaller, before anything is sent."""


_TAKEN = (RouteVerdict.TAKEN, RouteVerdict.PROBE, RouteVerdict.NAMED, RouteVerdict.WITH_ITS_GROUP)


@record
class Candidate:
    """One place where an order, or a part of it, could have gone.

    Attributes:
        broker: Which.
        rank: Its place among those that could be taken, 1 the best; 0 where it could not.
        verdict: What became of it.
        qty: How much it got; of one that is taken `ONCE_FREED`, how much it is to get.
        health: Its health when it was decided.
        px: What it shows on the side that the order takes from; None where that is not known or nothing is shown there.
        size: How much it shows there, less what was sent there since.
        quote_ns: When that was received, in nanoseconds UTC; 0 where there is none.
        is_taking: The order would take liquidity there at once. One that waits at its venue for its price, or for an auction,
            takes nothing yet.
        net_px: The price with the taker's fee: what a unit costs a buyer, or leaves a seller; for an order that would rest, its
            own limit with the maker's fee. None where no price is known.
        score: `net_px` and what is added for latency and history; a buyer takes the lowest, a seller the highest.
        latency_ns: How long its answers to new orders take, in nanoseconds; as declared until one was measured.
        fill_ppm: The share of its orders that executed, in millionths, the later ones counting more.
        reject_ppm: The share of its orders that it refused, likewise.
        text: The reasons, where it could not be taken.
        behind: What it shows behind that price within the order's limit, the better first, of an order that is split; no more
            of it than it takes for the whole order. Empty where only its best price is known.
    """

    broker: BrokerName
    rank: int
    verdict: RouteVerdict
    qty: Decimal
    health: VenueHealth
    px: Decimal | None
    size: Decimal
    quote_ns: int
    is_taking: bool
    net_px: Decimal | None
    score: Decimal | None
    latency_ns: int
    fill_ppm: int
    reject_ppm: int
    text: str = ""
    behind: Levels = ()

    def __str__(self) -> str:
        """Give it as one line."""
        got = f"{plain(self.qty)}, " if self.qty else ""
        shown = "no price" if self.px is None else f"{plain(self.size)} at {plain(self.px)}"
        if self.behind:
            more = ZERO
            for _, size in self.behind:
                more = EXACT.add(more, size)
            shown += f" and {plain(more)} more up to {plain(self.behind[-1][0])}"
        net = "" if self.net_px is None else f", {plain(self.net_px)} with fees"
        why = f": {self.text}" if self.text else ""
        return f"{self.broker} ({self.health.value}) {got}{self.verdict.value}{why}; shows {shown}{net}"


@value
class VenueStanding:
    """How a broker stands that orders are routed to.

    Attributes:
        broker: Which.
        health: Whether it can be relied on.
        until_ns: Until when its back-off lasts, in nanoseconds UTC; 0 where it is up.
        strikes: How often in a row its back-off was begun.
        failures: New orders that never left, and requests that fell into doubt, in a row.
        rejects: New orders in a row that it refused.
        latency_ns: The running average from a new order to its first answer, in nanoseconds; None before the first.
        fill_ppm: The running average of the share of an order that executed, in millionths.
        reject_ppm: The running average of orders that were refused, in millionths.
        sent: How many new orders were sent since it is routed to.
        rejected: How many of them were refused.
        failed: How many new orders never left, and how many requests fell into doubt.
        waiting: How many new orders are unanswered.
    """

    broker: BrokerName
    health: VenueHealth
    until_ns: int
    strikes: int
    failures: int
    rejects: int
    latency_ns: int | None
    fill_ppm: int
    reject_ppm: int
    sent: int
    rejected: int
    failed: int
    waiting: int


@record
class RouteDecision:
    """Where an order went, and where it could have gone.

    Attributes:
        time_ns: When it was decided, in nanoseconds UTC.
        qty: How much was to be placed; what of that is with no candidate was kept back.
        rule: The number of the rule that was followed, counted from 1.
        best_broker: Who showed the best price then, whether or not it could be taken, fees apart; None where nobody showed one.
        best_px: That price.
        best_size: How much was shown there.
        candidates: The places, those that could be taken first, the best of them first.
        after: The order of which this is what was left as its broker refused it, or did not execute it; where that was such an
            order itself, the one that goes out names the first of them. None where there was none before.
        successor: The order that goes out with that; None where it goes nowhere.
    """

    time_ns: int
    qty: Decimal
    rule: int
    best_broker: BrokerName | None
    best_px: Decimal | None
    best_size: Decimal
    candidates: tuple[Candidate, ...]
    after: OrderId | None = None
    successor: OrderId | None = None

    @property
    def taken(self) -> tuple[Candidate, ...]:
        """The candidates that got some of it."""
        return tuple(one for one in self.candidates if one.verdict in _TAKEN)

    def __str__(self) -> str:
        """Give it in lines: the best price, then each candidate."""
        best = "no price was shown"
        if self.best_px is not None:
            best = (
                f"the best price was {plain(self.best_size)} at {plain(self.best_px)} at {self.best_broker}"
            )
        left = "" if self.after is None else f"left of order {self.after} "
        lines = [
            f"{plain(self.qty)} {left}to place by rule {self.rule}; {best}",
            *(f"  {one}" for one in self.candidates),
        ]
        return "\n".join(lines)
