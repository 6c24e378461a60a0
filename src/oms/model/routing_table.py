"""The table of where orders may go: rules, what each place costs, and when it counts as down. Values, given to the manager."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from attrs import field

from oms.errors import ValidationError
from oms.model.decimals import ZERO, exact, not_negative
from oms.model.define import value
from oms.model.door import shown
from oms.model.enums import Choice
from oms.model.ids import Account, BrokerName, Symbol, name, symbol

MAX_CANDIDATES: Final = 64
"""How many brokers a rule may name."""
MAX_RULES: Final = 10_000
MAX_NS: Final = 86_400 * 10**9
MAX_COUNT: Final = 1_000_000
MAX_BACKOFF_S: Final = 86_400


class RouteBy(Choice):
    """How one of a rule's brokers is chosen."""

    BEST = "best"
    """By its score: the price it shows with its fees, and what is added for latency and history."""
    IN_TURN = "in turn"
    """The first of the rule that is up and can take it: failover without looking at prices."""


class Reroute(Choice):
    """What of an order that went to one broker as a whole is sent to another one."""

    REFUSED = "refused"
    """All of one that was rejected, or never left."""
    EXPIRED = "expired"
    """What its broker did not execute of one that is good at once only (`ImmediateOrCancel`, `FillOrKill`)."""


def _brokers(given: object) -> tuple[BrokerName, ...]:
    allowed = (
        f'pass a tuple of 1 to {MAX_CANDIDATES} names of brokers, each once, such as ("first", "second")'
    )
    if isinstance(given, str) or not isinstance(given, (tuple, list)) or not 0 < len(given) <= MAX_CANDIDATES:
        raise ValidationError("brokers", shown(given), allowed)
    found = tuple(BrokerName(name(one, "brokers")) for one in given)
    if len(set(found)) != len(found):
        raise ValidationError("brokers", shown(given), allowed)
    return found


def _symbols(given: object) -> tuple[Symbol, ...]:
    if isinstance(given, str) or not isinstance(given, (tuple, list)):
        raise ValidationError("symbols", shown(given), 'pass a tuple of symbols, such as ("AAPL",)')
    return tuple(symbol(one) for one in given)


def _accounts(given: object) -> tuple[Account, ...]:
    if isinstance(given, str) or not isinstance(given, (tuple, list)):
        raise ValidationError("accounts", shown(given), 'pass a tuple of accounts, such as ("main",)')
    return tuple(Account(name(one, "accounts")) for one in given)


def _reroute(given: object) -> tuple[Reroute, ...]:
    is_one = isinstance(given, (tuple, list)) and all(type(one) is Reroute for one in given)
    if not isinstance(given, (tuple, list)) or not is_one or len(set(given)) != len(given):
        text = "pass a tuple of members of Reroute, each once, such as (Reroute.REFUSED,)"
        raise ValidationError("reroute", shown(given), text)
    return tuple(given)


def _rate(number: Decimal | int | str) -> Decimal:
    return exact(number, "fee")


def _weight(number: Decimal | int | str) -> Decimal:
    return not_negative(number, "weight")


def _name(text: str) -> BrokerName:
    return BrokerName(name(text, "broker"))


def count(number: object, field_name: str, low: int, high: int) -> None:
    """Check a whole number.

    Raises:
        ValidationError: It is no int, or out of range.
    """
    if type(number) is not int or not low <= number <= high:
        raise ValidationError(field_name, shown(number), f"pass an int from {low} to {high}")


def _all_of(kind: type, given: object, field_name: str, most: int) -> None:
    is_list = isinstance(given, tuple) and len(given) <= most
    if not is_list or not all(type(one) is kind for one in given):  # type: ignore[attr-defined]  # it is a tuple
        allowed = f"pass a tuple of at most {most} {kind.__name__}(...)"
        raise ValidationError(field_name, shown(given), allowed)


