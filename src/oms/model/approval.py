"""The proof that a command has passed the risk gate. Only the gate makes one; only routing relies on it."""

from __future__ import annotations

from typing import Generic, TypeVar

from oms.model.define import record

C = TypeVar("C")


@record
class Approved(Generic[C]):
    """A command that may leave.

    Attributes:
        command: What was asked.
    """

    command: C
