"""What waits to be handled: first in, first out, from any thread."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Final, get_args

from oms.engine.inputs import (
    Answered,
    EmergencyCancel,
    EmergencyReduction,
    Input,
    Promised,
    Reported,
    SetAside,
    WatchedMassCancel,
)
from oms.model import commands as cmd
from oms.model.ids import BrokerName
from oms.model.reports import Report
from oms.model.requests import ListingRequest
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange

MAX_COMMANDS: Final = 100_000
"""How many inputs may wait before a further command is refused. Reports are never refused."""

HELD: Final = (
    Reported, Answered, SetAside, SessionChange, SecurityStatus, cmd.EngageKillSwitch, EmergencyCancel, EmergencyReduction,
)  # fmt: skip
"""What is kept while halted, and handled when the manager is resumed."""

LISTINGS: Final = get_args(ListingRequest)
"""Questions about everything."""

CANCELS: Final = (cmd.CancelOrder, cmd.MassCancel, WatchedMassCancel)
"""The commands of which each leaves while halted."""

COMMANDS: Final = (
    *CANCELS,
    Promised,
    *(kind for kind in get_args(cmd.Command) if kind not in HELD + CANCELS),
)
"""What somebody asks for."""


class Inbox(deque[Input]):
    """The queue in front of the engine; appending and taking are atomic.

    Attributes:
        sinks: Whatever brokers report to.
    """

    __slots__ = ("sinks",)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.sinks: list[InboxSink] = []

    def bound(self, held: HeldReports) -> None:
        """Let reports go through `held` from now on."""
        for sink in self.sinks:
            sink.inbox = held

    def unbound(self) -> None:
        """Take reports without a limit again, as long as they are handled."""
        for sink in self.sinks:
            sink.inbox = self


class HeldReports:
    """Where reports go while nothing is handled: into the inbox, until there are too many."""

    __slots__ = ("_inbox", "_lock", "cap", "counts")

    def __init__(self, inbox: Inbox, cap: int) -> None:
        """Let `cap` reports and other inputs wait."""
        self._inbox = inbox
        self._lock = Lock()
        self.cap = cap
        self.counts: dict[BrokerName, int] = {}

    def append(self, what: Reported) -> None:
        """Keep a report; where there is no room, count it as lost. The ones before it stay: the gap is at the end."""
        with self._lock:
            if len(self._inbox) < self.cap:
                self._inbox.append(what)
            else:
                self.counts[what.broker] = self.counts.get(what.broker, 0) + 1

    def lost(self) -> tuple[tuple[BrokerName, int], ...]:
        """Give how many reports of which broker were lost."""
        with self._lock:
            return tuple(sorted(self.counts.items()))


class InboxSink:
    """Where one broker's reports go: into the inbox, under the broker's name.

    Attributes:
        inbox: The inbox, or what stands in front of it while nothing is handled.
    """

    __slots__ = ("_broker", "inbox")

    def __init__(self, inbox: Inbox, broker: BrokerName) -> None:
        """Report to this inbox in this broker's name."""
        self.inbox: Inbox | HeldReports = inbox
        self._broker = broker
        inbox.sinks.append(self)

    def put(self, report: Report) -> None:
        """Take a report, from any thread; never raises, never blocks and never calls back."""
        self.inbox.append(Reported(self._broker, report))
