from decimal import Decimal

import pytest

from oms.model.enums import ExecRestatementReason, LastLiquidityInd, OrdStatus, RequestKind, Side
from oms.model.terms import Limit, Market, Terms
from oms.model.time_in_force import DAY, FOK, GTC, IOC, GoodTillDate, TimeInForce
from oms.projections import wording
from tests.unit.journals import MS, T0

GAPS = {
    0: "0 ns",
    999: "999 ns",
    1_000: "1 µs",
    1_999: "1.99 µs",
    12_345: "12.3 µs",
    999_999: "999 µs",
    MS: "1 ms",
    12 * MS: "12 ms",
    999_999_999: "999 ms",
    1_488 * MS: "1.48 s",
    60_000 * MS: "60 s",
    119_999 * MS: "119 s",
    120_000 * MS: "2 min",
    7_199_000 * MS: "119 min",
    7_200_000 * MS: "2 h 0 min",
    97_260_000 * MS: "27 h 1 min",
}


@pytest.mark.parametrize(("ns", "text"), GAPS.items(), ids=GAPS.values())
def test_a_length_of_time_is_never_shown_as_longer_than_it_was(ns: int, text: str) -> None:
    assert wording.gap(ns) == text


def test_a_moment_is_shown_in_utc_to_the_millisecond_and_cut() -> None:
    assert wording.day_and_time(T0 + 1_999_999) == "2026-01-05 14:30:00.001"
    assert wording.time_of_day(T0 - 1) == "14:29:59.999"


ROUNDED = {
    None: "",
    "189.5000": "189.5",
    "10.66666666666666666666666667": "10.6666666667",
    "123456789012.5": "123456789012",  # half to even
    "0.000000000000000001": "0.000000000000000001",
    "-0.0": "0",
}


@pytest.mark.parametrize(("amount", "text"), ROUNDED.items(), ids=map(str, ROUNDED))
def test_an_average_is_shown_to_12_digits(amount: str | None, text: str) -> None:
    assert wording.rounded(None if amount is None else Decimal(amount)) == text


@pytest.mark.parametrize(
    ("terms", "text"), [(Market(), "market"), (Limit("189.50"), "limit 189.5"), (Limit(-1), "limit -1")]
)
def test_terms_in_words(terms: Terms, text: str) -> None:
    assert wording.of_terms(terms) == text


@pytest.mark.parametrize(
    ("time_in_force", "text"),
    [(DAY, "DAY"), (GTC, "GTC"), (IOC, "IOC"), (FOK, "FOK"), (GoodTillDate("20260105"), "GTD 2026-01-05")],
)
def test_a_time_in_force_in_words(time_in_force: TimeInForce, text: str) -> None:
    assert wording.of_time_in_force(time_in_force) == text


def test_only_ioc_and_fok_end_an_order_at_once() -> None:
    assert [bool(wording.at_once(time_in_force)) for time_in_force in (DAY, GTC, IOC, FOK)] == [
        False,
        False,
        True,
        True,
    ]


def test_codes_in_words() -> None:
    assert wording.of_side(Side.SELL_SHORT) == "SELL SHORT"
    assert wording.of_status(OrdStatus.PARTIALLY_FILLED) == "PARTIALLY FILLED"
    assert [wording.of_liquidity(role) for role in (*LastLiquidityInd, None)] == ["maker", "taker", ""]
    assert [wording.of_request(kind) for kind in RequestKind] == ["new order", "cancel", "replace"]
    assert wording.of_restatement(ExecRestatementReason.CANCEL_ON_TRADING_HALT) == "cancel on trading halt"


def test_how_often_in_words() -> None:
    assert [wording.times(count) for count in range(3)] == ["0 times", "once", "2 times"]


def test_money_is_listed_by_currency() -> None:
    assert (
        wording.money({"USD": Decimal("3.00"), "EUR": Decimal("-12.5"), "": Decimal(1)})
        == "1, -12.5 EUR, 3 USD"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("too late", "too late"),
        ("a\x1b[31mred\x07", "a [31mred "),
        ("two\r\nlines\tand a tab", "two  lines and a tab"),
        ("right-to-left \u202e override", "right-to-left   override"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
    ],
    ids=["plain", "escape sequences", "line ends", "direction marks", "just short enough", "too long"],
)
def test_words_from_outside_cannot_steer_a_terminal(text: str, shown: str) -> None:
    assert wording.words(text) == shown


def test_a_table_aligns_its_columns_and_leaves_empty_ones_out() -> None:
    assert wording.table(("name", ">qty", "remark"), [("a", "1", ""), ("bcdefg", "100", "")]).split("\n") == [
        "name    qty",
        "------  ---",
        "a         1",
        "bcdefg  100",
    ]


def test_a_table_shows_what_cannot_be_printed_as_space() -> None:
    assert wording.table(("name",), [("a\x1b[2J",)]).split("\n")[2] == "a [2J"


def test_a_table_without_rows_has_all_its_headings() -> None:
    assert wording.table(("name", ">qty"), []) == "name  qty\n----  ---"


def test_an_html_table_is_escaped_and_aligned() -> None:
    assert wording.html_table(("name", ">qty"), [("<i>", '"1"')], "a & b") == (
        "<table><caption>a &amp; b</caption>"
        '<thead><tr><th style="text-align:left">name</th><th style="text-align:right">qty</th></tr></thead>'
        '<tbody><tr><td style="text-align:left">&lt;i&gt;</td><td style="text-align:right">&quot;1&quot;</td></tr></tbody></table>'
    )
