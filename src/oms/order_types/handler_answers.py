"""What a handler of orders that are worked here gives, checked before anything of it is done or journaled.

A handler of somebody's own may give anything. What is wrong is told by its field and its value: its order is suspended or refused
for it, and no other is the worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias, get_args

from attrs import fields_dict

from oms.errors import ValidationError
from oms.model.commands import Command
from oms.model.decimals import ZERO, is_sane
from oms.model.door import shown
from oms.model.instructions import Instructions
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import RouteDecision
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce
from oms.model.work import MAX_MEMO, MAX_PLANNED, NEVER_NS, Pace, Slice, WorkEnd, checked_memo
from oms.ports.working_handler import NewChild, NextWake, Plan, Replan, Skip, Steps

MAX_TEXT: Final = 4096
"""How many characters a text of a handler may have."""

_Check: TypeAlias = Callable[[Any], bool]
_TERMS: Final = frozenset(get_args(Terms))
_TIMES_IN_FORCE: Final = frozenset(get_args(TimeInForce))
_COMMANDS: Final = frozenset(get_args(Command))


def failure(error: Exception) -> str:
    """Give in words that something failed, whatever the error is: at most `MAX_TEXT` characters that the journal can hold."""
    try:
        said = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # an error of somebody's own may fail at that, too
        said = type(error).__name__
    return said[: MAX_TEXT // 2].encode("utf-8", "backslashreplace").decode()


def is_the_librarys(handler: object) -> bool:
    """Tell whether a handler is one of the library's own, whose steps need no check: they are asked for with each quote."""
    return type(handler).__module__.startswith("oms.algos.")


def why_not_steps(steps: object, order_qty: Decimal) -> str:
    """Give why steps of an order for so much cannot be taken or journaled; empty where they can."""
    if type(steps) is not Steps:
        return f"its algorithm gave {type(steps).__name__}, not Steps"
    try:
        _check(steps)
        if steps.replan is not None:
            _check_slices("Replan.slices", steps.replan.slices, order_qty)
    except ValidationError as error:
        return f"what its algorithm asks for cannot be meant: {error}"
    return ""


def check_plan(plan: Plan, order_qty: Decimal) -> None:
    """Check that a plan of an order for so much can be journaled.

    Raises:
        ValidationError: A field is of another kind, no number or text that the journal can hold, or plans more than the order.
    """
    _check(plan)
    if plan.end_ns < plan.start_ns:
        raise ValidationError("Plan.end_ns", plan.end_ns, f"pass at least start_ns, {plan.start_ns}")
    _check_slices("Plan.slices", plan.slices, order_qty)


def check_reasons(reasons: Sequence[Reason]) -> None:
    """Check that reasons can be journaled; errors as in `check_plan`."""
    if type(reasons) not in {tuple, list}:
        raise ValidationError("reasons", shown(reasons), "pass a tuple of Reason")
    for one in reasons:
        if type(one) is not Reason:
            raise ValidationError("reasons", shown(one), "pass a tuple of Reason")
        _check(one)


def check_px(px: Decimal | None) -> None:
    """Check that a price can be computed with; errors as in `check_plan`."""
    if px is not None and not is_sane(px):
        raise ValidationError("worst_px", shown(px), _NUMBER)


def check_commands(commands: Sequence[Command]) -> None:
    """Check that commands are some; errors as in `check_plan`."""
    if type(commands) not in {tuple, list} or not all(type(one) in _COMMANDS for one in commands):
        raise ValidationError("on_event", shown(commands), "give a sequence of commands")


def _check(what: object) -> None:
    cls = type(what)
    for name, usual, is_right, allowed in _FIELDS[cls]:
        given = getattr(what, name)
        if given is not usual and not is_right(given):
            raise ValidationError(f"{cls.__name__}.{name}", shown(given), allowed)


def _check_slices(name: str, slices: tuple[Slice, ...], order_qty: Decimal) -> None:
    if len(slices) > MAX_PLANNED:
        raise ValidationError(name, f"{len(slices)} of them", f"plan at most {MAX_PLANNED}")
    total, kinds = ZERO, (int, int, int)
    for each in slices:
        if (
            type(each) is not Slice
            or (type(each.number), type(each.start_ns), type(each.end_ns)) != kinds
            or not (
                0 <= each.number <= NEVER_NS
                and 0 <= each.start_ns <= NEVER_NS
                and 0 <= each.end_ns <= NEVER_NS
            )
            or not is_sane(each.qty)
            or each.qty <= ZERO
        ):
            raise ValidationError(
                name, shown(each), "pass slices of exact quantities above zero, at nanoseconds UTC"
            )
        total += each.qty
    if total > order_qty:
        raise ValidationError(name, f"{total:f} in all", f"plan at most the order's {order_qty:f}")


def _is_text(given: object) -> bool:
    if type(given) is not str or len(given) > MAX_TEXT:
        return False
    return given.isascii() or given == given.encode("utf-8", "ignore").decode()


def _is_name(given: object) -> bool:
    return _is_text(given) and bool(given)


def _is_int(given: object) -> bool:
    return type(given) is int and -NEVER_NS <= given <= NEVER_NS


