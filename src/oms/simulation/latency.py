"""How long messages are under way between us and a simulated venue, in nanoseconds.

A delay is made from a draw, which is SHA-256 of the seed, the direction and the message's own identity: the same message takes as
long in every run, whatever else is sent. All arithmetic is of integers, or of decimals with 28 digits, rounded half to even, so
that it is the same on every machine.

- `Constant`: always as long.
- `Uniform`: anything between two bounds, each whole nanosecond as likely.
- `LogNormal`: median x exp(sigma x z), where z is nearly normal: the sum of twelve numbers from 0 up to 1, in steps of 2^-21, less 6.
  It lies between -6 and 6, so that the longest delay is median x exp(6 sigma).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import EXACT, QUOTIENT, ZERO, exact, plain
from oms.model.define import value
from oms.model.door import shown
from oms.model.draws import MAX_CHOICES, drawn
from oms.model.enums import ExecType, RequestKind
from oms.model.sessions import NS_PER_S

_MAX_NS: Final = 3_600 * NS_PER_S
_MAX_SIGMA: Final = 3
_PARTS, _BITS = 12, 21
_STEP: Final = Decimal(2**_BITS)


def _ns(time_ns: int) -> int:
    if type(time_ns) is not int or not 0 <= time_ns <= _MAX_NS:
        raise ValidationError("delay", shown(time_ns), "pass nanoseconds as an int, from 0 to an hour")
    return time_ns


def _sigma(number: object) -> Decimal:
    sigma = exact(number, "sigma")
    if not ZERO <= sigma <= _MAX_SIGMA:
        raise ValidationError("sigma", plain(sigma), f"pass 0 to {_MAX_SIGMA}")
    return sigma


class Delay(Protocol):
    """How long one message is under way."""

    @abstractmethod
    def delay_ns(self, number: int) -> int:
        """Give the nanoseconds that follow from a draw of 256 bits."""


@value
class Constant:
    """Always as long.

    Attributes:
        ns: How long, in nanoseconds, up to an hour.
    """

    ns: int = field(converter=_ns)

    def delay_ns(self, number: int) -> int:
        """Give it."""
        return self.ns


@value
class Uniform:
    """Anything between two bounds, both included.

    Attributes:
        least_ns: The shortest, in nanoseconds.
        most_ns: The longest.

    Raises:
        ValidationError: The shortest is longer than the longest.
    """

    least_ns: int = field(converter=_ns)
    most_ns: int = field(converter=_ns)

    def __attrs_post_init__(self) -> None:
        """Check the order of the bounds."""
        if self.least_ns > self.most_ns:
            raise ValidationError("least_ns", self.least_ns, f"pass at most {self.most_ns}")

    def delay_ns(self, number: int) -> int:
        """Give the remainder of the draw."""
        return self.least_ns + number % (self.most_ns - self.least_ns + 1)


@value
class LogNormal:
    """Mostly near the median, and sometimes much longer.

    Attributes:
        median_ns: What half of them are below, in nanoseconds.
        sigma: The deviation of the logarithm, from 0 to 3: with 0.5 one in six is longer than 1.65 medians.
    """

    median_ns: int = field(converter=_ns)
    sigma: Decimal = field(converter=_sigma)

    def delay_ns(self, number: int) -> int:
        """Give median x exp(sigma x z), cut to whole nanoseconds."""
        total = sum((number >> (_BITS * part)) & (2**_BITS - 1) for part in range(_PARTS))
        z = QUOTIENT.subtract(QUOTIENT.divide(Decimal(total), _STEP), Decimal(6))
        factor = QUOTIENT.exp(QUOTIENT.multiply(self.sigma, z))
        return int(EXACT.multiply(Decimal(self.median_ns), factor))


NO_DELAY: Final = Constant(0)


def checked_seed(seed: int) -> int:
    """Give a seed that draws can follow from.

    Raises:
        ValidationError: It is no int from 0 to 2^64 - 1.
    """
    if type(seed) is not int or not 0 <= seed < MAX_CHOICES:
        raise ValidationError("seed", shown(seed), "pass an int from 0 to 2^64 - 1")
    return seed


@value(kw_only=True)
class Latency:
    """The ways to a venue and back.

    Messages of one direction do not overtake one another, unless they may: one that would is as late as the one before it.

    Attributes:
        to_venue: How long requests are under way.
        from_venue: How long reports are.
        by_request: The same for requests of some kinds, such as `{RequestKind.CANCEL: Constant(5_000_000)}`.
        by_report: The same for execution reports of some kinds, such as `{ExecType.TRADE: Uniform(0, 1_000_000)}`.
        market_data: How much later than stamped market data are known to whoever decides. A simulated venue and its manager are
            told of the market at once; so what is decided on late data sets out that much later.
        deciding: How long the venue takes to decide about a request that it has; nothing unless given. Until then the
            order goes on to trade.
        keeps_order: Whether messages of one direction keep their order.
        seed: What the draws follow from.
    """

    to_venue: Delay = NO_DELAY
    from_venue: Delay = NO_DELAY
    by_request: Mapping[RequestKind, Delay] = field(factory=dict)
    by_report: Mapping[ExecType, Delay] = field(factory=dict)
    market_data: Delay = NO_DELAY
    deciding: Delay = NO_DELAY
    keeps_order: bool = True
    seed: int = field(converter=checked_seed, default=0)

    def request_ns(self, kind: RequestKind, identity: str) -> int:
        """Give how long a request is under way to the venue."""
        delay = self.by_request.get(kind, self.to_venue)
        late_ns = self.market_data.delay_ns(drawn(self.seed, f"market data/{identity}"))
        return late_ns + delay.delay_ns(drawn(self.seed, f"request/{identity}"))

    def report_ns(self, kind: ExecType | None, identity: str) -> int:
        """Give how long a report is under way to us; a kind of None is no execution report."""
        delay = self.from_venue if kind is None else self.by_report.get(kind, self.from_venue)
        return delay.delay_ns(drawn(self.seed, f"report/{identity}"))

    def deciding_ns(self, identity: str) -> int:
        """Give how long the venue takes to decide about a request."""
        return self.deciding.delay_ns(drawn(self.seed, f"deciding/{identity}"))
