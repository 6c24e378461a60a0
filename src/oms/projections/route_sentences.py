"""What is said of where an order goes."""

from __future__ import annotations

from oms.model import events as ev
from oms.model.decimals import plain
from oms.model.routing import Candidate, RouteVerdict

_NOT_PLAIN = frozenset({RouteVerdict.NAMED, RouteVerdict.WITH_ITS_GROUP})


def routed(event: ev.OrderRouted) -> str:
    """Say where an order goes, or what is left of it, and what became of the other places."""
    decision = event.decision
    parts = [_part(one) for one in decision.taken]
    others = [
        f"{one.broker} {one.verdict.value}" + (f" ({plain(one.qty)})" if one.qty else "")
        for one in decision.candidates
        if one not in decision.taken
    ]
    best = "no price was shown"
    if decision.best_px is not None:
        best = f"the best shown was {plain(decision.best_size)} at {plain(decision.best_px)} at {decision.best_broker}"
    what = "routed"
    if decision.after is not None:
        is_here = event.order_id == decision.after
        what = f"{plain(decision.qty)} left" if is_here else f"routed after order {decision.after}"
    to = f" as order {decision.successor}" if decision.successor not in {None, event.order_id} else ""
    return f"{what}: {', '.join(parts) or 'nothing goes anywhere'}{to}; {'; '.join([*others, best])}"


def _part(one: Candidate) -> str:
    at = "" if one.px is None else f" at {plain(one.px)}"
    why = f" ({one.verdict.value})" if one.verdict in _NOT_PLAIN else ""
    return f"{plain(one.qty)} to {one.broker}{at}{why}"
