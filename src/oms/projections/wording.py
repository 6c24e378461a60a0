"""How values look to a person: in tables, stories and on the command line. Nothing here is meant to be parsed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, assert_never

from oms.model.decimals import plain
from oms.model.enums import (
    ExecRestatementReason,
    HeldPolicy,
    LastLiquidityInd,
    OrdStatus,
    RequestKind,
    Side,
    TriggerPriceDirection,
)
from oms.model.sessions import to_datetime
from oms.model.terms import MarketToLimit, Pegged, Terms, in_words
from oms.model.time_in_force import FillOrKill, ImmediateOrCancel, TimeInForce
from oms.model.time_in_force import in_words as tif_in_words
from oms.model.triggers import QuoteTrigger, ReachedTrigger, Release, TrailingTrigger

MAX_WORDS: Final = 200
"""How much of a foreign text is shown, in characters."""

_SHOWN: Final = Context(prec=12, rounding=ROUND_HALF_EVEN, traps=[])
_NS_PER_MS: Final = 1_000_000


def rounded(amount: Decimal | None) -> str:
    """Give an average or a sum to 12 significant digits, half to even; empty for None."""
    return "" if amount is None else plain(_SHOWN.plus(amount))


def of_terms(terms: Terms) -> str:
    """Give an order's terms, such as `limit 189.5`."""
    return in_words(terms)


def takes_what_is_shown(terms: Terms) -> bool:
    """Tell whether an order takes its price from the quotes."""
    return isinstance(terms, MarketToLimit | Pegged)


def of_trigger(trigger: Release) -> str:
    """Give what releases a held order, such as `the last price is 95 or less`."""
    if isinstance(trigger, QuoteTrigger):
        return "the market shows the price that it takes"
    if isinstance(trigger, ReachedTrigger):
        return f"it may be sent, since {plain(trigger.px)} has reached {plain(trigger.trigger_px)}"
    price = trigger.price_type.name.lower().replace("_", " ")
    if isinstance(trigger, TrailingTrigger):
        activation = (
            "" if trigger.activation_px is None else f" once it has reached {plain(trigger.activation_px)}"
        )
        return f"the {price} price turns by {trigger.offset}{activation}"
    how = "more" if trigger.direction is TriggerPriceDirection.UP else "less"
    return f"the {price} price is {plain(trigger.trigger_px)} or {how}"


def of_time_in_force(time_in_force: TimeInForce) -> str:
    """Give a time in force by its usual short name, and until when where it says so."""
    return tif_in_words(time_in_force)


def at_once(time_in_force: TimeInForce) -> str:
    """Tell of a time in force that ends an order by itself as soon as it is there; empty for the others."""
    match time_in_force:
        case ImmediateOrCancel():
            return "as its IOC asks"
        case FillOrKill():
            return "as its FOK asks"
        case _:
            return ""


def of_side(side: Side) -> str:
    """Give a side in words."""
    return side.name.replace("_", " ")


def of_status(status: OrdStatus) -> str:
    """Give a status in words."""
    return status.name.replace("_", " ")


def of_request(kind: RequestKind) -> str:
    """Give in words what was asked of a broker."""
    return "new order" if kind is RequestKind.NEW else kind.value


def of_restatement(reason: ExecRestatementReason) -> str:
    """Give in words why a venue changed an order of its own accord."""
    return reason.name.replace("_", " ").lower()


def of_policy(policy: HeldPolicy) -> str:
    """Give in words what becomes of an order that may have been reached while nobody listened."""
    match policy:
        case HeldPolicy.RELEASE:
            return "it is released now"
        case HeldPolicy.CANCEL:
            return "it is canceled"
        case HeldPolicy.WAIT:
            return "it waits for its price to be reached anew"
        case _:
            assert_never(policy)


def times(count: int) -> str:
    """Give how often, such as `once` or `3 times`."""
    return "once" if count == 1 else f"{count} times"


def of_liquidity(indicator: LastLiquidityInd | None) -> str:
    """Tell who waited for whom; empty where the venue does not say."""
    if indicator is None:
        return ""
    return "maker" if indicator is LastLiquidityInd.ADDED else "taker"


def money(amounts: dict[str, Decimal]) -> str:
    """Give amounts by currency, such as `12.5 EUR, 3 USD`."""
    return ", ".join(f"{rounded(amount)} {currency}".rstrip() for currency, amount in sorted(amounts.items()))


def day(time_ns: int) -> str:
    """Give a moment's UTC date."""
    return f"{to_datetime(time_ns):%Y-%m-%d}"


def day_and_time(time_ns: int) -> str:
    """Give a moment as UTC date and time to the millisecond."""
    return f"{day(time_ns)} {time_of_day(time_ns)}"


def time_of_day(time_ns: int) -> str:
    """Give a moment's UTC time of day to the millisecond, cut and not rounded."""
    return f"{to_datetime(time_ns):%H:%M:%S}.{time_ns // _NS_PER_MS % 1000:03}"


def gap(ns: int) -> str:
    """Give a length of time in the unit that suits it, such as `12 ms`."""
    if ns < 1_000:
        return f"{ns} ns"
    for unit, size, next_size in (
        ("µs", 1_000, _NS_PER_MS),
        ("ms", _NS_PER_MS, 10**9),
        ("s", 10**9, 120 * 10**9),
    ):
        if ns < next_size:
            # Three digits, cut: a gap is never shown as longer than it was.
            decimals = 0 if ns >= 100 * size else 1 if ns >= 10 * size else 2
            return f"{plain(Decimal(ns * 10**decimals // size).scaleb(-decimals))} {unit}"
    minutes = ns // (60 * 10**9)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def words(text: str, most: int = MAX_WORDS) -> str:
    """Give a text from outside as one printable line of at most `most` characters, so that it cannot steer a terminal."""
    line = "".join(character if character.isprintable() else " " for character in text[: most + 1])
    return f"{line[:most]}…" if len(line) > most else line


def csv_cell(text: str) -> str:
    """Give a cell for CSV that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give an aligned text table; a heading that begins with `>` puts its column to the right.

    Columns with nothing in them are left out. The last line has no line end.
    """
    cells = [[cell if cell.isprintable() else words(cell) for cell in row] for row in rows]
    shown = [column for column in range(len(headings)) if not cells or any(row[column] for row in cells)]
    titles = [heading.removeprefix(">") for heading in headings]
    widths = [max(len(titles[column]), *(len(row[column]) for row in cells), 0) for column in shown]

    def line(row: Sequence[str]) -> str:
        aligned = (
            row[column].rjust(width) if headings[column].startswith(">") else row[column].ljust(width)
            for column, width in zip(shown, widths, strict=True)
        )
        return "  ".join(aligned).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(titles), rule, *map(line, cells)])


def html_table(headings: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Give an HTML table of escaped texts, aligned as in `table`."""
    sides = ["right" if heading.startswith(">") else "left" for heading in headings]

    def line(tag: str, row: Sequence[str]) -> str:
        cells = (
            f'<{tag} style="text-align:{side}">{_escape(cell)}</{tag}>'
            for side, cell in zip(sides, row, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    head = line("th", [heading.removeprefix(">") for heading in headings])
    body = "".join(line("td", row) for row in rows)
    return f"<table><caption>{_escape(caption)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"


def _escape(text: str) -> str:
    # `html.escape` would do, at the price of importing every named entity with the library.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
