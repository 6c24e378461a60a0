"""How the values of this library are defined.

`value` is attrs' frozen class. `record` is frozen to the type checkers and a plain slotted class at run time: a
run-time guard costs most of a microsecond an object, and several records are built for each step of an order
(see the decision record on frozen events).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING, fields
from attrs import frozen as value

if TYPE_CHECKING:
    from attrs import frozen as record
else:
    from functools import partial

    import attrs

    record = partial(attrs.define, slots=True, weakref_slot=False, on_setattr=attrs.setters.NO_OP)


def told(what: Any) -> str:  # noqa: ANN401  # a value of any class of attrs
    """Give a value as text like its usual repr, without the fields that say nothing: None, or what they are if left out."""
    cls: Any = type(what)
    # Put together once: a message as it came may be long.
    parts = [cls.__name__]
    for item in fields(cls):
        now = getattr(what, item.name)
        if _says(now, item.default):
            parts += (", " if len(parts) > 1 else "(", item.name, "=", repr(now))
    return "".join((*parts, ")" if len(parts) > 1 else "()"))


def _says(now: object, usual: object) -> bool:
    # Not compared as values: an adapter may have put something there that fails at that.
    return now is not None and (usual is NOTHING or now is not usual)


__all__ = ["record", "told", "value"]