def _is_moment(given: object) -> bool:
    return type(given) is int and 0 <= given <= NEVER_NS


def _is_memo(given: object) -> bool:
    if type(given) is not tuple or len(given) > MAX_MEMO:
        return False
    if not all(
        type(one) is tuple and len(one) == 2 and _is_text(one[0]) and _is_text(one[1]) for one in given
    ):
        return False
    checked_memo(given)
    return True


def _is_a(cls: type) -> _Check:
    return lambda given: type(given) is cls


def _is_one_of(classes: frozenset[type]) -> _Check:
    return lambda given: type(given) in classes


def _are_ids(given: object) -> bool:
    return type(given) is tuple and all(_is_int(one) for one in given)


def _are_changes(given: object) -> bool:
    return type(given) is tuple and all(
        type(one) is tuple and len(one) == 2 and _is_int(one[0]) and is_sane(one[1]) for one in given
    )


def _is_whole(cls: type) -> _Check:
    def is_whole(given: object) -> bool:
        if type(given) is not cls:
            return False
        _check(given)
        return True

    return is_whole


def _are_whole(cls: type) -> _Check:
    is_whole = _is_whole(cls)
    return lambda given: type(given) is tuple and all(is_whole(one) for one in given)


_NUMBER: Final = "pass an exact Decimal"
_TEXT: Final = f"pass a text of at most {MAX_TEXT} characters"
_INT: Final = "pass an int of at most 2^62"
_MOMENT: Final = "pass nanoseconds UTC, an int from 0 to 2^62"
_CHANGES: Final = "pass a tuple of pairs, each an order id and an exact Decimal"

_RIGHT: Final[dict[type, dict[str, tuple[_Check, str]]]] = {
    Steps: {
        "cancel": (_are_ids, "pass a tuple of order ids"),
        **dict.fromkeys(("reprice", "reduce", "grow", "show"), (_are_changes, _CHANGES)),
        "replan": (_is_whole(Replan), "pass a Replan or None"),
        "skips": (_are_whole(Skip), "pass a tuple of Skip"),
        "children": (_are_whole(NewChild), "pass a tuple of NewChild"),
        "memo": (_is_memo, "pass a tuple of pairs of texts"),
        "wake": (_is_whole(NextWake), "pass a NextWake"),
        "suspend": (_is_text, _TEXT),
        "finish": (_is_a(WorkEnd), "pass a WorkEnd or None"),
        "text": (_is_text, _TEXT),
        "routing": (_is_a(RouteDecision), "pass a RouteDecision or None"),
        "freeing": (_is_a(RouteDecision), "pass a RouteDecision or None"),
        "held": (_is_a(Pace), "pass a Pace or None"),
    },
    NextWake: {
        "at_ns": (_is_moment, _MOMENT),
        "at_volume": (is_sane, _NUMBER),
        "on_quote": (_is_a(bool), "pass True or False"),
        "on_price": (_is_a(bool), "pass True or False"),
        "price_to": (is_sane, _NUMBER),
        "shown_to": (is_sane, _NUMBER),
    },
    Plan: {
        "slices": (_is_a(tuple), "pass a tuple of Slice"),
        "start_ns": (_is_moment, _MOMENT),
        "end_ns": (_is_moment, _MOMENT),
        "memo": (_is_memo, "pass a tuple of pairs of texts"),
    },
    NewChild: {
        "qty": (is_sane, _NUMBER),
        "terms": (_is_one_of(_TERMS), "pass terms, such as a Limit"),
        "number": (_is_int, _INT),
        "pace": (_is_a(Pace), "pass a Pace"),
        "asked_qty": (is_sane, _NUMBER),
        "role": (_is_text, _TEXT),
        "time_in_force": (_is_one_of(_TIMES_IN_FORCE), "pass a time in force, such as DAY"),
        "instructions": (_is_a(Instructions), "pass Instructions or None"),
        "broker": (_is_name, "pass the name of a broker or None"),
    },
    Skip: {
        "number": (_is_int, _INT),
        "pace": (_is_a(Pace), "pass a Pace"),
        "asked_qty": (is_sane, _NUMBER),
        "role": (_is_text, _TEXT),
    },
    Replan: {
        "slices": (_is_a(tuple), "pass a tuple of Slice"),
        "why": (_is_text, _TEXT),
        "end_ns": (_is_moment, _MOMENT),
    },
    Reason: {
        "code": (_is_a(ReasonCode), "pass a ReasonCode"),
        **dict.fromkeys(("field", "value", "allowed", "venue"), (_is_text, _TEXT)),
    },
}  # fmt: skip
"""What each field may be, beside what it is unless given."""


def _fields_of(
    cls: type, right: dict[str, tuple[_Check, str]]
) -> tuple[tuple[str, object, _Check, str], ...]:
    known: Any = fields_dict(cls)
    assert known.keys() == right.keys()
    # What is unless given need not be looked at; there is no such object where a field must be given.
    return tuple((name, known[name].default, *right[name]) for name in right)


_FIELDS: Final = {cls: _fields_of(cls, right) for cls, right in _RIGHT.items()}
