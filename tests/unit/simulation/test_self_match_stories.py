"""Orders of one account that would trade with one another, as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

import pytest
from attrs import evolve

from oms.errors import ValidationError
from oms.model.enums import ExecRestatementReason, Side
from oms.model.ids import Account
from oms.model.reports import ExecutionReport
from oms.model.requests import NewOrderSingle
from oms.model.time_in_force import GTC
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from tests.unit.simulation.test_depth_stories import play
from tests.unit.simulation.venue import Venue, order

BOOK = "book 98x9 101x3,102x4"
# Ours rests at 101 behind three of the market, of which two are gone by then, and with two more behind it.
OURS = (BOOK, "sell s 5 @101 gtc -> s new", "trade 101x2 buy", "levels - 101x3")

STORIES: dict[str, tuple[SelfMatch, tuple[str, ...]]] = {
    "both rest": (
        SelfMatch.REST_BOTH,
        (
            *OURS,
            "buy b 9 @101 gtc -> b new; b 3@101 taker leaves 6",
            "trade 101x9 -> b 6@101 maker leaves 0; s 2@101 maker leaves 3",
        ),
    ),
    "the one that rests gives way at its turn": (
        SelfMatch.CANCEL_OLDEST,
        (
            *OURS,
            "buy b 9 @101 gtc -> b new; b 1@101 taker leaves 8; s canceled cum 0; b 2@101 taker leaves 6",
        ),
    ),
    "the one that comes gives way at the other's turn": (
        SelfMatch.CANCEL_NEWEST,
        (*OURS, "buy b 9 @102 gtc -> b new; b 1@101 taker leaves 8; b canceled cum 1"),
    ),
    "both give way": (
        SelfMatch.CANCEL_BOTH,
        (*OURS, "buy b 9 mkt ioc -> b new; b 1@101 taker leaves 8; s canceled cum 0; b canceled cum 1"),
    ),
    "the smaller one is taken off both, and the larger one goes on": (
        SelfMatch.DECREMENT_BOTH,
        (
            *OURS,
            (
                "buy b 9 @101 gtc -> b new; b 1@101 taker leaves 8; s canceled cum 0; b restated 4 cum 1; "
                "b 2@101 taker leaves 1"
            ),
        ),
    ),
    "the larger one that rests keeps its place": (
        SelfMatch.DECREMENT_BOTH,
        (
            *OURS,
            "buy b 3 @101 gtc -> b new; b 1@101 taker leaves 2; s restated 3 cum 0; b canceled cum 1",
            "trade 101x4 buy -> s 3@101 maker leaves 0",  # 5 - 2; the one ahead of it is gone in the market too
        ),
    ),
    "two of a size both end": (
        SelfMatch.DECREMENT_BOTH,
        (
            BOOK,
            "sell s 2 @100 gtc -> s new",
            "buy b 2 @100 gtc -> b new; s canceled cum 0; b canceled cum 0",
        ),
    ),
    "the better of ours is met first, then the market, then the other": (
        SelfMatch.CANCEL_OLDEST,
        (
            BOOK,
            "sell s 2 @100 gtc -> s new",
            "sell t 2 @102 gtc -> t new",
            (
                "buy b 9 @102 gtc -> b new; s canceled cum 0; b 3@101 taker leaves 6; b 4@102 taker leaves 2; "
                "t canceled cum 0"
            ),
        ),
    ),
    "who is not reached stays": (
        SelfMatch.CANCEL_OLDEST,
        (BOOK, "sell s 2 @102 gtc -> s new", "buy b 9 @101 gtc -> b new; b 3@101 taker leaves 6"),
    ),
    "who may trade no more meets nobody": (
        SelfMatch.CANCEL_OLDEST,
        (
            BOOK,
            "buy a 1 @101 gtc -> a new; a 1@101 taker leaves 0",
            "buy r 2 @97 gtc -> r new",
            "sell b 3 @97 gtc reduce -> b new; b 1@98 taker leaves 2; b canceled cum 1",
            "trade 96x2 -> r 2@97 maker leaves 0",
        ),
    ),
    "who is filled before meets nobody": (
        SelfMatch.CANCEL_NEWEST,
        (*OURS, "buy b 1 @101 gtc -> b new; b 1@101 taker leaves 0"),
    ),
    "a FOK counts what comes before the one that stops it": (
        SelfMatch.CANCEL_NEWEST,
        (
            *OURS,
            "buy b 2 @102 fok -> b new; b canceled cum 0",
            "buy c 1 @102 fok -> c new; c 1@101 taker leaves 0",
        ),
    ),
    "a FOK counts all where the one that rests gives way": (
        SelfMatch.CANCEL_OLDEST,
        (
            *OURS,
            "buy b 8 @102 fok -> b new; b canceled cum 0",
            (
                "buy c 7 @102 fok -> c new; c 1@101 taker leaves 6; s canceled cum 0; c 2@101 taker leaves 4; "
                "c 4@102 taker leaves 0"
            ),
        ),
    ),
    # One of the market is ahead of ours, six more stand behind it.
    **{
        f"a least quantity is not had past an own order that rests: {mode.value}": (
            mode,
            (
                *OURS,
                "buy b 9 @102 gtc min4 -> b new",
                "levels 97x1 -",
                "cancel c s -> c canceled cum 0",
                "levels 97x2 - -> b 7@102 maker leaves 2",
            ),
        )
        for mode in (SelfMatch.CANCEL_NEWEST, SelfMatch.CANCEL_BOTH, SelfMatch.DECREMENT_BOTH)
    },
    "nor is it later, where the one that rests would have given way": (
        SelfMatch.CANCEL_OLDEST,
        (
            *OURS,
            "buy b 9 @102 gtc min8 -> b new",
            "levels - 102x6",
            "cancel c s -> c canceled cum 0",
            "levels 97x2 - -> b 9@102 maker leaves 0",
        ),
    ),
    "it is had of who is ahead of it": (
        SelfMatch.CANCEL_NEWEST,
        (
            BOOK,
            "sell s 5 @100.5 gtc -> s new",
            "buy b 9 @102 gtc min4 -> b new",
            # What is left of it stands in the queue like any other from then on, and meets ours as it comes there.
            "levels - 100x5 -> b 5@102 maker leaves 4; b canceled cum 5",
        ),
    ),
    "what is left of it is taken off both": (
        SelfMatch.DECREMENT_BOTH,
        (
            BOOK,
            "sell s 5 @100.5 gtc -> s new",
            "buy b 9 @102 gtc min4 -> b new",
            "levels - 100x5 -> b 5@102 maker leaves 4; s restated 1 cum 0; b canceled cum 5",
        ),
    ),
    "where both rest it is had of all": (
        SelfMatch.REST_BOTH,
        (
            *OURS,
            "buy b 9 @102 gtc min8 -> b new",
            "levels - 102x6 -> b 9@102 maker leaves 0",
        ),
    ),
    "nor is it in a bar": (
        SelfMatch.CANCEL_NEWEST,
        (
            "bar 100,100.5,99,100x50",
            "sell s 5 @101 gtc -> s new",
            "buy b 9 @102 gtc min4 -> b new",
            "bar 100,100.5,99,100x50",
            "cancel c s -> c canceled cum 0",
            "bar 100,100.5,99,100x50 -> b 9@102 maker leaves 0",
        ),
    ),
    "a stop that is released comes then": (
        SelfMatch.CANCEL_NEWEST,
        (
            BOOK,
            "sell s 2 @100 gtc -> s new",
            "buy b 2 stop99 gtc -> b new",
            "trade 99x1 -> b triggered; b canceled cum 0",
        ),
    ),
    "a replace comes anew": (
        SelfMatch.CANCEL_OLDEST,
        (
            BOOK,
            "sell s 2 @100 gtc -> s new",
            "buy b 2 @99 gtc -> b new",
            "replace c b 2@100 -> c replaced 2@100 cum 0 leaves 2; s canceled cum 0",
        ),
    ),
}


@pytest.mark.parametrize(("mode", "story"), STORIES.values(), ids=STORIES.keys())
def test_orders_of_one_account_never_trade_with_one_another(mode: SelfMatch, story: tuple[str, ...]) -> None:
    play(Venue(rules=MatchingRules(self_match=mode)), story)


@pytest.mark.parametrize(
    ("mode", "resting", "coming"),
    [
        (SelfMatch.CANCEL_OLDEST, ExecRestatementReason.SELF_MATCH_PREVENTION_PASSIVE, None),
        (SelfMatch.CANCEL_NEWEST, None, ExecRestatementReason.SELF_MATCH_PREVENTION_AGGRESSIVE),
        (
            SelfMatch.CANCEL_BOTH,
            ExecRestatementReason.SELF_MATCH_PREVENTION,
            ExecRestatementReason.SELF_MATCH_PREVENTION,
        ),
        (
            SelfMatch.DECREMENT_BOTH,
            ExecRestatementReason.SELF_MATCH_PREVENTION,
            ExecRestatementReason.SELF_MATCH_PREVENTION,
        ),
    ],
)
def test_the_reports_say_why(
    mode: SelfMatch, resting: ExecRestatementReason | None, coming: ExecRestatementReason | None
) -> None:
    venue = Venue(rules=MatchingRules(self_match=mode))
    for line in (BOOK, "sell s 2 @100 gtc", "buy b 3 @100 gtc"):
        venue.tell(line)

    reasons = {
        report.cl_ord_id: report.exec_restatement_reason
        for report in venue.reports
        if isinstance(report, ExecutionReport) and report.exec_restatement_reason is not None
    }
    assert reasons == {name: reason for name, reason in (("s", resting), ("b", coming)) if reason is not None}


def test_each_account_has_a_mode_of_its_own() -> None:
    rules = MatchingRules(self_match={Account("main"): SelfMatch.CANCEL_OLDEST})
    venue = Venue(rules=rules)
    for line in (BOOK, "sell s 2 @100 gtc"):
        venue.tell(line)

    other = venue.exchange.new_order(evolve(_buy("x"), account=Account("other")))
    own = venue.exchange.new_order(_buy("y"))

    assert len(other) == 1  # new, and it rests
    assert [report.cl_ord_id for report in own if isinstance(report, ExecutionReport)] == ["y", "s"]
    assert rules.self_match_of(Account("other")) is SelfMatch.REST_BOTH


def _buy(cl_ord_id: str) -> NewOrderSingle:
    return order(cl_ord_id, Side.BUY, "2", "100", GTC)


def test_a_mode_of_another_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="self_match"):
        MatchingRules(self_match="cancel oldest")  # type: ignore[arg-type]  # that is what is refused
