"""An order whose price has come and that cannot be sent, since what works its terms fails or a limit is reached: it is told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oms.engine.state import State
from oms.model import events as ev
from oms.model.door import shown
from oms.model.enums import AnomalyCode, Life
from oms.model.ids import BrokerName
from oms.model.order import Order
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Strategy, Terms


def checked_terms(terms: Terms, handlers: Mapping[type[Terms], object]) -> Terms:
    """Give what a handler has released an order as; TypeError where that is nothing that can be sent."""
    if type(terms) not in handlers:
        raise TypeError(f"released() gave {shown(terms)}; give terms that a handler is registered for")
    return terms


def give_up(state: State, order: Order, handlers: Mapping[type[Terms], object], error: Exception) -> None:
    """Deny an order that could not be released, unless it has left already, and raise the anomaly about it."""
    text = f"it could not be released; handler {handler_name(order, handlers)}: {shown(error)}"
    if order.life is Life.UNSENT and not order.is_closed:
        reasons = (Reason(ReasonCode.OTHER, "terms", text, "terms that their handler can release"),)
        state.record_of(order, ev.OrderDenied(*state.envelope(), order.order_id, reasons))
    who = order.broker or BrokerName("")
    told = (AnomalyCode.NOT_RELEASED, who, order.order_id, text, "")
    state.record(ev.AnomalyRaised(*state.envelope(), *told))


def tell_denied(state: State, order: Order, reasons: Iterable[Reason]) -> None:
    """Raise the anomaly about an order that was reached and denied: whoever gave it waits for it no longer."""
    text = f"its price has come, and it was denied: {'; '.join(map(str, reasons))}"
    told = (AnomalyCode.NOT_RELEASED, BrokerName(""), order.order_id, text, "")
    state.record(ev.AnomalyRaised(*state.envelope(), *told))


def tell_put_off(state: State, order: Order, reasons: Iterable[Reason]) -> None:
    """Raise the anomaly about an order that was reached and waits until it may be sent."""
    text = f"its price has come, and it waits until it may be sent: {'; '.join(map(str, reasons))}"
    told = (AnomalyCode.NOT_RELEASED, BrokerName(""), order.order_id, text, "")
    state.record(ev.AnomalyRaised(*state.envelope(), *told))


def handler_name(order: Order, handlers: Mapping[type[Terms], object]) -> str:
    """Give by which name a person knows the handler of an order."""
    terms = order.given_terms
    return terms.name if isinstance(terms, Strategy) else type(handlers[type(terms)]).__name__
