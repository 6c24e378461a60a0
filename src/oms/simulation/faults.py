"""What goes wrong at a simulated venue: requests that it refuses, and times in which nobody reaches it.

Everything follows from the times that are given and from draws (SHA-256 of the seed and the identity of the message, or of the
seed and the time), so that a run goes wrong in the same way whenever it is played.

- `Rejects`: a part of the requests is refused on arrival, always or within some times.
- `Outages`: times that are given, in which requests and reports fare as is said.
- `RandomOutages`: the same, at times that are drawn.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import fraction, plain
from oms.model.define import record, value
from oms.model.door import moment, shown
from oms.model.draws import drawn, happens
from oms.model.enums import Choice, RequestKind

_MAX_WINDOWS: Final = 100_000

Window: TypeAlias = tuple[int, int]
"""From a moment on, and before another, in nanoseconds UTC."""


class Fate(Choice):
    """What becomes of a request that is sent while nobody reaches the venue."""

    NOT_SENT = "not sent"
    """The connection is known to be down: the request never leaves, and its sender knows."""
    LOST = "lost"
    """It leaves and never arrives; nobody is told."""
    UNANSWERED = "unanswered"
    """It arrives, and its sender hears only that nobody answered in time."""
    LOST_UNANSWERED = "lost and unanswered"
    """It never arrives, and its sender hears only that nobody answered in time."""


class ReportFate(Choice):
    """What becomes of a report that would arrive while nobody hears it."""

    DELAYED = "delayed"
    """It arrives when the outage ends."""
    LOST = "lost"
    """It is never heard; what it says has to be asked for."""


@record
class Refusing:
    """Why a request is refused on its arrival.

    Attributes:
        code: OrdRejReason (103), or CxlRejReason (102) of a cancel or replace.
        text: The reason in words.
    """

    code: str
    text: str


class FaultModel(Protocol):
    """What goes wrong."""

    @abstractmethod
    def refusal(self, kind: RequestKind, identity: str, time_ns: int) -> Refusing | None:
        """Give why a request is refused that arrives at a moment; None where it is not."""

    @abstractmethod
    def fate(self, time_ns: int) -> Fate | None:
        """Give what becomes of a request that is sent at a moment; None where it fares well."""

    @abstractmethod
    def heard_from(self, time_ns: int) -> int | None:
        """Give when a report is heard that would arrive at a moment: then, or later; None for never."""

    @abstractmethod
    def is_reachable(self, time_ns: int) -> bool:
        """Tell whether questions are answered at a moment."""


def _probability(number: object) -> Decimal:
    return fraction(number, "probability")


def _windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    checked = tuple(sorted((moment(start), moment(stop)) for start, stop in windows))
    if len(checked) > _MAX_WINDOWS:
        raise ValidationError("windows", str(len(checked)), f"pass at most {_MAX_WINDOWS}")
    last = 0
    for start, stop in checked:
        if start >= stop or start < last:
            raise ValidationError(
                "windows", shown((start, stop)), "pass (from, until) in nanoseconds UTC, which do not overlap"
            )
        last = stop
    return checked


def _windows_or_none(windows: Iterable[Window] | None) -> tuple[Window, ...] | None:
    return None if windows is None else _windows(windows)


def _kinds(kinds: Iterable[RequestKind]) -> frozenset[RequestKind]:
    checked = frozenset(kinds)
    if not checked <= set(RequestKind):
        raise ValidationError("kinds", shown(kinds), "pass members of RequestKind")
    return checked


@value
class Rejects:
    """A part of the requests is refused on arrival.

    Attributes:
        probability: Which part, from 0 to 1.
        kinds: Of which requests; all unless given.
        windows: When; always unless given.
        code: The reason that is given, as OrdRejReason (103) or CxlRejReason (102); 99 is "other".
        text: The reason in words.
        seed: What the draws follow from.
    """

    probability: Decimal = field(converter=_probability)
    kinds: frozenset[RequestKind] = field(
        converter=_kinds, factory=lambda: frozenset(RequestKind), kw_only=True
    )
    windows: tuple[Window, ...] | None = field(converter=_windows_or_none, default=None, kw_only=True)
    code: str = field(default="99", kw_only=True)
    text: str = field(default="the venue is busy", kw_only=True)
    seed: int = field(default=0, kw_only=True)

    def refusal(self, kind: RequestKind, identity: str, time_ns: int) -> Refusing | None:
        """Give the reason, where the draw says so."""
        if kind not in self.kinds or (self.windows is not None and _until(self.windows, time_ns) is None):
            return None
        is_meant = happens(drawn(self.seed, f"reject/{identity}"), self.probability)
        return Refusing(self.code, self.text) if is_meant else None

    def fate(self, time_ns: int) -> Fate | None:
        """Give none."""
        return None

    def heard_from(self, time_ns: int) -> int | None:
        """Give the moment itself."""
        return time_ns

    def is_reachable(self, time_ns: int) -> bool:
        """Answer always."""
        return True


@value
class Outages:
    """Times in which nobody reaches the venue.

    Attributes:
        windows: When, as `(from, until)` in nanoseconds UTC.
        requests: What becomes of requests.
        reports: What becomes of reports.
    """

    windows: tuple[Window, ...] = field(converter=_windows)
    requests: Fate = field(default=Fate.NOT_SENT, kw_only=True)
    reports: ReportFate = field(default=ReportFate.DELAYED, kw_only=True)

    def refusal(self, kind: RequestKind, identity: str, time_ns: int) -> Refusing | None:
        """Give none."""
        return None

    def fate(self, time_ns: int) -> Fate | None:
        """Give what becomes of requests within the times."""
        return None if _until(self.windows, time_ns) is None else self.requests

    def heard_from(self, time_ns: int) -> int | None:
        """Give the end of the time, or never."""
        until = _until(self.windows, time_ns)
        if until is None:
            return time_ns
        return None if self.reports is ReportFate.LOST else self.heard_from(until)

    def is_reachable(self, time_ns: int) -> bool:
        """Answer outside of the times."""
        return _until(self.windows, time_ns) is None


def _slot(slot_ns: int) -> int:
    if type(slot_ns) is not int or not slot_ns > 0:
        raise ValidationError("slot_ns", shown(slot_ns), "pass nanoseconds as an int above 0")
    return slot_ns


def _rare(number: object) -> Decimal:
    probability = _probability(number)
    if probability > Decimal("0.9"):
        raise ValidationError("probability", plain(probability), "pass at most 0.9, so that outages end")
    return probability


@value(kw_only=True)
class RandomOutages:
    """Time is cut into slots since 1970, each of which is out with a probability.

    Attributes:
        slot_ns: How long a slot is, in nanoseconds.
        probability: How likely one is out, from 0 to 0.9.
        requests: What becomes of requests.
        reports: What becomes of reports.
        seed: What the draws follow from.
    """

    slot_ns: int = field(converter=_slot)
    probability: Decimal = field(converter=_rare)
    requests: Fate = Fate.NOT_SENT
    reports: ReportFate = ReportFate.DELAYED
    seed: int = 0

    def refusal(self, kind: RequestKind, identity: str, time_ns: int) -> Refusing | None:
        """Give none."""
        return None

    def fate(self, time_ns: int) -> Fate | None:
        """Give what becomes of requests within a slot that is out."""
        return None if self.is_reachable(time_ns) else self.requests

    def heard_from(self, time_ns: int) -> int | None:
        """Give the beginning of the next slot that is not out, or never."""
        while not self.is_reachable(time_ns):
            if self.reports is ReportFate.LOST:
                return None
            time_ns = (time_ns // self.slot_ns + 1) * self.slot_ns
        return time_ns

    def is_reachable(self, time_ns: int) -> bool:
        """Answer in a slot that is not out."""
        return not happens(drawn(self.seed, f"outage/{time_ns // self.slot_ns}"), self.probability)


def _parts(parts: Iterable[FaultModel]) -> tuple[FaultModel, ...]:
    return tuple(parts)


@value
class Faults:
    """Several models at once: the first that has something to say of a request is heard; a report passes all of them.

    Attributes:
        parts: The models.
    """

    parts: tuple[FaultModel, ...] = field(converter=_parts)

    def refusal(self, kind: RequestKind, identity: str, time_ns: int) -> Refusing | None:
        """Give the first reason."""
        return next((why for part in self.parts if (why := part.refusal(kind, identity, time_ns))), None)

    def fate(self, time_ns: int) -> Fate | None:
        """Give the first fate."""
        return next((fate for part in self.parts if (fate := part.fate(time_ns))), None)

    def heard_from(self, time_ns: int) -> int | None:
        """Give the first moment at which it can be heard by all of them."""
        heard_ns = time_ns
        while True:
            before_ns = heard_ns
            for part in self.parts:
                later_ns = part.heard_from(heard_ns)
                if later_ns is None:
                    return None
                heard_ns = later_ns
            if heard_ns == before_ns:
                return heard_ns

    def is_reachable(self, time_ns: int) -> bool:
        """Answer where each of them does."""
        return all(part.is_reachable(time_ns) for part in self.parts)


NO_FAULTS: Final = Faults(())


def _until(windows: tuple[Window, ...], time_ns: int) -> int | None:
    # The end of the window that a moment lies in; None outside of all.
    place = bisect_right(windows, time_ns, key=_start) - 1
    return windows[place][1] if place >= 0 and time_ns < windows[place][1] else None


def _start(window: Window) -> int:
    return window[0]
