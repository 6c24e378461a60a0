"""Whether some broker that an order could go to takes what its children will be: what none of them takes is refused as it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from oms.algos.auctions import of_auction
from oms.algos.choices import ChildStyle, IcebergMode, OnResidual
from oms.algos.told import Told
from oms.errors import ParametersError, ValidationError
from oms.model.commands import SubmitOrder
from oms.model.decimals import ONE
from oms.model.reasons import Reason, ReasonCode
from oms.model.routing import RouteVerdict
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import DAY, GTC, IOC, AtTheClose, GoodTillCancel, TimeInForce, in_words
from oms.model.work import Memo
from oms.order_types.validation import check_capabilities
from oms.ports.working_handler import View

Kind: TypeAlias = tuple[Terms, TimeInForce]
"""A child, as far as it matters for who takes it: any price and any quantity are like any other."""

_LIMIT: Final = Limit(ONE)
_WAITS: Final = frozenset({"iceberg", "scale"})
"""The algorithms whose children wait at prices of the order's own."""


def against_venue(order: SubmitOrder, known: Told, view: View) -> tuple[Reason, ...]:
    """Give every reason against an order that what its brokers take gives.

    What an order over several brokers needs is looked at by its own handler, and what is to go into an auction by its schedule as
    that is planned. Where there is no way out at all, that is told elsewhere.
    """
    if not view.capabilities.order_types or known.description.name == "smart":
        return ()
    nobody = _nobody(order, view)
    return tuple(
        Reason(ReasonCode.UNSUPPORTED, field, asked, f"{allowed}: {nobody} {_in_words(kind)}")
        for kind, field, asked, allowed in _needs(order, known, view)
        if not _takes(order, kind, view)
    )


def check_auctions(order: SubmitOrder, known_limit: object, of_auctions: Memo, view: View) -> None:
    """Refuse a plan with slices for an auction for which no broker takes orders.

    Args:
        order: The order.
        known_limit: Its limit price; None where it has none.
        of_auctions: What `oms.algos.auctions.placed` keeps of these slices.
        view: What is known.

    Raises:
        ParametersError: It has some.
    """
    if not view.capabilities.order_types:
        return
    errors = []
    for name, _ in of_auctions:
        field, auction = of_auction(name)
        kind = (Market() if known_limit is None else _LIMIT, auction)
        if not _takes(order, kind, view):
            allowed = f"N{_with_limit(order, kind, view)}: {_nobody(order, view)} {_in_words(kind)}"
            errors.append(ValidationError(field, "Y", allowed))
    if errors:
        raise ParametersError(tuple(errors))


def _needs(order: SubmitOrder, known: Told, view: View) -> Iterator[tuple[Kind, str, str, str]]:
    """Give each kind of child, the parameter that asks for it, what that is, and what it could be instead."""
    values, name = known.values, known.description.name
    limit_px, style = values.get("limit_price"), values.get("child_style")
    if name == "sniper":
        yield (_LIMIT, IOC), "terms", name, "another algorithm"
    if name in _WAITS:
        tif = GTC if type(order.time_in_force) is GoodTillCancel else DAY
        instead = "DAY" if tif is GTC else "another algorithm"
        yield (_LIMIT, tif), "time_in_force", in_words(order.time_in_force), instead
        if values.get("iceberg_mode") is IcebergMode.NATIVE and _takes(order, (_LIMIT, tif), view):
            yield (Limit(ONE, display_qty=ONE), tif), "iceberg_mode", "native", "synthetic"
    if "limit_price" in known.wrong:
        return
    if isinstance(style, ChildStyle):
        is_market = style is ChildStyle.MARKET and limit_px is None
        instead = "marketable_limit or passive_then_cross" if is_market else "market, without a limit_price"
        yield (Market() if is_market else _LIMIT, DAY), "child_style", style.value, instead
    if values.get("on_residual") is OnResidual.AUCTION:
        kind = (Market() if limit_px is None else _LIMIT, AtTheClose())
        instead = f"cancel, sweep or extend{_with_limit(order, kind, view)}"
        yield kind, "on_residual", "auction", instead


def _with_limit(order: SubmitOrder, kind: Kind, view: View) -> str:
    """Give the remedy of a limit price where one helps."""
    helps = isinstance(kind[0], Market) and _takes(order, (_LIMIT, kind[1]), view)
    return ", or give a limit_price" if helps else ""


def _takes(order: SubmitOrder, kind: Kind, view: View) -> bool:
    """Tell whether a broker that the child of an order could go to takes one of a kind."""
    like = SubmitOrder(order.symbol, order.side, ONE, *kind, order.account)
    if view.places is None:
        return not check_capabilities(like, view.capabilities, "")
    return any(place.verdict is not RouteVerdict.CANNOT for place in view.places(like).places)


def _nobody(order: SubmitOrder, view: View) -> str:
    """Give who takes none."""
    if view.places is None:
        return f"{view.broker} takes no"
    like = SubmitOrder(order.symbol, order.side, ONE, _LIMIT, DAY, order.account)
    return f"none of {', '.join(place.broker for place in view.places(like).places)} takes"


def _in_words(kind: Kind) -> str:
    terms, tif = kind
    shown = " that shows a part" if isinstance(terms, Limit) and terms.display_qty is not None else ""
    return f"{type(terms).__name__} {type(tif).__name__}{shown}"
