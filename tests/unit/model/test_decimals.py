from decimal import ROUND_CEILING, Context, Decimal, Inexact, getcontext, localcontext
from fractions import Fraction

import pytest

from oms.errors import ValidationError
from oms.model.decimals import EXACT, exact, exact_arithmetic, is_sane, plain, positive

GOOD = {
    "an int": (100, "100"),
    "zero": (0, "0"),
    "a negative int": (-3, "-3"),
    "a text": ("189.50", "189.50"),
    "a text with a sign": ("+1.5", "1.5"),
    "a text that begins with its point": (".5", "0.5"),
    "a text that ends with its point": ("5.", "5"),
    "a text with an exponent": ("1e3", "1E+3"),
    "a Decimal": (Decimal("0.01"), "0.01"),
    "18 decimals": ("0.000000000000000001", "1E-18"),
    "18 decimals, then zeros": ("0.00000000000000000100", "1.00E-18"),
    "the largest of all": ("999999999999999999.999999999999999999", "999999999999999999.999999999999999999"),
    "the largest int": (10**18 - 1, "999999999999999999"),
    "the smallest of all": (
        "-999999999999999999.999999999999999999",
        "-999999999999999999.999999999999999999",
    ),
}


@pytest.mark.parametrize(("number", "text"), GOOD.values(), ids=GOOD)
def test_an_exact_number_is_taken_as_it_is(number: object, text: str) -> None:
    result = exact(number, "price")

    assert type(result) is Decimal
    assert str(result) == text
    assert is_sane(result)


FLOATS = "floats are inexact; pass"
FINITE = "pass a finite number"
SIZE = "pass less than 10^18 in size"
DECIMALS = "pass at most 18 decimals"
PLAIN = 'pass a plain decimal number in ASCII digits, such as "189.50"'
KIND = "pass a Decimal, an int or a decimal text"

BAD = {
    "a float": (1.5, FLOATS),
    "a float that is whole": (100.0, FLOATS),
    "a float NaN": (float("nan"), FLOATS),
    "a float infinity": (float("inf"), FLOATS),
    "NaN": (Decimal("NaN"), FINITE),
    "a signaling NaN": (Decimal("sNaN"), FINITE),
    "infinity": (Decimal("Infinity"), FINITE),
    "minus infinity": (Decimal("-Infinity"), FINITE),
    "NaN as text": ("NaN", PLAIN),
    "infinity as text": ("Infinity", PLAIN),
    "a giant of few letters": (Decimal("1e999999"), SIZE),
    "a giant just too large": (Decimal("1E+18"), SIZE),
    "a giant below zero": (Decimal("-1E+18"), SIZE),
    "a giant of few letters as text": ("1e999999", PLAIN),
    "a giant that the text form allows": ("1e999", SIZE),
    "a giant int": (10**18, SIZE),
    "an int of 5,000 digits": (10**5000, SIZE),
    "a dwarf": (Decimal("1e-19"), DECIMALS),
    "a dwarf among giants": (Decimal("1e-999999"), DECIMALS),
    "19 decimals": ("0.1234567890123456789", DECIMALS),
    "full-width digits": ("\uff11\uff10\uff10", PLAIN),
    "Arabic digits": ("\u0661\u0662\u0663", PLAIN),
    "an underscore": ("1_000", PLAIN),
    "a comma": ("1,000", PLAIN),
    "white space before": (" 1", PLAIN),
    "white space after": ("1\n", PLAIN),
    "no digits": (".", PLAIN),
    "nothing": ("", PLAIN),
    "two points": ("1.2.3", PLAIN),
    "hexadecimal": ("0x10", PLAIN),
    "a long text": ("1" * 65, PLAIN),
    "a text of a million zeros": ("0" * 1_000_000, PLAIN),
    "a bool": (True, KIND),
    "None": (None, KIND),
    "bytes": (b"1", KIND),
    "a fraction": (Fraction(1, 2), KIND),
}


@pytest.mark.parametrize(("number", "remedy"), BAD.values(), ids=BAD)
def test_what_is_not_an_exact_number_is_refused_with_the_remedy(number: object, remedy: str) -> None:
    with pytest.raises(ValidationError) as caught:
        exact(number, "price")

    assert caught.value.field == "price"
    assert remedy in caught.value.allowed
    assert len(str(caught.value)) < 400
    assert not is_sane(number)


@pytest.mark.parametrize("number", [100, "100", 1.5, None, True], ids=repr)
def test_only_a_decimal_from_outside_is_sane(number: object) -> None:
    assert not is_sane(number)


def test_a_kind_of_decimal_becomes_a_plain_one() -> None:
    class Money(Decimal):
        pass

    result = exact(Money("1.5"), "price")

    assert type(result) is Decimal
    assert result == Decimal("1.5")


def test_a_kind_of_int_is_refused_lest_it_was_meant_as_a_flag() -> None:
    with pytest.raises(ValidationError):
        exact(True, "order_qty")


@pytest.mark.parametrize("number", [0, "-0", "-0.00", Decimal("-0"), -1, "-0.5"], ids=repr)
def test_what_must_be_positive_is_more_than_zero(number: object) -> None:
    with pytest.raises(ValidationError, match="pass more than zero"):
        positive(number, "order_qty")


def test_a_positive_number_is_taken() -> None:
    assert positive("0.000000000000000001", "order_qty") == Decimal("1E-18")


SHOWN = {
    "189.50": "189.5",
    "100": "100",
    "1E+3": "1000",
    "1E-18": "0.000000000000000001",
    "-0": "0",
    "-0.00": "0",
    "0.000": "0",
    "-1.10": "-1.1",
    "100.": "100",
}


@pytest.mark.parametrize(("number", "text"), SHOWN.items(), ids=SHOWN)
def test_a_number_is_shown_without_exponent_and_idle_zeros(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_exact_arithmetic_puts_the_callers_context_back() -> None:
    largest = Decimal("999999999999999999.999999999999999999")
    with localcontext(Context(prec=5, rounding=ROUND_CEILING)):
        with exact_arithmetic():
            # (10^18 - 10^-18) squared is 10^36 - 2 + 10^-36
            square = largest * largest
        assert getcontext().prec == 5
    assert square == EXACT.add(Decimal(10**36 - 2), Decimal("1E-36"))


def test_exact_arithmetic_raises_where_a_digit_would_be_lost() -> None:
    before = getcontext().prec
    with pytest.raises(Inexact), exact_arithmetic():
        _ = Decimal(1) / Decimal(3)

    assert getcontext().prec == before


def test_the_callers_context_does_not_change_what_is_taken() -> None:
    with localcontext(Context(prec=2)):
        assert exact("123456.789", "price") == Decimal("123456.789")
        assert is_sane(Decimal("123456.789"))
