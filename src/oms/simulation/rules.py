"""What a simulated venue does where venues differ."""

from __future__ import annotations

from collections.abc import Mapping

from oms.errors import ValidationError
from oms.model.define import value
from oms.model.door import shown
from oms.model.ids import Account
from oms.simulation.bar_path import BarPath
from oms.simulation.fill_models import FillModel
from oms.simulation.queue_models import Pessimistic, QueueModel
from oms.simulation.self_match import SelfMatch


@value(kw_only=True)
class MatchingRules:
    """The rules of one venue.

    Attributes:
        queue: Where those who cancel stood in the market's queue, where its orders have no names.
        fills: How much of what only touches the price of a resting order comes to it; all of it unless given.
        bar_path: Which extreme of a bar comes first.
        fills_on_touch: Whether a bar that goes to the limit of a resting order, and not beyond, fills it. It may have traded
            there with others alone, so that it does not unless asked for.
        takes_orders_in_halts: Whether new orders, and replaces, are taken while trading is halted, or the session has a break;
            they are unless told otherwise.
        self_match: Who gives way where an order would trade with one of the same account: one for all accounts, or one for
            each that is named. It is `SelfMatch.REST_BOTH` for all others, and unless given.

    Raises:
        ValidationError: A value is of another kind.
    """

    queue: QueueModel = Pessimistic()
    fills: FillModel | None = None
    bar_path: BarPath = BarPath.ADAPTIVE
    fills_on_touch: bool = False
    takes_orders_in_halts: bool = True
    self_match: SelfMatch | Mapping[Account, SelfMatch] = SelfMatch.REST_BOTH

    def __attrs_post_init__(self) -> None:
        """Check the kinds."""
        if type(self.bar_path) is not BarPath:
            raise ValidationError(
                "bar_path", shown(self.bar_path), "pass a BarPath, such as BarPath.ADAPTIVE"
            )
        for name in ("fills_on_touch", "takes_orders_in_halts"):
            if type(getattr(self, name)) is not bool:
                raise ValidationError(name, shown(getattr(self, name)), "pass True or False")
        said = self.self_match
        for mode in said.values() if isinstance(said, Mapping) else (said,):
            if type(mode) is not SelfMatch:
                text = "pass a SelfMatch, such as SelfMatch.CANCEL_OLDEST, or one by account"
                raise ValidationError("self_match", shown(mode), text)

    def self_match_of(self, account: Account) -> SelfMatch:
        """Give who gives way where an order of an account would trade with another of it."""
        said = self.self_match
        return said if isinstance(said, SelfMatch) else said.get(account, SelfMatch.REST_BOTH)


USUAL_RULES = MatchingRules()
"""The rules unless others are given."""
