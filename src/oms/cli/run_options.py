"""The options of `oms run`, in groups, and below them how each model is written."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Final, TypeVar

from oms.cli import columns, models, venues, wires
from oms.cli.journal import NEW_JOURNAL
from oms.cli.words import Ways, described
from oms.feeds.recording import REFERENCE_VENUE
from oms.model.enums import Choice
from oms.simulation.bar_path import BarPath
from oms.simulation.self_match import SelfMatch

C = TypeVar("C", bound=Choice)

_WAYS: Final[tuple[tuple[str, Ways, *tuple[str, ...]], ...]] = (
    ("--fees MODEL", models.FEES, *models.FEE_NOTES),
    ("--slippage MODEL", models.SLIPPAGE),
    ("--queue MODEL", models.QUEUES),
    ("--fills MODEL", models.FILLS),
    ("--account MODEL", models.ACCOUNTS),
    ("--latency [WHAT=]MODEL", wires.DELAYS, *wires.LATENCY_NOTES),
    ("--faults MODEL", wires.FAULTS, *wires.FAULT_NOTES),
    ("--profile NAME", venues.PROFILES),
    ("--calendar NAME", venues.CALENDARS),
)
EPILOG: Final = "\n".join(
    (
        "models: a name, then values after a colon, then key=value pairs, all divided by commas",
        *(described(option, ways, *notes) for option, ways, *notes in _WAYS),
        columns.HELP,
    )
)
"""How models and maps of columns are written."""


def add_options(parser: ArgumentParser) -> None:
    """Add every option."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    _add_market(parser)
    _add_bot(parser)
    _add_exchange(parser)
    _add_wires(parser)
    add = parser.add_argument_group("what is written").add_argument
    add("--db", help=NEW_JOURNAL)
    add("--chart", metavar="FILE", help="draw the run into this HTML page")
    add("--exit-after", type=int, metavar="N", help="break off without clean-up after N orders")


def _add_market(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the market")
    add = group.add_argument
    add("files", metavar="FILE", nargs="*", help="recorded market data: CSV, gzipped CSV, Parquet, Arrow")
    add("--quotes", metavar="FILE", help="recorded quotes; the same as naming the file last")
    add("--trades", metavar="FILE", help="recorded trades; the same as naming the file before the quotes")
    add(
        "--columns",
        metavar="MAP",
        action="append",
        help="what each column is, where the header does not tell; may be given several times",
    )
    add("--venue", default=REFERENCE_VENUE, help="whose quotes, where a file has several venues (default: N)")
    add("--bar-seconds", type=int, metavar="N", help="how long a bar is, where a file has bars")
    add("--assumed-size", metavar="QTY", help="the size of quotes, where a file has none")
    add("--bad-rows", choices=("raise", "skip"), default="raise", help="what a bad row does (default: raise)")
    add("--symbol", default="BTCUSDT", help="what the files are about (default: BTCUSDT)")
    add("--currency", default="USDT", help="what prices are in (default: USDT)")
    add("--tick", default="0.01", help="the price increment (default: 0.01)")
    add("--lot", default="0.00001", help="the quantity increment (default: 0.00001)")
    add("--calendar", metavar="NAME", help="when sessions open and close (default: always open)")


def _add_bot(parser: ArgumentParser) -> None:
    add = parser.add_argument_group("the bot").add_argument
    add("--size", default="0.05", help="how much each order of the bot is for (default: 0.05)")
    add("--max-qty", default="0.3", help="how much the bot may hold (default: 0.3)")
    add("--pace", type=int, default=10, help="the bot looks at every so-manieth quote (default: 10)")
    add("--display", metavar="QTY", help="how much of an order that waits is shown at a time (default: all)")
    add("--tif", choices=("gtc", "day"), default="gtc", help="how long its orders are good (default: gtc)")


def _add_exchange(parser: ArgumentParser) -> None:
    add = parser.add_argument_group("the exchange").add_argument
    add("--maker-bps", default="1", help="fee of an execution that made, in basis points (default: 1)")
    add("--taker-bps", default="3", help="fee of an execution that took, in basis points (default: 3)")
    add("--fees", metavar="MODEL", action="append", help="other fees; several are added up")
    add("--slippage", metavar="MODEL", help="how much worse than shown what takes trades (default: none)")
    queue = "where those who cancel stood (default: pessimistic)"
    add("--queue", metavar="MODEL", default="pessimistic", help=queue)
    add("--fills", metavar="MODEL", default="every", help="what a mere touch fills (default: every)")
    add("--bar-path", choices=names(BarPath), default="adaptive", help="which extreme of a bar comes first")
    add("--fills-on-touch", action="store_true", help="a bar that only touches a limit fills it")
    add("--self-match", choices=names(SelfMatch), default="rest-both", help="who gives way to an own order")
    add("--account", metavar="MODEL", help="on which terms it is traded (default: without limits)")
    add(
        "--profile",
        metavar="NAME",
        default="simulated",
        help="how it says that it behaves (default: simulated)",
    )


def _add_wires(parser: ArgumentParser) -> None:
    add = parser.add_argument_group("the way there and back").add_argument
    latency = "how long messages take; may be given once for each WHAT (default: no time)"
    add("--latency", metavar="MODEL", action="append", help=latency)
    add("--may-overtake", action="store_true", help="messages of one direction may overtake one another")
    add("--faults", metavar="MODEL", action="append", help="what goes wrong; several do (default: nothing)")
    add("--bust-rate", metavar="PROBABILITY", help="how many executions are declared void (default: none)")
    add("--bust-after", metavar="MODEL", help="how long after, as for --latency (default: a minute)")
    add(
        "--cancel-rate",
        metavar="PROBABILITY",
        help="how many orders the venue cancels unasked (default: none)",
    )
    add("--cancel-after", metavar="MODEL", help="how long after, as for --latency (default: a second)")
    add("--suspend-rate", metavar="PROBABILITY", help="how many orders it suspends (default: none)")
    add("--suspend-for", metavar="MODEL", help="how long, as for --latency (default: a second)")
    add("--stop-rate", metavar="PROBABILITY", help="how many orders it stops at their limits (default: none)")
    add("--correct-rate", metavar="PROBABILITY", help="how many executions it corrects (default: none)")
    finish = "when open orders are done for the day, in UTC or seconds after the first row"
    add("--done-for-day", metavar="TIME", help=finish)
    add(
        "--halt",
        metavar="TIME+SECONDS[,...]",
        help="when it is halted, in UTC or seconds after the first row, and how long",
    )
    add("--seed", type=int, default=0, help="what is drawn at random follows from it (default: 0)")


def names(choices: type[C]) -> list[str]:
    """Give how the members of an enumeration are written as an option."""
    return [choice.name.lower().replace("_", "-") for choice in choices]


def named(choices: type[C], text: str) -> C:
    """Give the member that is written so."""
    return choices[text.upper().replace("-", "_")]