@value(kw_only=True)
class Venue:
    """What is known beforehand of a broker that orders can be sent to.

    A fee is what is paid; a rebate is a fee below zero. It is `bps` of the price and an amount of money for each unit.

    Attributes:
        broker: Which.
        taker_bps: Basis points of the value, for what takes liquidity.
        maker_bps: Basis points of the value, for what adds it.
        taker_per_unit: Money for each unit, for what takes liquidity, in the instrument's currency.
        maker_per_unit: Money for each unit, for what adds it.
        latency_ns: How long an answer to a new order takes, in nanoseconds; used until one was measured.

    Raises:
        ValidationError: A number is not exact, or the latency is below zero or above a day.
    """

    broker: BrokerName = field(converter=_name)
    taker_bps: Decimal = field(converter=_rate, default=ZERO)
    maker_bps: Decimal = field(converter=_rate, default=ZERO)
    taker_per_unit: Decimal = field(converter=_rate, default=ZERO)
    maker_per_unit: Decimal = field(converter=_rate, default=ZERO)
    latency_ns: int = 0

    def __attrs_post_init__(self) -> None:
        """Check the latency."""
        count(self.latency_ns, "latency_ns", 0, MAX_NS)


@value(kw_only=True)
class RouteWeights:
    """What is added to a price for what it does not show, in basis points of it; all of it nothing unless given.

    Without weights, latency and history only decide between equal prices.

    Attributes:
        latency_bps_per_ms: For each millisecond that an answer takes.
        reject_bps: Where everything is refused; in proportion where some is.
        unfilled_bps: Where nothing executes; in proportion where some does.

    Raises:
        ValidationError: A number is not exact, or below zero.
    """

    latency_bps_per_ms: Decimal = field(converter=_weight, default=ZERO)
    reject_bps: Decimal = field(converter=_weight, default=ZERO)
    unfilled_bps: Decimal = field(converter=_weight, default=ZERO)


