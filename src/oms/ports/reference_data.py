"""Where instruments are defined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from oms.model.instrument import Instrument


@runtime_checkable
class ReferenceData(Protocol):
    """A source of instrument definitions; a broker may be one."""

    def instruments(self) -> Iterable[Instrument]:
        """Give every instrument that may be traded."""
        ...
