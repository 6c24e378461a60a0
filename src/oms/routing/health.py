"""When a broker is degraded, down and up again.

It is decided from what is remembered of it, and recorded as an event; a replay repeats the decision and never makes it anew.

    up        -> degraded   failures or refusals in a row
    up        -> down       more of them
    degraded  -> down       more of them
    degraded  -> up         answers in a row
    down      -> degraded   an answer
    down      -> down       what was sent after the back-off has failed too: the next is twice as long

One that is down gets nothing in its back-off. One that is degraded goes after those that are up in its; after that it gets one
order at a time as if it were up, since it could not show otherwise that it is.
"""

from __future__ import annotations

from oms.model.define import record
from oms.model.routing import VenueHealth
from oms.model.routing_table import HealthRules
from oms.model.sessions import NS_PER_S
from oms.routing.records import VenueRecord

_UP, _DEGRADED, _DOWN = VenueHealth.UP, VenueHealth.DEGRADED, VenueHealth.DOWN
_MAX_DOUBLINGS = 20


@record
class HealthChange:
    """What is to become true of a broker.

    Attributes:
        health: Its health from now on.
        strikes: How often in a row its back-off was begun.
        until_ns: Until when its back-off lasts, in nanoseconds UTC; 0 where it is up.
        text: Why.
    """

    health: VenueHealth
    strikes: int
    until_ns: int
    text: str


def judge(known: VenueRecord, rules: HealthRules, now_ns: int) -> HealthChange | None:
    """Give what is to become of a broker's health; None where it stays as it is."""
    failures, rejects = known.failures, known.rejects
    if known.health is _DOWN:
        if failures or rejects:
            return _down(known, rules, now_ns, f"it was tried again, and there was {_counted(known)}")
        if known.heard:
            return _degraded(known, rules, now_ns, "it has answered")
        return None
    if failures >= rules.down_after or rejects >= rules.down_after_rejects:
        return _down(known, rules, now_ns, _counted(known))
    if known.health is _UP:
        if failures >= rules.degraded_after or rejects >= rules.degraded_after_rejects:
            return _degraded(known, rules, now_ns, _counted(known))
    elif known.heard >= rules.up_after:
        return HealthChange(_UP, 0, 0, f"{known.heard} answers in a row")
    return None


def recovered(known: VenueRecord, rules: HealthRules, now_ns: int, text: str) -> HealthChange:
    """Give that a broker that was down has answered what it was asked."""
    return _degraded(known, rules, now_ns, text)


def _degraded(known: VenueRecord, rules: HealthRules, now_ns: int, text: str) -> HealthChange:
    return HealthChange(_DEGRADED, known.strikes, now_ns + _wait_s(known, rules) * NS_PER_S, text)


def _wait_s(known: VenueRecord, rules: HealthRules) -> int:
    return min(rules.backoff_s << min(known.strikes, _MAX_DOUBLINGS), rules.max_backoff_s)


def _down(known: VenueRecord, rules: HealthRules, now_ns: int, text: str) -> HealthChange:
    wait_s = _wait_s(known, rules)
    return HealthChange(_DOWN, known.strikes + 1, now_ns + wait_s * NS_PER_S, f"{text}; back-off {wait_s} s")


def _counted(known: VenueRecord) -> str:
    parts = []
    if known.failures:
        parts.append(f"{known.failures} failure{'s' if known.failures > 1 else ''} in a row")
    if known.rejects:
        parts.append(f"{known.rejects} refusal{'s' if known.rejects > 1 else ''} in a row")
    return " and ".join(parts)
