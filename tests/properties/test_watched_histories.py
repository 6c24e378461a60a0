"""Laws of the slippage monitor over whole histories: its figures are those of a walk through all that has happened."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from oms.model.costs import Figure, Missing
from oms.model.enums import Side
from oms.model.slippage import SlippageRules
from oms.projections.slippage_monitor import SlippageMonitor
from tests.unit.projections.watched import D, Told, ten_slices

KINDS = (
    "begin", "child", "fill", "bust", "print", "quote", "lost", "less", "more", "cancel", "restart",
)  # fmt: skip
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from([100, 100, 200]),
        st.integers(1, 300),
        st.integers(9_900, 10_100),
    ),
    min_size=10,
    max_size=40,
)
"""What happens, to which of two orders, how much, and at how many cents."""


class Book:
    """What is known of an order, kept the slow way."""

    def __init__(self, side: Side) -> None:
        """Begin with nothing executed."""
        self.side = side
        self.qty = 1_000
        self.fills: list[tuple[int, int, int]] = []
        self.prints: list[tuple[int, int]] = []
        self.is_heard = True
        self.is_canceled = False

    @property
    def cum_qty(self) -> int:
        return sum(size for _, size, _ in self.fills)

    @property
    def is_live(self) -> bool:
        return not self.is_canceled and self.cum_qty < self.qty


def watching() -> Told:
    return Told(SlippageMonitor(rules=SlippageRules(own_prints=False)))


def lived(history: list[tuple[str, int, int, int]]) -> tuple[Told, dict[int, Book]]:
    """A day of two orders in one instrument, told to a monitor and to their books."""
    told, books, child = watching(), dict[int, Book](), 1_000
    for kind, number, asked, cents in [("begin", 100, 1, 1), *history]:
        told.now_s += 1
        book = books.get(number)
        size = asked if book is None or kind != "fill" else book.qty - book.cum_qty
        was_live = {key: one.is_live for key, one in books.items()}
        match kind:
            case "begin" if book is None:
                book = books[number] = Book(Side.BUY if number == 100 else Side.SELL)
                told.begun(number, book.side)
            case "child" | "fill" if book is not None and book.is_live:
                child += 1
                book.fills.append((child, size, cents))
                told.child(child, (str(size), str(D(cents) / 100)), order_id=number)
            case "bust" if book is not None and book.fills:
                gone, qty, px = book.fills.pop(size % len(book.fills))
                told.executed(gone, str(-qty), str(D(px) / 100), order_id=number)
            case "less" | "more" if book is not None and book.is_live and book.fills:
                book.qty = book.cum_qty if kind == "less" else book.cum_qty + size
                told.amended(book.qty, ten_slices() if kind == "more" else (), number)
            case "cancel" if book is not None and book.is_live:
                book.is_canceled = True
                told.canceled(number)
            case "print":
                told.trade(str(D(cents) / 100), str(size))
                for one in books.values():
                    if one.is_live:
                        one.prints.append((size, cents))
            case "lost":
                told.lost()
                for one in books.values():
                    one.is_heard = one.is_heard and not one.is_live
            case "restart":
                again = watching()
                again.goes_on_from(told)
                again.events, again.now_s, again.gone = told.events, told.now_s, told.gone
                told = again
                for one in books.values():
                    one.is_heard = False
            case _:
                told.quote()
        for key, one in books.items():
            if was_live.get(key) is False and one.is_live:
                one.is_heard = False  # It is back; what was traded meanwhile was not counted.
    return told, books


@given(HISTORIES)
def test_the_figures_are_those_of_a_walk_through_all_that_has_happened(
    history: list[tuple[str, int, int, int]],
) -> None:
    """Law: over losses, busts, changes, cancels and restarts, whatever the order in which they come."""
    told, books = lived(history)
    assert {row.order_id for row in told.monitor.rows()} == {key for key, one in books.items() if one.is_live}
    for number, book in books.items():
        row, cum = told.monitor.row(number), book.cum_qty
        paid = sum((Fraction(size * cents, 100) for _, size, cents in book.fills), Fraction(0))
        assert row.is_live is book.is_live
        assert row.order_qty == book.qty
        assert row.cum_qty == cum
        assert row.children == len(book.fills)
        if cum:
            cost = book.side.sign * (paid - 100 * cum)
            assert row.arrival_cost.value == cost
            assert close(row.arrival_bps, cost / (100 * cum) * 10_000)
        else:
            assert row.arrival_bps == Figure(None, Missing.NOTHING_TRADED)
        if not book.is_heard:
            assert row.vwap_px == row.participation == Figure(None, Missing.NOT_HEARD)
            continue
        volume = sum(size for size, _ in book.prints) + cum
        if not volume:
            assert row.vwap_px == row.participation == Figure(None, Missing.NO_VOLUME)
            continue
        vwap = (sum((Fraction(size * cents, 100) for size, cents in book.prints), paid)) / volume
        assert close(row.vwap_px, vwap)
        assert close(row.participation, Fraction(cum, volume))


def close(figure: Figure, exact: Fraction) -> bool:
    """It is the exact number, to 25 digits."""
    assert figure.value is not None
    return abs(Fraction(figure.value) - exact) <= abs(exact) / 10**25