@value(kw_only=True)
class HealthRules:
    """When a broker counts as degraded, as down and as up again.

    A failure is a new order that never left, or a request of which nobody knows whether it arrived. A refusal is a new order that
    was rejected. Both are counted in a row: an answer that is neither ends the row. A cancel or replace that was refused or never
    left counts for nothing.

    Attributes:
        degraded_after: So many failures in a row.
        down_after: So many failures in a row; at least `degraded_after`.
        degraded_after_rejects: So many refusals in a row.
        down_after_rejects: So many refusals in a row; at least `degraded_after_rejects`.
        up_after: So many answers in a row make a degraded broker one that is up.
        backoff_s: How long one that is down gets nothing, and one that is degraded goes after the others, in whole seconds; then
            one order at a time may try it. Twice as long after each time that fails.
        max_backoff_s: At most so long.

    Raises:
        ValidationError: A number is out of range, or the wrong way round.
    """

    degraded_after: int = 1
    down_after: int = 3
    degraded_after_rejects: int = 3
    down_after_rejects: int = 10
    up_after: int = 3
    backoff_s: int = 1
    max_backoff_s: int = 60

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        for field_name in (
            "degraded_after",
            "down_after",
            "degraded_after_rejects",
            "down_after_rejects",
            "up_after",
        ):
            count(getattr(self, field_name), field_name, 1, MAX_COUNT)
        count(self.backoff_s, "backoff_s", 1, MAX_BACKOFF_S)
        count(self.max_backoff_s, "max_backoff_s", 1, MAX_BACKOFF_S)
        for low, high in (
            ("degraded_after", "down_after"),
            ("degraded_after_rejects", "down_after_rejects"),
            ("backoff_s", "max_backoff_s"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise ValidationError(
                    high, shown(getattr(self, high)), f"pass {low} ({getattr(self, low)}) or more"
                )


@value(kw_only=True)
class RouteRule:
    """Which brokers the orders go to that it is about.

    Attributes:
        brokers: Where they may go, the one to be preferred first.
        symbols: Orders in these instruments; in every one where none is named.
        accounts: Orders for these accounts; for every one where none is named.
        by: How one of the brokers is chosen.
        reroute: What of a whole order goes to another of the brokers; nothing unless given.
        reroute_within_s: Only so long after the order was given, in whole seconds.

    Raises:
        ValidationError: No broker is named, one twice, or something is no name; `reroute` holds something else than members of
            `Reroute`, or is given where there is one broker only; the seconds are no int from 1 to a day.
    """

    brokers: tuple[BrokerName, ...] = field(converter=_brokers)
    symbols: tuple[Symbol, ...] = field(converter=_symbols, default=())
    accounts: tuple[Account, ...] = field(converter=_accounts, default=())
    by: RouteBy = RouteBy.BEST
    reroute: tuple[Reroute, ...] = field(converter=_reroute, default=())
    reroute_within_s: int = 60

    def __attrs_post_init__(self) -> None:
        """Check the choices."""
        if type(self.by) is not RouteBy:
            raise ValidationError("by", shown(self.by), "pass a RouteBy, such as RouteBy.BEST")
        count(self.reroute_within_s, "reroute_within_s", 1, MAX_BACKOFF_S)
        if self.reroute and len(self.brokers) == 1:
            text = "name another broker that what is left can go to, or leave it out"
            raise ValidationError("reroute", f"with {self.brokers[0]} alone", text)

    def is_about(self, what: Symbol, account: Account) -> bool:
        """Tell whether an order in an instrument, for an account, follows it."""
        return self.may_be_about(what) and (not self.accounts or account in self.accounts)

    def may_be_about(self, what: Symbol) -> bool:
        """Tell whether an order in an instrument follows it, for some account."""
        return not self.symbols or what in self.symbols


@value(kw_only=True)
class Routing:
    """Where orders may go.

    Attributes:
        rules: The first that is about an order decides. An order that none is about goes to the broker that its instrument
            names, or to the only one there is.
        venues: What is known beforehand of the brokers; one that is not listed is free and has no declared latency.
        weights: What is added to prices.
        health: When a broker counts as down.
        max_quote_age_s: A quote that is older is none, in whole seconds; None where quotes hold until the next.

    Raises:
        ValidationError: Something is of another kind, or a broker is listed twice.
    """

    rules: tuple[RouteRule, ...]
    venues: tuple[Venue, ...] = ()
    weights: RouteWeights = RouteWeights()
    health: HealthRules = HealthRules()
    max_quote_age_s: int | None = 60

    def __attrs_post_init__(self) -> None:
        """Check the kinds."""
        _all_of(RouteRule, self.rules, "rules", MAX_RULES)
        if not self.rules:
            raise ValidationError("rules", "()", "pass at least one RouteRule(...), or no routing at all")
        _all_of(Venue, self.venues, "venues", MAX_RULES)
        if type(self.weights) is not RouteWeights:
            raise ValidationError("weights", shown(self.weights), "pass RouteWeights(...), or leave it out")
        if type(self.health) is not HealthRules:
            raise ValidationError("health", shown(self.health), "pass HealthRules(...), or leave it out")
        if self.max_quote_age_s is not None:
            count(self.max_quote_age_s, "max_quote_age_s", 1, MAX_BACKOFF_S)
        listed: set[BrokerName] = set()
        for one in self.venues:
            if one.broker in listed:
                raise ValidationError("venues", one.broker, "list every broker once")
            listed.add(one.broker)

    def rule_for(self, what: Symbol, account: Account) -> tuple[int, RouteRule] | None:
        """Give the rule that an order follows, with its number from 1; None where none is about it."""
        for number, rule in enumerate(self.rules, 1):
            if rule.is_about(what, account):
                return number, rule
        return None

    def venue(self, broker: BrokerName) -> Venue:
        """Give what is known of a broker beforehand."""
        known = next((one for one in self.venues if one.broker == broker), None)
        return Venue(broker=broker) if known is None else known

    @property
    def brokers(self) -> tuple[BrokerName, ...]:
        """Every broker that a rule names, each once, in the order of the rules."""
        return tuple(dict.fromkeys(broker for rule in self.rules for broker in rule.brokers))
