"""Exact numbers: how text and integers become `Decimal`, and the contexts that arithmetic is done in.

Quantities, prices and money lie between -10^18 and 10^18 with at most 18 decimals, so that every sum and product of
them is exact in `EXACT`. The process-wide decimal context is never read and never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)
from math import isfinite
from typing import Final, TypeGuard

from oms.errors import ValidationError

MAX_DECIMALS: Final = 18
BOUND: Final = Decimal("1E18")
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

EXACT: Final = Context(
    prec=160, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact]
)
"""Sums and products, which must be exact: it raises where a digit would be lost."""

QUOTIENT: Final = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""Averages and ratios: 28 significant digits, half to even."""

GRID: Final = Decimal(1).scaleb(-MAX_DECIMALS)
residue: Final = Context(prec=18 + MAX_DECIMALS, traps=[]).remainder
"""What is left of a `Decimal` over `GRID`: zero for the numbers that the library takes, and for no others.

Beyond the bounds the whole part of the quotient has too many digits for this context, which makes the remainder a NaN, as
does a number that is not finite; neither counts as zero. It stands where a call of `is_sane` would cost too much.
"""

_TEXT: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_MAX_TEXT: Final = 64


def exact(number: object, field: str) -> Decimal:
    """Give the exact number that a `Decimal`, an `int` or a decimal text stands for.

    Args:
        number: A finite number between -10^18 and 10^18 with at most 18 decimals. A `float` is refused, since it
            seldom is the number that was meant; so are digits that are not ASCII.
        field: What the number is, for the error.

    Raises:
        ValidationError: It is none of these.
    """
    if type(number) is Decimal:
        result = number
    elif type(number) is int:
        if not -(10**18) < number < 10**18:
            raise ValidationError(
                field, f"an int of {number.bit_length()} bits", "pass less than 10^18 in size"
            )
        return Decimal(number)
    elif isinstance(number, str):
        if len(number) > _MAX_TEXT or _TEXT.fullmatch(number) is None:
            raise ValidationError(
                field, number, 'pass a plain decimal number in ASCII digits, such as "189.50"'
            )
        result = Decimal(number)
    elif isinstance(number, float):
        meant = f'Decimal("{number!r}") or "{number!r}"' if isfinite(number) else "a finite Decimal"
        raise ValidationError(field, repr(number), f"floats are inexact; pass {meant}")
    elif isinstance(number, Decimal):
        result = Decimal(number)
    else:
        raise ValidationError(field, number, "pass a Decimal, an int or a decimal text")
    if residue(result, GRID):
        if not result.is_finite():
            raise ValidationError(field, str(result), "pass a finite number")
        if not -BOUND < result < BOUND:
            raise ValidationError(field, str(result), "pass less than 10^18 in size")
        raise ValidationError(field, str(result), f"pass at most {MAX_DECIMALS} decimals")
    return result


def positive(number: object, field: str) -> Decimal:
    """Give the exact number, which must be more than zero; errors as in `exact`."""
    result = exact(number, field)
    if result <= ZERO:
        raise ValidationError(field, str(result), "pass more than zero")
    return result


def not_negative(number: object, field: str, allowed: str = "pass zero or more") -> Decimal:
    """Give the exact number, which must be zero or more; errors as in `exact`, and of a number below zero what is allowed."""
    result = exact(number, field)
    if result < ZERO:
        raise ValidationError(field, plain(result), allowed)
    return result


def fraction(number: object, field: str) -> Decimal:
    """Give the exact number, which must be from 0 to 1; errors as in `exact`."""
    result = exact(number, field)
    if not ZERO <= result <= ONE:
        raise ValidationError(field, plain(result), "pass 0 to 1")
    return result


def is_sane(number: object) -> TypeGuard[Decimal]:
    """Tell whether a number that came from outside is an exact number within the library's bounds."""
    return type(number) is Decimal and not residue(number, GRID)


def plain(number: Decimal) -> str:
    """Give a number as text without an exponent and without trailing zeros, as a person reads it."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Let the operators of `Decimal` work in `EXACT` inside the block, whatever the caller's context is."""
    outside = getcontext()
    setcontext(EXACT)
    try:
        yield
    finally:
        setcontext(outside)
