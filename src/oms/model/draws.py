"""What is left to chance: draw k is SHA-256 of (seed, order id, k), so that nothing has to be carried over a restart.

A number within bounds is the remainder of the 256 bits by how many numbers there are; with fewer than 2^64 of them, which is
the most that may be asked for, no number is likelier than another by more than one part in 2^192.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Final

from oms.errors import ValidationError
from oms.model.decimals import EXACT
from oms.model.define import value
from oms.model.door import shown

MAX_CHOICES: Final = 2**64
_MAX_SEED: Final = 2**64
_TWO_64: Final = Decimal(2**64)


def drawn(seed: int, key: str, k: int = 0) -> int:
    """Give draw `k` of whatever a key names, from 0: a number of 256 bits."""
    return int.from_bytes(sha256(f"{seed}/{key}/{k}".encode()).digest(), "big")


def happens(number: int, probability: Decimal) -> bool:
    """Tell whether a draw of 256 bits makes something happen that has a probability, to 64 binary digits."""
    return number >> 192 < int(EXACT.multiply(probability, _TWO_64))


@value
class Draws:
    """The draws of one order.

    Attributes:
        seed: What they follow from, from 0 to 2^64 - 1; it is kept with the order.
        order_id: Which order they are for.

    Raises:
        ValidationError: One of them is no int from 0.
    """

    seed: int
    order_id: int

    def __attrs_post_init__(self) -> None:
        """Check the kinds: a float or a truth would be hashed as another text."""
        for name, number in (("seed", self.seed), ("order_id", self.order_id)):
            if type(number) is not int or not 0 <= number < _MAX_SEED:
                raise ValidationError(name, shown(number), "pass an int from 0 to 2^64 - 1")

    def number(self, k: int) -> int:
        """Give draw `k`, from 0: a number of 256 bits."""
        return drawn(self.seed, str(self.order_id), k)

    def below(self, k: int, limit: int) -> int:
        """Give draw `k` as a number from 0 up to, and without, a limit from 1 to 2^64.

        Raises:
            ValidationError: The limit is out of these bounds.
        """
        if not 0 < limit <= MAX_CHOICES:
            raise ValidationError("limit", limit, "pass an int from 1 to 2^64")
        return self.number(k) % limit

    def between(self, k: int, least: int, most: int) -> int:
        """Give draw `k` as a number from the one to the other, both included; errors as in `below`."""
        return least + self.below(k, most - least + 1)
