"""What the orders of the parent machine are told: any of the parameters of their algorithm that go with one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.model.enums import Side
from oms.model.instrument import Instrument
from oms.testing.simulator import parent_draws
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parent_draws import Sketch

T = TypeVar("T")

_S = 1_000_000_000
_SPAN = 8


class _Drawn(Draws):
    """Draws that Hypothesis makes, so that what it finds shrinks: what need not happen does not."""

    __slots__ = ("_draw",)

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__("")
        self._draw = draw

    def below(self, limit: int) -> int:
        return self._draw(st.integers(0, limit - 1))

    def between(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))

    def happens(self, permille: int) -> bool:
        return permille > 0 and self._draw(st.integers(0, 999)) >= 1_000 - permille

    def one_of(self, choices: Sequence[T]) -> T:
        return self._draw(st.sampled_from(choices))


def _sketch(draw: st.DrawFn, instrument: Instrument, qty: Decimal, side: Side, now_ns: int) -> Sketch:
    middle = int(100 / instrument.tick_at(Decimal(100)))
    return Sketch(_Drawn(draw), instrument, qty, side, _S, now_ns, middle, _SPAN)


@st.composite
def parameters(
    draw: st.DrawFn, name: str, instrument: Instrument, qty: Decimal, side: Side, now_ns: int
) -> dict[str, str]:
    """Give what an order of an algorithm is told, in an instrument that trades near 100: for some minutes at most, in any style."""
    return parent_draws.parameters(name, _sketch(draw, instrument, qty, side, now_ns))


@st.composite
def amendment(
    draw: st.DrawFn,
    name: str,
    told: Mapping[str, str],
    instrument: Instrument,
    qty: Decimal,
    side: Side,
    now_ns: int,
) -> dict[str, str]:
    """Give another value for one of the parameters of an order that is told so, which may or may not go with the others."""
    return parent_draws.amendment(name, told, _sketch(draw, instrument, qty, side, now_ns))
