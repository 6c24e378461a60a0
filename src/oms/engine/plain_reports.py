"""Reports in the form that the journal can hold: whatever an adapter has put into a field, the record of it can be read back."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, Final, TypeAlias, get_args, get_type_hints

from attrs import NOTHING, define, fields

from oms.lifecycle.anomalies import MAX_NAME, MAX_PAYLOAD, MAX_RAW, shown
from oms.model.decimals import is_sane
from oms.model.door import MAX_TIME_NS
from oms.model.reports import ExecutionReport, FeeReport, MassStatus, OrderCancelReject

Holdable: TypeAlias = ExecutionReport | OrderCancelReject | FeeReport
"""What may be kept until it is understood."""

_LONG: Final = {"text": MAX_RAW, "raw": MAX_PAYLOAD}


@define
class _Field:
    name: str
    kind: type[Any]
    instead: object


def _fields_of(cls: type[Any]) -> tuple[_Field, ...]:
    hints = get_type_hints(cls)
    found: list[_Field] = []
    for item in fields(cls):
        (kind,) = [of for of in get_args(hints[item.name]) or (hints[item.name],) if of is not NoneType]
        found.append(_Field(item.name, getattr(kind, "__supertype__", kind), item.default))
    return tuple(found)


_FIELDS: Final[dict[type[Any], tuple[_Field, ...]]] = {
    cls: _fields_of(cls) for cls in (ExecutionReport, OrderCancelReject, FeeReport)
}


def base_of(report: object) -> type[Holdable] | None:
    """Give which kind of report something is, a subclass counting as what it is derived from; None if it is none of them."""
    return next((cls for cls in _FIELDS if isinstance(report, cls)), None)


def of_our_own_class(said: object) -> object:
    """Give a report as one of the library's own class where it is of one derived from that; all else as it is.

    Raises:
        Exception: Whatever a class of somebody else's raises as its fields are read.
    """
    for cls in (*_FIELDS, MassStatus):
        if isinstance(said, cls) and type(said) is not cls:
            return cls(*(getattr(said, item.name) for item in fields(cls)))
    return said


def plain_report(report: object) -> Holdable | None:
    """Give a report of the library's own class in which every field is of its kind.

    A field that is not is left out, and a text in its place becomes words; None where nothing can be made of the report,
    since it is no report or lacks what every one must have.
    """
    cls = base_of(report)
    if cls is None:
        return None
    said: dict[str, Any] = {}
    for item in _FIELDS[cls]:
        value = getattr(report, item.name)
        if item.name in _LONG:
            value = "" if value is None else shown_to(value, _LONG[item.name])
        elif type(value) is str and not value and item.instead is None:
            value = None  # Some adapters write what is left unsaid so.
        elif not _fits(value, item.kind):
            if item.instead is NOTHING:
                return None
            value = item.instead
        said[item.name] = value
    return cls(**said)


def content_of(report: Holdable) -> tuple[object, ...]:
    """Give what a plain report says, as a key by which a repeat is known; the message as it came does not count."""
    return (
        type(report).__name__,
        *(getattr(report, item.name) for item in _FIELDS[type(report)] if item.name != "raw"),
    )


def shown_to(value: object, most: int) -> str:
    """Give something as text of at most so many characters."""
    return value[:most] if type(value) is str else shown(value)[:most]


def _fits(value: object, kind: type[Any]) -> bool:
    if kind is Decimal:
        return is_sane(value)
    if kind is str:
        return type(value) is str and len(value) <= MAX_NAME
    if kind is int:
        return type(value) is int and 0 <= value <= MAX_TIME_NS
    return issubclass(kind, Enum) and type(value) is kind
