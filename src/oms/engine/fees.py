"""What executions and orders cost beyond their own reports: matched, booked once, kept while nobody knows what they are for."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from oms.engine.plain_reports import plain_report
from oms.engine.retention import recall_named
from oms.engine.state import State
from oms.engine.unknown_orders import hold
from oms.lifecycle.anomalies import MAX_NAME, At, anomaly, shown
from oms.model import events as ev
from oms.model.decimals import is_sane
from oms.model.enums import AnomalyCode
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.reports import FeeReport

_IDENTITIES: Final = ("fee_id", "exec_id", "cl_ord_id", "venue_order_id", "trade_date")

Found: TypeAlias = tuple[Order | None, str]
"""The order that a fee is for, and the trade date of its execution; no order where it is not known."""


def process_fee(state: State, broker: BrokerName, said: FeeReport) -> None:
    """Take in what a broker charges; a fee that makes no sense is set aside, one that nobody can place yet is kept."""
    recall_named(state, broker, said)
    at = At(*state.envelope(), broker)
    fault = _fault(said)
    report = plain_report(said) if fault is None else None
    if not isinstance(report, FeeReport):
        state.record(anomaly(at, AnomalyCode.MALFORMED, None, fault or "a fee in the wrong form", said))
        return
    order, trade_date = _find(state, broker, report)
    if order is None:
        _keep(state, broker, report)
        return
    fee_id = report.fee_id or _identity(order, report, trade_date)
    charged = ev.FeeCharged(
        *state.envelope(), order.order_id, fee_id, report.exec_id, order.symbol, order.account, broker, report.amount,
        report.currency, report.kind, trade_date, report.raw,
    )  # fmt: skip
    known = state.fees.get((broker, fee_id))
    if known is None:
        state.record_of(order, charged)
    elif _content(known) == _content(charged):
        text = f"repeat of the known fee {fee_id}"
        state.record_of(
            order, ev.ReportIgnored(*state.envelope(), order.order_id, "FEE", report.exec_id, text)
        )
    else:
        text = (
            f"fee {fee_id!r} of order {known.order_id} was {known.amount} {known.currency}; not charged again"
        )
        state.record(anomaly(at, AnomalyCode.CONFLICTING_REPEAT, order.order_id, text, said))


def _fault(said: FeeReport) -> str | None:
    if type(said.amount) is not Decimal or not is_sane(said.amount):
        return f"a fee needs an amount that is an exact Decimal: {shown(said.amount):.200}"
    if type(said.currency) is not str or not said.currency:
        return f"a fee needs a currency: {shown(said.currency):.200}"
    for field in _IDENTITIES:
        identity = getattr(said, field)
        if identity is not None and (type(identity) is not str or not 0 < len(identity) <= MAX_NAME):
            return f"{field} must be a text of 1 to {MAX_NAME} characters: {shown(identity):.200}"
    if said.exec_id is None and said.cl_ord_id is None and said.venue_order_id is None:
        return "a fee must name an execution or an order"
    return None


def _find(state: State, broker: BrokerName, report: FeeReport) -> Found:
    order = state.index.find(broker, report.cl_ord_id, None, report.venue_order_id)
    if report.exec_id is None:
        return order, report.trade_date or ""
    known = state.executions.by_exec_id.get(report.exec_id)
    candidates = [
        one
        for one in (known if isinstance(known, list) else [known])
        if one is not None
        and one.broker == broker
        and (report.trade_date is None or one.trade_date == report.trade_date)
        and (order is None or one.order_id == order.order_id)
    ]
    # An ExecID that several days or accounts have is not enough to tell.
    if len(candidates) != 1:
        return None, ""
    return state.index.by_id[candidates[0].order_id], candidates[0].trade_date


def _keep(state: State, broker: BrokerName, report: FeeReport) -> None:
    order = state.index.find(broker, report.cl_ord_id, None, report.venue_order_id)
    if report.exec_id is None:
        what = "no order here has these identities; kept until one has"
        code, order_id = AnomalyCode.UNKNOWN_ORDER, None
    else:
        what = f"a fee of execution {report.exec_id}, which is not known; kept until it is"
        code, order_id = AnomalyCode.UNKNOWN_EXECUTION, None if order is None else order.order_id
    hold(state, broker, report, code, order_id, what)


def _identity(order: Order, report: FeeReport, trade_date: str) -> str:
    if report.exec_id is not None:
        of = f"{trade_date}/{report.exec_id}"
    else:
        # An order may cost the same on each of its days.
        of = f"order {order.order_id}" + (f"/{trade_date}" if trade_date else "")
    return f"~{of}/{order.account}/{order.symbol}/{report.kind}/{report.currency}"


def _content(charged: ev.FeeCharged) -> tuple[object, ...]:
    return (charged.order_id, charged.exec_id, charged.amount, charged.currency, charged.kind)
