"""What a campaign of the simulator must have met: every count of zero fails it."""

from __future__ import annotations

from typing import Final, get_args

from oms.model.enums import PegOffsetType, TriggerPriceType
from oms.model.instructions import INSTRUCTIONS
from oms.model.routing import VenueHealth
from oms.model.terms import Strategy, Terms
from oms.model.time_in_force import GoodTillCancel, TimeInForce
from oms.model.work import WorkEnd
from oms.testing.faulty_store import StoreFault
from oms.testing.simulator.luck import LIES
from oms.testing.simulator.parent_draws import CHOICES, DESCRIPTIONS
from oms.testing.simulator.parents import ALGORITHMS
from oms.testing.simulator.tamper import KINDS

OF_PARENTS: Final = (
    "parents",
    *(f"parents: {name}" for name in ALGORITHMS),
    "children",
    "slices skipped",
    "plans made anew",
    "parents that executed",
    "executions of children that were taken back or corrected",
    "parents that a later manager finds at work",
    "parents suspended",
    "parents paused",
    "parents resumed",
    "parents amended",
    "parents amended at work",
    "parents canceled",
    # No algorithm of the library ends an order before its time.
    *(f"parents stopped: {why.value}" for why in WorkEnd if why is not WorkEnd.FINISHED),
)
"""What algorithms must have met."""

AMENDED: Final = (
    "order_qty",
    "limit_price",
    "duration",
    "end_time",
    "slices",
    "interval",
    "child_style",
    "catch_up",
    "on_residual",
    "max_child",
    "min_rest",
    "max_quote_age",
    "participation_rate",
    "display_qty",
    "display_when",
    "min_size",
    "levels",
    "step",
)
"""What of orders is changed as they are worked, and must have been; the rest of their parameters is too, at times."""

OF_ALGORITHMS: Final = (
    *dict.fromkeys(
        f"parents told: {parameter.name}" for one in DESCRIPTIONS.values() for parameter in one.parameters
    ),
    *(f"parents told: {name} {choice}" for name, choices in CHOICES.items() for choice in choices),
    *(f"parents amended: {name}" for name in AMENDED),
    "executions of children that were counted, and not reported",
    "trading halts",
    "price limits",
    "feed gaps",
    "prints corrected",
)
"""What a campaign of algorithms must have told them, changed, and said of their markets."""

OF_TWO_BROKERS: Final = (
    "parents: smart",
    "orders split over brokers",
    "parts taken from behind the best price",
    "parts placed anew after a refusal",
    "orders that went on to another broker",
    "orders that every broker was tried for",
    "orders that went elsewhere since the best broker was down",
    "lines of one broker that broke",
    *(f"brokers that are {health.value}" for health in VenueHealth),
)
"""What runs with two brokers must have met: a part of those of a campaign that is of algorithms."""

OF_KINDS: Final = (
    "sessions that closed",
    "sessions heard of late",
    "orders ended here as a session changed",
    "orders of whose expiry nothing was heard",
    "orders that arrive after their time",
    *(f"orders: {kind.__name__}" for kind in get_args(TimeInForce)),
    *(f"executions: {kind.__name__}" for kind in get_args(TimeInForce)),
    *(f"over: {kind.__name__}" for kind in get_args(TimeInForce) if kind is not GoodTillCancel),
    *(f"{what}: {name}" for what in ("orders", "executions") for name in sorted(INSTRUCTIONS)),
    "post-only orders refused since they would take",
    "all-or-none orders kept waiting",
    "least quantities kept waiting",
    "reduce-only orders kept waiting",
    "reduce-only orders refused here",
    "reduce-only orders cut here",
    "reduce-only orders that exceed the position",
    *(f"{what}: {name}" for what in ("orders", "executions") for name in ("display_qty", "cash_order_qty")),
    "orders in cash that were turned into a quantity here",
    "orders in cash that buy no lot",
    *(f"trails in {kind.name}" for kind in PegOffsetType),
    "trails that begin at a price",
    *(f"orders released by {kind.name}" for kind in TriggerPriceType),
)
"""What orders of every kind, for every time, must have met."""

RARE: Final[tuple[str, ...]] = (
    "crashes",
    "double crashes",
    "crashes while sending",
    "appends that failed",
    "appends kept though nobody was told",
    "stores that failed for a while",
    "starts refused by the journal",
    "starts from a snapshot",
    "orders refused while halted",
    "commands refused while halted",
    "emergency cancels",
    "mass cancels while halted",
    "reports kept while halted",
    "resumes by a person",
    "resumes that failed",
    "resumes that handle what was kept",
    "crashes while resuming",
    "orders refused until reconciled",
    "reconciliations",
    "lists",
    "executions that only a list tells",
    *(f"journal {kind}" for kind in KINDS),
    "older managers fenced out",
    "listeners that raised",
    "batches",
    "disconnects",
    "replays after a reconnect",
    "reports lost",
    "reports missed",
    "reports lost for good",
    "reports delivered again",
    "requests that never arrived",
    "requests that arrived late",
    "orders that never arrived",
    "not found yet",
    "clocks that jump ahead",
    "clocks that jump back",
    "clocks that stand still",
    "clocks set right",
    "days",
    *(f"journal: {fault.value}" for fault in StoreFault),
    *(f"lies: {name}" for name in LIES),
    "market updates",
    "brackets",
    "groups that are no brackets",
    "order lists",
    "order lists that arrived",
    "order lists that were refused, or never arrived",
    "order lists in doubt",
    "order lists that a later manager finds at work",
    "totals that their list has changed",
    "exits that their list has ended",
    "entries whose rest their list has canceled",
    "exits that their venue has lost",
    "exits beyond their entry",
    "held orders that ended here",
    "held orders that were released",
    "orders that were held for a quote",
    "pegged orders that were moved here",
    *(f"orders: {kind.__name__}" for kind in get_args(Terms) if kind is not Strategy),
    *OF_PARENTS,
    *OF_KINDS,
    "late fills",
    "late fills after a bust",
    "overfills",
    "overfills after a cancel",
    "busts",
    "corrections",
    "amendments before their execution",
    "fees",
    "restatements",
    "fills that bundle the end",
    "executions known to be missing",
    "reports that could not be ordered",
    "orders absent at the broker",
    "superseded replaces",
    "refused cancels",
    "refused replaces",
    "rejected orders",
    "expired orders",
    "mass cancels",
    "orders denied by the kill switch",
    "orders given by telephone",
    "adopted orders",
    "reports of unknown orders",
    "kept reports understood later",
    "repeats",
    "submits in doubt",
    "cancels in doubt",
    "replaces in doubt",
    "orders in doubt that were canceled",
    "cancels of orders in doubt",
    "questions to the broker",
    "resolved by a report",
    "resolved by a query",
    "resolved by a mass status",
    "resolved by an operator",
    "evidence that proved nothing",
    "anomalies that somebody has looked at",
)
"""Everything that is counted, and none of it may be zero."""
