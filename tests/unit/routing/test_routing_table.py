"""The table of where orders may go: what it refuses, naming value and remedy, and which rule an order follows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.routing_table import HealthRules, RouteBy, RouteRule, RouteWeights, Routing, Venue

ANY = RouteRule(brokers=("a",))

REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "no broker": (lambda: RouteRule(brokers=()), "()", "1 to 64 names of brokers"),
    "a text in place of names": (lambda: RouteRule(brokers="ab"), "'ab'", "a tuple of 1 to 64 names"),
    "a broker twice": (lambda: RouteRule(brokers=("a", "a")), "('a', 'a')", "each once"),
    "no name": (lambda: RouteRule(brokers=("a b",)), "a b", "use 1 to 32 of"),
    "a text in place of symbols": (
        lambda: RouteRule(brokers=("a",), symbols="AAPL"),
        "'AAPL'",
        'such as ("AAPL",)',
    ),
    "no symbol": (lambda: RouteRule(brokers=("a",), symbols=("aapl",)), "aapl", "use 1 to 24 of"),
    "a text in place of accounts": (
        lambda: RouteRule(brokers=("a",), accounts="main"),
        "'main'",
        'such as ("main",)',
    ),
    "no choice": (lambda: RouteRule(brokers=("a",), by="best"), "'best'", "RouteBy.BEST"),  # type: ignore[arg-type]
    "a fee that is no number": (lambda: Venue(broker="a", taker_bps="x"), "x", "plain decimal"),
    "a float": (lambda: Venue(broker="a", maker_bps=0.1), "0.1", "floats are inexact"),  # type: ignore[arg-type]
    "a latency below zero": (lambda: Venue(broker="a", latency_ns=-1), "-1", "an int from 0 to"),
    "a weight below zero": (lambda: RouteWeights(reject_bps=-1), "-1", "zero or more"),
    "down before degraded": (
        lambda: HealthRules(degraded_after=4, down_after=3),
        "3",
        "pass degraded_after (4) or more",
    ),
    "a longest back-off below the first": (
        lambda: HealthRules(backoff_s=10, max_backoff_s=9),
        "9",
        "pass backoff_s (10) or more",
    ),
    "no failures": (lambda: HealthRules(degraded_after=0), "0", "an int from 1 to"),
    "no rule": (lambda: Routing(rules=()), "()", "at least one RouteRule"),
    "a rule of another kind": (lambda: Routing(rules=("a",)), "('a',)", "RouteRule(...)"),  # type: ignore[arg-type]
    "a list of rules": (lambda: Routing(rules=[ANY]), "RouteRule", "a tuple of"),  # type: ignore[arg-type]
    "a broker listed twice": (
        lambda: Routing(rules=(ANY,), venues=(Venue(broker="a"), Venue(broker="a"))),
        "a",
        "list every broker once",
    ),
    "weights of another kind": (lambda: Routing(rules=(ANY,), weights=None), "None", "RouteWeights(...)"),  # type: ignore[arg-type]
    "health of another kind": (lambda: Routing(rules=(ANY,), health=None), "None", "HealthRules(...)"),  # type: ignore[arg-type]
    "an age of zero": (lambda: Routing(rules=(ANY,), max_quote_age_s=0), "0", "an int from 1 to"),
}


@pytest.mark.parametrize(("make", "value", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused_with_value_and_remedy(
    make: Callable[[], object], value: str, remedy: str
) -> None:
    with pytest.raises(ValidationError) as error:
        make()

    assert value in str(error.value)
    assert remedy in str(error.value)


def test_the_first_rule_about_an_order_decides() -> None:
    routing = Routing(
        rules=(
            RouteRule(brokers=("a", "b"), symbols=("AAPL",), accounts=("main",)),
            RouteRule(brokers=("c",), symbols=("AAPL", "MSFT")),
            RouteRule(brokers=("d", "a"), accounts=("other",), by=RouteBy.IN_TURN),
        )
    )

    def number(symbol: str, account: str) -> int | None:
        found = routing.rule_for(Symbol(symbol), Account(account))
        return None if found is None else found[0]

    assert (number("AAPL", "main"), number("AAPL", "other"), number("MSFT", "main")) == (1, 2, 2)
    assert (number("TSLA", "other"), number("TSLA", "main")) == (3, None)
    assert routing.brokers == ("a", "b", "c", "d")


def test_a_broker_that_is_not_listed_is_free() -> None:
    listed = Venue(broker="a", taker_bps="0.3")
    routing = Routing(rules=(ANY,), venues=(listed,))

    assert routing.venue(BrokerName("a")) == listed
    assert routing.venue(BrokerName("b")) == Venue(broker="b", taker_bps=Decimal(0))
