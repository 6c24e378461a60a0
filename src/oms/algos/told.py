"""What an algorithm was told, right or wrong: what is right of it is judged even where something else is not."""

from __future__ import annotations

from collections.abc import Mapping

from oms.algos.algorithms import Algorithm
from oms.algos.description import Description
from oms.errors import ValidationError
from oms.model.define import record


@record
class Told:
    """What can be made of parameters.

    Attributes:
        description: What the algorithm can be told.
        values: Each parameter by its name, None where it is not given; those that stand for no value are not in it.
        errors: All that is wrong with them.
        algorithm: Them typed: without those that are wrong where some are; None where they cannot be left out.
    """

    description: Description
    values: Mapping[str, object]
    errors: tuple[ValidationError, ...]
    algorithm: Algorithm | None

    @property
    def wrong(self) -> frozenset[str]:
        """The names of what is wrong, unknown ones included."""
        return frozenset(error.field for error in self.errors)


def sound(algorithm: Algorithm) -> Told:
    """Give what an algorithm was told with which nothing is wrong."""
    description = algorithm.DESCRIPTION
    own = {one.name for one in description.own}
    values = {
        one.name: getattr(algorithm if one.name in own else algorithm.working, one.name)
        for one in description.parameters
    }
    return Told(description, values, (), algorithm)
