"""What is asked of an order beside its price and its time: ExecInst (18) and MinQty (110)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import evolve, field

from oms.errors import ValidationError
from oms.model.decimals import plain, positive
from oms.model.define import value
from oms.model.door import shown


def _min_qty(qty: Decimal | int | str | None) -> Decimal | None:
    return None if qty is None else positive(qty, "min_qty")


@value(kw_only=True)
class Instructions:
    """How an order is to be handled.

    Attributes:
        post_only: It never takes: it is refused where it would trade at once (ExecInst 6).
        reduce_only: It only makes a position smaller, never larger or of the other sign (ExecInst E).
        all_or_none: It trades as a whole or not at all (ExecInst G).
        min_qty: The least that its first execution may be, in units of the instrument (110); None for any.

    Raises:
        ValidationError: Nothing is asked for, two instructions contradict each other, or a value is of another kind.
    """

    post_only: bool = False
    reduce_only: bool = False
    all_or_none: bool = False
    min_qty: Decimal | None = field(converter=_min_qty, default=None)

    def __attrs_post_init__(self) -> None:
        """Check the kinds, and what cannot be meant together."""
        for name in FLAGS:
            if type(getattr(self, name)) is not bool:
                raise ValidationError(name, shown(getattr(self, name)), "pass True or False")
        if not self.asked:
            raise ValidationError("instructions", "none", "pass None where nothing is asked for")
        if self.post_only and (self.all_or_none or self.min_qty is not None):
            with_it = "all_or_none" if self.all_or_none else "min_qty"
            raise ValidationError(with_it, "post_only", "drop one: what rests is taken in any sizes")
        if self.all_or_none and self.min_qty is not None:
            raise ValidationError("min_qty", plain(self.min_qty), "drop it: all_or_none asks for more")

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of what is asked for, as in `Capabilities.instructions`."""
        flags = tuple(name for name in FLAGS if getattr(self, name))
        return flags if self.min_qty is None else (*flags, "min_qty")

    def said_to(self, known: frozenset[str]) -> Instructions | None:
        """Give what a broker that knows these instructions is told; None where that is nothing.

        A broker that does not know `reduce_only` is not told of it: the manager sees to it by itself.
        """
        if not self.reduce_only or REDUCE_ONLY in known:
            return self
        return None if self.asked == (REDUCE_ONLY,) else evolve(self, reduce_only=False)

    def __str__(self) -> str:
        """Give it in a few words."""
        return ", ".join(
            f"min_qty {plain(self.min_qty)}" if name == "min_qty" and self.min_qty is not None else name
            for name in self.asked
        )


REDUCE_ONLY: Final = "reduce_only"
FLAGS: Final = ("post_only", REDUCE_ONLY, "all_or_none")
INSTRUCTIONS: Final = frozenset({*FLAGS, "min_qty"})
"""Every instruction by its name."""
