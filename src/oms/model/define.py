"""How the values of this library are defined.

`value` is attrs' frozen class. `record` is frozen to the type checkers and a plain slotted class at run time: a
run-time guard costs most of a microsecond an object, and several records are built for each step of an order
(see the decision record on frozen events).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen as value

if TYPE_CHECKING:
    from attrs import frozen as record
else:
    from functools import partial

    import attrs

    record = partial(attrs.define, slots=True, weakref_slot=False, on_setattr=attrs.setters.NO_OP)

__all__ = ["record", "value"]
