"""Whether an order is taken, or changed: all that speaks against it is told at once, whatever else is wrong with it.

What an order is told is judged field by field, then against the order, the instrument and the time. What follows from a schedule as a
whole, such as that nothing trades in its window, is told where all that the schedule is made of is right.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from attrs import evolve

from oms.algos.algorithms import Algorithm
from oms.algos.choices import OnResidual
from oms.algos.instruction_checks import against_instructions
from oms.algos.order_checks import against, against_times
from oms.algos.told import Told
from oms.algos.venue_checks import against_venue
from oms.algos.wire import as_taken, told
from oms.errors import ParametersError, ValidationError
from oms.model.commands import SubmitOrder
from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.model.parent import Parent
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Parameters, Strategy, Terms
from oms.ports.working_handler import Plan, View

TIMES: Final = frozenset({"start_time", "end_time", "duration"})
"""What says from when to when an order is worked."""


def told_in(terms: Terms) -> Told:
    """Give what can be made of the parameters in an order's terms, and all that is wrong with them.

    Raises:
        ValidationError: There is no such algorithm.
    """
    if not isinstance(terms, Strategy):
        raise ValidationError("terms", type(terms).__name__, "pass a Strategy")
    return _told(terms.name, terms.parameters)


def algorithm_of(terms: Terms) -> Algorithm:
    """Give the typed parameters of the terms of an order that was taken; what would be refused by now is left out.

    Raises:
        ParametersError: There is no algorithm without it.
        ValidationError: There is no such algorithm.
    """
    known = told_in(terms)
    if known.algorithm is not None:
        return known.algorithm
    assert isinstance(terms, Strategy)
    return _as_taken(terms.name, terms.parameters)


def told_after(parent: Parent, after: SubmitOrder) -> Told:
    """Give what can be made of the terms that an order is to have; of what is wrong with them, what was not on record already.

    Raises:
        ValidationError: There is no such algorithm.
    """
    before, now = told_in(parent.order.terms), told_in(after.terms)
    if not now.errors or before.description is not now.description:
        return now
    on_record = {_key(error) for error in before.errors}
    errors = tuple(error for error in now.errors if _key(error) not in on_record)
    return evolve(now, errors=errors, algorithm=now.algorithm if errors else algorithm_of(after.terms))


def _key(error: ValidationError) -> tuple[str, str, str]:
    return error.field, str(error.value), str(error.allowed)


@lru_cache(maxsize=4_096)
def _told(name: str, parameters: Parameters) -> Told:
    # What each order is told is asked for with everything that happens to it.
    return told(name, dict(parameters))


@lru_cache(maxsize=4_096)
def _as_taken(name: str, parameters: Parameters) -> Algorithm:
    return as_taken(name, dict(parameters))


def reasons_of(error: ValidationError) -> tuple[Reason, ...]:
    """Give what is wrong with parameters as reasons."""
    errors = error.errors if isinstance(error, ParametersError) else (error,)
    return tuple(Reason(ReasonCode.UNSUPPORTED, one.field, str(one.value), one.allowed) for one in errors)


def why_not(order: SubmitOrder, instrument: Instrument) -> tuple[Reason, ...]:
    """Give every reason against an order that its numbers give, by themselves and for its instrument."""
    return _why_not(order, told_in(order.terms), instrument)


def _why_not(order: SubmitOrder, known: Told, instrument: Instrument) -> tuple[Reason, ...]:
    buys = order.side is Side.BUY
    return (
        *(reasons_of(ParametersError(known.errors)) if known.errors else ()),
        *against(known, order.order_qty, is_buy=buys, instrument=instrument),
        *against_instructions(order, known),
    )


def why_not_begun(order: SubmitOrder, view: View) -> tuple[Reason, ...]:
    """Give every reason against a new order that its numbers, the time and what its brokers take give."""
    known = told_in(order.terms)
    return (
        *why_not(order, view.instrument),
        *against_times(known, view.now_ns, view.now_ns),
        *against_venue(order, known, view),
    )


def why_not_amended(parent: Parent, after: SubmitOrder, view: View) -> tuple[Reason, ...]:
    """Give every reason against a change of an order, but for its times: another algorithm or what cannot be changed, too.

    Parameters that were taken once and would be refused by now speak against no change of something else.
    """
    before, now = told_in(parent.order.terms), told_after(parent, after)
    reasons = (*_why_not(after, now, view.instrument), *against_venue(after, now, view))
    if before.description is not now.description:
        allowed = f"terms of {before.description.name}, or a new order"
        return (*reasons, Reason(ReasonCode.UNSUPPORTED, "terms", now.description.name, allowed))
    was, to_be = before.values, now.values
    fixed = [
        one.name
        for one in now.description.parameters
        if not one.is_mutable and one.name in to_be and one.name in was and to_be[one.name] != was[one.name]
    ]
    return (
        *reasons,
        *(Reason(ReasonCode.UNSUPPORTED, one, str(to_be[one]), f"{was[one]}, as it began") for one in fixed),
    )


def goes_past_end(known: Told) -> bool:
    """Tell whether an order is told to be worked on after its end."""
    return known.values.get("allow_past_end") is True or known.values.get("on_residual") is OnResidual.EXTEND


def planned(
    reasons: tuple[Reason, ...], known: Told, plan: Callable[[Algorithm], Plan]
) -> Plan | tuple[Reason, ...]:
    """Give the plan of an order that nothing speaks against; or all that does, what speaks against its plan too.

    Args:
        reasons: What is known to speak against it.
        known: What its algorithm is told.
        plan: Gives the plan; asked where the times and all that the algorithm alone is told are right.
    """
    named, own = {one.field for one in reasons}, {one.name for one in known.description.own}
    algorithm = known.algorithm
    if algorithm is None or not (TIMES.isdisjoint(named) and known.wrong.isdisjoint(own)):
        return reasons
    try:
        made = plan(algorithm)
    except ValidationError as error:
        return (*reasons, *(one for one in reasons_of(error) if one.field not in named))
    return reasons or made
