from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.ids import Symbol
from oms.model.instrument import Instrument

# Tokyo's way: the dearer, the coarser. A step holds from its start on.
LADDER = (("0", "0.01"), ("1", "0.05"), ("10", "0.5"))


def instrument(**fields: object) -> Instrument:
    return Instrument(**{"symbol": Symbol("AAPL"), "currency": "USD", "tick": "0.01", **fields})  # type: ignore[arg-type]


def test_an_instrument_is_made_of_texts_and_has_usual_values() -> None:
    made = instrument()

    assert made.tick == ((Decimal(0), Decimal("0.01")),)
    assert (made.lot, made.multiplier) == (Decimal(1), Decimal(1))
    assert (made.min_qty, made.min_notional) == (Decimal(0), Decimal(0))
    assert made.negative_px is False
    assert made.broker is None


BAD_FIELDS = {
    "a tick of zero": ({"tick": 0}, "tick"),
    "a tick as float": ({"tick": 0.01}, "tick"),
    "a negative lot": ({"lot": -1}, "lot"),
    "a lot that is no number": ({"lot": "one"}, "lot"),
    "a multiplier of zero": ({"multiplier": 0}, "multiplier"),
    "a minimum that is no number": ({"min_qty": "NaN"}, "min_qty"),
    "a smallest value that is infinite": ({"min_notional": Decimal("Infinity")}, "min_notional"),
    "a currency in lower case": ({"currency": "usd"}, "currency"),
    "a currency of two letters": ({"currency": "US"}, "currency"),
    "no currency": ({"currency": None}, "currency"),
    "a symbol in lower case": ({"symbol": "aapl"}, "symbol"),
    "a broker with a space": ({"broker": "the broker"}, "broker"),
    "a ladder without steps": ({"tick": ()}, "tick"),
    "a ladder that begins above zero": ({"tick": (("1", "0.01"),)}, "tick"),
    "a ladder that falls": ({"tick": (("0", "1"), ("10", "2"), ("5", "3"))}, "tick"),
    "a ladder with a step twice": ({"tick": (("0", "1"), ("0", "2"))}, "tick"),
    "a ladder with a tick of zero": ({"tick": (("0", "0"),)}, "tick"),
    "a ladder of lone numbers": ({"tick": (0, 1)}, "tick"),
    "a ladder of lone texts": ({"tick": ["0.01"]}, "tick"),
    "a ladder of triples": ({"tick": (("0", "1", "2"),)}, "tick"),
}


@pytest.mark.parametrize(("fields", "named"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_an_instrument_that_cannot_be_meant_is_refused(fields: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        instrument(**fields)

    assert caught.value.field == named


@pytest.mark.parametrize(
    ("px", "tick"),
    [("0", "0.01"), ("0.99", "0.01"), ("1", "0.05"), ("9.99", "0.05"), ("10", "0.5"), ("5000", "0.5"), ("-0.5", "0.01"), ("-10", "0.5")],
)  # fmt: skip
def test_a_step_of_the_ladder_holds_from_its_start_on_by_size(px: str, tick: str) -> None:
    assert instrument(tick=LADDER).tick_at(Decimal(px)) == Decimal(tick)


# price: the nearest prices on the grid
NEIGHBOURS = {
    "0.995": ("0.99", "1"),
    "1": ("1",),
    "1.00": ("1",),
    "1.02": ("1", "1.05"),
    "1.05": ("1.05",),
    "9.97": ("9.95", "10"),
    "10.2": ("10", "10.5"),
    "10.5": ("10.5",),
    "0": ("0",),
    "-0.005": ("-0.01", "0"),
    "-10.2": ("-10.5", "-10"),
    "-10.5": ("-10.5",),
}


@pytest.mark.parametrize(("px", "expected"), NEIGHBOURS.items(), ids=NEIGHBOURS)
def test_the_neighbours_of_a_price_are_on_the_grid_around_it(px: str, expected: tuple[str, ...]) -> None:
    made = instrument(tick=LADDER)

    assert tuple(made.neighbours(Decimal(px))) == tuple(map(Decimal, expected))
    assert made.is_on_tick(Decimal(px)) is (len(expected) == 1)


def test_a_single_tick_is_a_ladder_of_one_step() -> None:
    made = instrument(tick="0.25")

    assert made.is_on_tick(Decimal("100.75"))
    assert not made.is_on_tick(Decimal("100.8"))
    assert tuple(made.neighbours(Decimal("100.8"))) == (Decimal("100.75"), Decimal(101))


COIN = Instrument(symbol="BTC-USD", currency="USD", tick="0.5", lot="0.001")
FUTURE = Instrument(symbol="ES", currency="USD", tick="0.25", multiplier=50)
UNITS: dict[str, tuple[Instrument, str, tuple[str | None, ...], str | None]] = {
    "exactly so many lots": (COIN, "500", ("50000",), "0.01"),
    "a lot more for a cent more": (COIN, "500.01", ("50000",), "0.011"),
    "less than a lot": (COIN, "0.01", ("50000",), "0.001"),
    "at the lower of two prices": (COIN, "500", ("50000", "40000"), "0.013"),
    "at the one price that is known": (COIN, "500", (None, "40000"), "0.013"),
    "at the one price that is above zero": (COIN, "500", ("-1", "0", "40000"), "0.013"),
    "at no price": (COIN, "500", (None, "0"), None),
    # 5000 x 50 = 250,000 a contract.
    "contracts of a multiplier": (FUTURE, "250001", ("5000",), "2"),
}


@pytest.mark.parametrize(("instrument", "cash", "prices", "units"), UNITS.values(), ids=UNITS)
def test_money_is_estimated_as_units_rounded_up_to_a_lot(
    instrument: Instrument, cash: str, prices: tuple[str | None, ...], units: str | None
) -> None:
    found = instrument.units_for(Decimal(cash), *(None if px is None else Decimal(px) for px in prices))

    assert found == (None if units is None else Decimal(units))
