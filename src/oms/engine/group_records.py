"""What groups put on record of themselves: that nothing more is made of a leg, and what somebody is to be told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from oms.engine import leg_times
from oms.engine.leg_events import ORIGIN
from oms.engine.state import State
from oms.model import events as ev
from oms.model.contingency import SubmitGroup
from oms.model.decimals import plain
from oms.model.enums import AnomalyCode, LegEnd, Life
from oms.model.group import GroupLeg
from oms.model.ids import BrokerName
from oms.model.order import Order

# What is kept on a leg is the group book's own.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false


def stop(state: State, leg: GroupLeg, why: LegEnd) -> None:
    """Put on record that nothing more is made of a leg."""
    state.begin(SubmitGroup, ORIGIN)
    state.record(ev.LegStopped(*state.envelope(), leg._group.group_id, leg.number, why))


def tell(state: State, code: AnomalyCode, order: Order, text: str) -> None:
    """Raise an anomaly about an order of a group."""
    state.begin(SubmitGroup, ORIGIN)
    broker = order.broker or BrokerName("")
    state.record(ev.AnomalyRaised(*state.envelope(), code, broker, order.order_id, text, ""))


def tell_lost(state: State, leg: GroupLeg, order: Order, left: Decimal) -> None:
    """Tell that an exit is lost, so that so much may be without one."""
    how = order.life
    if leg_times.is_over(state, leg) and (not order.is_ended or order.order_id in leg._cut):
        how = Life.EXPIRED
    what = "an exit" if leg._entry is not None else "an order that no entry feeds"
    text = f"{what} of group {leg._group.group_id} is lost ({how.value}): {plain(left)} of {leg.leg.symbol} may be without it"
    tell(state, AnomalyCode.EXIT_LOST, order, text)


def tell_refused(state: State, leg: GroupLeg, order: Order) -> None:
    """Tell that its venue has refused an exit, which is held here instead."""
    why = f": {order.text}" if order.text else ""
    text = f"its venue has refused an exit of group {leg._group.group_id}{why}; it waits here for its price"
    tell(state, AnomalyCode.EXIT_REFUSED, order, text)


def tell_excesses(state: State, legs: Sequence[GroupLeg], excess: Mapping[int, Decimal]) -> None:
    """Tell that the exits of entries, by their numbers, have executed so much more than these, where that is more than was told."""
    for number, over in excess.items():
        entry = legs[number]
        text = f"the exits of group {entry._group.group_id} have executed {plain(over)} more than their entry"
        if over > entry._excess_told and entry.orders:
            tell(state, AnomalyCode.EXITS_EXCEED_ENTRY, entry.orders[-1], text)
