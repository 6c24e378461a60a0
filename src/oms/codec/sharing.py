"""What was read before, shared: a journal says the same few names, prices, quantities and causes again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

MAX_SHARED: Final = 4_096
"""How many texts of one kind are known at a time."""
MAX_SHARED_LENGTH: Final = 200
"""The longest text that is worth knowing, in characters."""


class Shared(dict[str, Any]):
    """Values that never change, by their text; what is not there is made, and kept for the next time.

    When it is full it begins anew: what is said often is back soon, and to note what was used last would cost each look-up.
    """

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], Any]) -> None:
        """Begin empty; `make` gives the value of a text, or raises."""
        self._make = make

    def __missing__(self, text: str) -> Any:  # noqa: ANN401  # whatever is made
        made = self._make(text)
        if len(text) <= MAX_SHARED_LENGTH:
            if len(self) >= MAX_SHARED:
                self.clear()
            self[text] = made
        return made
