"""When the brokers are reconciled: at the start, from time to time, and when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from oms.errors import ValidationError
from oms.model.break_commands import ReconcileBroker
from oms.model.door import shown
from oms.model.ids import BrokerName
from oms.model.sessions import NS_PER_S
from oms.runtime.loop import Loop

GRACE_S: Final = 5
"""For how long what differs may still explain itself, where nothing else is said."""

_MAX_S: Final = 86_400


class Reconciliations:
    """Asks for reconciliations in time.

    Attributes:
        grace_ns: For how long what differs may still explain itself, in nanoseconds.
        next_ns: When the next round is due, in nanoseconds UTC; None where there are none.
    """

    __slots__ = ("_brokers", "_every_ns", "_loop", "grace_ns", "next_ns")

    def __init__(self, loop: Loop, brokers: Iterable[BrokerName], every_s: int | None, grace_s: int) -> None:
        """Ask through a loop.

        Raises:
            ValidationError: A time is no whole number of seconds, or out of range.
        """
        if every_s is not None and (type(every_s) is not int or not 0 < every_s <= _MAX_S):
            raise ValidationError(
                "reconcile_every_s", shown(every_s), f"pass an int from 1 to {_MAX_S}, or None"
            )
        if type(grace_s) is not int or not 0 <= grace_s <= _MAX_S:
            raise ValidationError("reconcile_grace_s", shown(grace_s), f"pass an int from 0 to {_MAX_S}")
        self._loop = loop
        self._brokers = tuple(brokers)
        self._every_ns = None if every_s is None else every_s * NS_PER_S
        self.grace_ns = grace_s * NS_PER_S
        self.next_ns: int | None = None

    def start(self, now_ns: int) -> None:
        """Reconcile the brokers that get no new orders before; the rounds are counted from here."""
        for broker in tuple(self._loop.engine.state.breaks.unreconciled):
            self._loop.enter(ReconcileBroker(broker))
        self._plan(now_ns)

    def go_on(self, now_ns: int) -> None:
        """Begin a round with every broker if one is due."""
        if self.next_ns is not None and now_ns >= self.next_ns:
            self._plan(now_ns)
            self.ask()

    def ask(self, broker: BrokerName | None = None, asked_by: str = "") -> None:
        """Reconcile a broker, or every one; errors as in `Loop.enter`."""
        for one in self._brokers if broker is None else (broker,):
            self._loop.enter(ReconcileBroker(one, asked_by))

    def _plan(self, now_ns: int) -> None:
        if self._every_ns is not None:
            self.next_ns = now_ns + self._every_ns
