"""Executions that nobody reported: inferred from what a broker counts, and taken back as the real ones are reported.

Their identities are made from the order and the quantity that had executed with them, so that the same facts always give the
same ones. They are withdrawn by ordinary busts and corrections, so that everything that follows executions needs no word
about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Final

from oms.lifecycle.anomalies import At
from oms.lifecycle.changes import day_of
from oms.lifecycle.execution_index import ExecutionIndex
from oms.model import events as ev
from oms.model.decimals import GRID, QUOTIENT, ZERO, is_sane, plain
from oms.model.ids import ExecId
from oms.model.order import Order
from oms.model.reports import ExecutionReport
from oms.model.terms import limit_px

# What is known of an order is read off its slots, as everywhere here.
# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false

_PREFIX: Final = "synthetic"
_ROUNDING: Final = Context(prec=80)

Standing = ev.Traded | ev.TradeCorrected
"""What is left of a synthetic execution."""


def inferred(
    order: Order, cum_qty: Decimal, said: ExecutionReport, at: At, executions: ExecutionIndex
) -> ev.Traded | None:
    """Give the execution that brings an order to what its broker counts; None where nothing tells its price.

    The price is what makes the broker's average come out, else the order's limit, else our own average, else the market's when
    the order was given.

    Args:
        order: Which.
        cum_qty: What has executed in all by the broker's count; more than is known here.
        said: Where it says so.
        at: The envelope.
        executions: The executions known so far.
    """
    qty = cum_qty - order._cum_qty
    last_px = _price(order, cum_qty, qty, said)
    if last_px is None:
        return None
    return ev.Traded(
        *at.envelope(), order._order_id, _free_id(order, cum_qty, executions), order._symbol, order._side, order._account,
        at.broker, qty, last_px, day_of(said), said.transact_time_ns or 0, None, ZERO, "", said.venue_order_id, said.raw,
        is_synthetic=True,
    )  # fmt: skip


def standing_for(
    order: Order, traded: ev.Traded, cum_qty: object, executions: ExecutionIndex
) -> tuple[Decimal, list[Standing]]:
    """Give how much of an execution that is now reported was inferred before, and from what.

    What happened after the broker's word that something was inferred from, or beyond all that is counted here, was not. Where
    nothing tells, it is taken to be inferred: what is then missing is found again, what is counted twice is not.
    """
    standing = [
        one
        for one in executions.synthetic_of(order._order_id)
        if not one.transact_time_ns or traded.transact_time_ns <= one.transact_time_ns
    ]
    most = sum((one.last_qty for one in standing), ZERO)
    if is_sane(cum_qty):
        most = min(most, order._cum_qty - (cum_qty - traded.last_qty))
    return max(ZERO, min(most, traded.last_qty)), standing


def withdrawn(
    qty: Decimal, standing: Sequence[Standing], at: At
) -> tuple[ev.TradeCanceled | ev.TradeCorrected, ...]:
    """Give the events that take so much of what was inferred back, the oldest first."""
    events: list[ev.TradeCanceled | ev.TradeCorrected] = []
    for one in standing:
        if not qty:
            break
        taken = min(qty, one.last_qty)
        qty -= taken
        left = one.last_qty - taken
        first = one.sequence if isinstance(one, ev.Traded) else one.trade_sequence
        head = (
            *at.envelope(len(events)), one.order_id, ExecId(f"{one.exec_id}/{plain(left)}"), one.exec_id, one.symbol, one.side,
            one.account, one.broker,
        )  # fmt: skip
        tail = (one.last_qty, one.last_px, one.trade_date, "", one.transact_time_ns, True, 0, 0, first)
        if left:
            events.append(ev.TradeCorrected(*head, left, one.last_px, *tail))
        else:
            events.append(ev.TradeCanceled(*head, *tail))
    return tuple(events)


def _free_id(order: Order, cum_qty: Decimal, executions: ExecutionIndex) -> ExecId:
    name = f"{_PREFIX}-{order._order_id}-{plain(cum_qty)}"
    # The same count may be inferred again, after it was taken back.
    number = 1
    found = name
    while found in executions.by_exec_id:
        number += 1
        found = f"{name}-{number}"
    return ExecId(found)


def _price(order: Order, cum_qty: Decimal, qty: Decimal, said: ExecutionReport) -> Decimal | None:
    average = said.avg_px
    if is_sane(average) and average > ZERO:
        missing = _ROUNDING.quantize(QUOTIENT.divide(average * cum_qty - order._notional, qty), GRID)
        if is_sane(missing) and missing > ZERO:
            return missing
    for px in (limit_px(order._terms), order._avg_px, order._reference_px):
        if px is not None:
            rounded = _ROUNDING.quantize(px, GRID)
            return px if rounded == px else rounded
    return None
