"""Everything that is left to chance: numbers that follow from a seed, a name and a count, and from nothing else.

A draw of one component never moves those of another, and what follows from one action never moves what follows from the
next, so that a run from which actions are left out stays recognisable.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import Final, TypeVar

T = TypeVar("T")

_EIGHT: Final = Struct(">8I")


class Draws:
    """The draws of one component: number k is a part of the SHA-256 of the name and k."""

    __slots__ = ("_left", "_name", "_next")

    def __init__(self, name: str) -> None:
        """Begin before the first draw of this name."""
        self._name = name
        self._next = 0
        self._left: list[int] = []

    def number(self) -> int:
        """Give a number from 0 to 2^32 - 1."""
        if not self._left:
            digest = sha256(f"{self._name}/{self._next}".encode()).digest()
            self._left = list(_EIGHT.unpack(digest))
            self._next += 1
        return self._left.pop()

    def below(self, limit: int) -> int:
        """Give a number from 0 up to, and without, a limit."""
        return self.number() % limit

    def between(self, least: int, most: int) -> int:
        """Give a number from the one to the other, both included."""
        return least + self.number() % (most - least + 1)

    def happens(self, permille: int) -> bool:
        """Tell whether something happens that does so many times in a thousand."""
        return permille > 0 and self.number() % 1000 < permille

    def one_of(self, choices: Sequence[T]) -> T:
        """Give one of several, each as often as the others."""
        return choices[self.number() % len(choices)]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Give one of several, each as often as its weight says."""
        place = self.number() % sum(weight for _, weight in choices)
        for choice, weight in choices:
            place -= weight
            if place < 0:
                return choice
        raise AssertionError("the weights add up to less than their sum")


class Turn:
    """One action of a run and everything that follows from it: the draws of each component."""

    __slots__ = ("_components", "_name", "number")

    def __init__(self, seed: int, number: int) -> None:
        """Begin an action.

        Args:
            seed: The run's.
            number: The action's.
        """
        self.number = number
        self._name = f"{seed}/{number}"
        self._components: dict[str, Draws] = {}

    def of(self, component: str) -> Draws:
        """Give the draws of a component."""
        draws = self._components.get(component)
        if draws is None:
            draws = self._components[component] = Draws(f"{self._name}/{component}")
        return draws
