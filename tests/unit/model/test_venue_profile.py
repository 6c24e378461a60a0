"""The two behaviours that FIX publishes, and what a broker may say of itself."""
# ruff: noqa: ANN401  # cases are data of any kind

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from oms.errors import ValidationError
from oms.model.capabilities import ALL_ORDER_TYPES, AMENDABLE, Capabilities
from oms.model.cl_ord_id_rules import TextIds
from oms.model.commands import REPLACEABLE
from oms.model.enums import Choice
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import Day
from oms.model.venue_profile import (
    EXCHANGE,
    FIX_42_BROKER,
    FIX_BROKER,
    DuplicateIds,
    ExternalOrders,
    IdScope,
    LateFills,
    ReplaceSupport,
    VenueProfile,
)


def test_a_broker_is_as_volume_4_has_it_and_an_exchange_as_volume_7_has_it() -> None:
    both = {
        "replace": ReplaceSupport.IN_PLACE,
        "reinstates": False,
        "late_fills": LateFills.FLAGGED,
        "duplicate_ids": DuplicateIds.REJECTED,
        "cl_ord_ids": TextIds(max_length=36, characters="A-Za-z0-9_-"),
        "venue_id_scope": IdScope.FOREVER,
        "looks_up_by_cl_ord_id": True,
        "takes_display_qty": True,
        "guarantees_by_trade": False,
    }
    broker = {
        "name": "FIX broker",
        "chains_replaces": True,
        "reopens_filled": True,
        "sends_pending": True,
        "bundles": False,
        "external_orders": ExternalOrders.ADOPTED,
        "takes_cash_orders": True,
    }
    exchange = {
        "name": "exchange",
        "chains_replaces": False,
        "reopens_filled": False,
        "sends_pending": False,
        "bundles": True,
        "external_orders": ExternalOrders.HELD,
        "takes_cash_orders": False,
    }

    assert attrs.asdict(FIX_BROKER, recurse=False) == {**both, **broker}
    assert attrs.asdict(EXCHANGE, recurse=False) == {**both, **exchange}


def test_a_broker_of_fix_42_is_the_same_but_for_how_guarantees_come() -> None:
    anew = {"name": "FIX 4.2 broker", "guarantees_by_trade": True}

    assert attrs.asdict(FIX_42_BROKER, recurse=False) == {**attrs.asdict(FIX_BROKER, recurse=False), **anew}


def test_a_profile_that_says_nothing_claims_nothing() -> None:
    plain = attrs.asdict(VenueProfile(name="plain"), recurse=False)

    claims = {field: value for field, value in plain.items() if isinstance(value, bool)}
    assert claims == dict.fromkeys(claims, False)
    assert plain["replace"] is ReplaceSupport.NONE


def test_a_broker_that_says_nothing_is_an_exchange_where_nothing_can_be_changed() -> None:
    can = Capabilities(order_types=ALL_ORDER_TYPES)

    assert (can.profile, can.amendable, can.simulated) == (EXCHANGE, frozenset(), False)


def test_what_a_replace_can_name_is_what_a_broker_may_call_amendable() -> None:
    # The parameters of an algorithm are changed here, never at a broker.
    assert frozenset(REPLACEABLE) == AMENDABLE | {"parameters"}
    assert Capabilities(order_types=ALL_ORDER_TYPES, amendable=AMENDABLE).amendable == AMENDABLE
    with pytest.raises(ValidationError) as caught:
        Capabilities(order_types=ALL_ORDER_TYPES, amendable=frozenset({"price", "qty"}))
    assert str(caught.value) == (
        "amendable = ['qty']: name some of display_qty, order_qty, price, stop_px, time_in_force"
    )


def test_the_simulated_exchange_works_no_stops() -> None:
    assert (Limit, Day) in ALL_ORDER_TYPES
    assert (Stop, Day) not in ALL_ORDER_TYPES
    assert len(ALL_ORDER_TYPES) == 20


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, TextIds):
        return value.in_words
    return str(value.value if isinstance(value, Choice) else value)


def test_the_reference_page_shows_every_field_as_it_is() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "venue-profiles.md"
    rows = [
        line.strip("| ").split(" | ")
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]

    assert [(name, *shown) for name, _, *shown in rows] == [
        (f"`{field.name}`", _shown(getattr(FIX_BROKER, field.name)), _shown(getattr(EXCHANGE, field.name)))
        for field in attrs.fields(VenueProfile)
    ]


PROFILES = {
    "a choice as a text": (
        "replace",
        "none",
        "replace = 'none': pass a ReplaceSupport, such as ReplaceSupport.NONE",
    ),
    "a choice of another list": ("late_fills", ReplaceSupport.NONE, "late_fills = .*pass a LateFills"),
    "a truth as a text": ("chains_replaces", "no", "chains_replaces = 'no': pass True or False"),
    "a name that is none": ("name", None, "name = None: pass a text"),
    "a rule as a number": ("cl_ord_ids", 31, r"cl_ord_ids = 31: pass TextIds\(...\) or IntegerIds\(...\)"),
}


@pytest.mark.parametrize(("field", "given", "said"), PROFILES.values(), ids=PROFILES)
def test_a_profile_is_not_made_of_other_kinds(field: str, given: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        attrs.evolve(EXCHANGE, **{field: given})


CAPABILITIES = {
    "order types as a list": ("order_types", [(Limit, Day)], "order_types = .*pass a frozenset of pairs"),
    "amendable fields as a text": ("amendable", "price", "amendable = 'price': pass a frozenset"),
    "simulated as a text": ("simulated", "false", "simulated = 'false': pass True or False"),
    "a profile by name": (
        "profile",
        "exchange",
        "profile = 'exchange': pass a VenueProfile, such as EXCHANGE",
    ),
}


@pytest.mark.parametrize(("field", "given", "said"), CAPABILITIES.values(), ids=CAPABILITIES)
def test_what_a_broker_says_of_itself_is_not_made_of_other_kinds(field: str, given: Any, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        attrs.evolve(Capabilities(order_types=ALL_ORDER_TYPES), **{field: given})
