"""What `oms` does where the FIX standard leaves it open, or contradicts itself: the cases A1 to A27 of the reference page.

Each has a test of its own name in `tests/matrices/test_ambiguous.py`.
"""

from __future__ import annotations

from typing import Final

CASES: Final[dict[str, tuple[str, str]]] = {
    "A1": (
        "An execution while a request is undecided",
        (
            "It is booked at once. The status stays pending, by precedence, on the old ClOrdID and the old total; `leaves_qty` and "
            "`is_closed` tell that nothing is left, and nothing in the library waits for a status."
        ),
    ),
    "A2": (
        "Rejected, for an order that works",
        (
            "It is the refusal of a second order under the same ClOrdID where the report shows the order as anything but Rejected, or "
            "where an acknowledged order is refused as a duplicate: CONTRADICTS_ORDER, and the order lives on."
        ),
    ),
    "A3": (
        "Rejected, after an execution",
        "Taken as a cancel: the executions stay, CONTRADICTS_ORDER is raised.",
    ),
    "A4": (
        "An execution after Canceled",
        (
            "Booked, with LATE_EXECUTION unless the venue's profile expects it. The order stays Canceled; it reads Filled once the "
            "total is reached."
        ),
    ),
    "A5": (
        "An execution after Expired or Rejected",
        (
            "After Expired as after Canceled. After Rejected it is booked, the status becomes PartiallyFilled or Filled, and "
            "LATE_EXECUTION is raised whatever the profile says."
        ),
    ),
    "A6": (
        "An order that comes back",
        (
            "Filled is left by a bust, a correction or, where the profile reopens filled orders, a larger total; DoneForDay by a "
            "restatement or the next day's execution. A restatement of an ended order is an anomaly, unless the profile reinstates."
        ),
    ),
    "A7": (
        "More executes than was ordered",
        "All of it is booked: the status is Filled, `leaves_qty` 0, `cum_qty` keeps the excess, OVERFILL is raised.",
    ),
    "A8": (
        "The same report twice",
        (
            "Executions are told by broker, account, instrument, trade date and ExecID, other reports by ExecID and venue time. A repeat "
            "leaves a trace; the same execution with another size or price is CONFLICTING_REPEAT."
        ),
    ),
    "A9": (
        "A bust or correction of an execution that is not known, or was busted before",
        (
            "UNKNOWN_EXECUTION. Not known: the report is kept, and applied when the execution turns up. The broker's CumQty is not "
            "taken over: executed quantity is always the sum of executions. Any identity along the chain of corrections is found."
        ),
    ),
    "A10": (
        "A bust of a filled order",
        (
            "The status follows the facts, PartiallyFilled or New. What was busted works again where the report's own quantities say "
            "so; where it has none, where the profile reopens filled orders."
        ),
    ),
    "A11": (
        "A bust with a LastQty, or with 0",
        "Never looked at: size and price are those of the execution it names.",
    ),
    "A12": ("LastQty of a correction", "The whole new size, not a difference."),
    "A13": (
        "A bust or correction on a later day",
        (
            "The execution keeps its trade date: an earlier day's moves `cum_qty` and `day_order_qty`, today's `cum_qty` and "
            "`day_cum_qty`."
        ),
    ),
    "A14": (
        "CumQty changes without an execution",
        (
            "A restatement for a corporate action changes what earlier executions count for by the ratio of the totals; a later bust "
            "takes out as much. Their money value stays, and so do positions, which a corporate action of their own must move."
        ),
    ),
    "A15": (
        "Replaced with another total than was asked for",
        "The answer's total, price and display count, never the request's.",
    ),
    "A16": (
        "Replaced without PendingReplace, Canceled without PendingCancel",
        "Usual: pending reports are never needed.",
    ),
    "A17": (
        "What an order falls back to when a request is refused",
        "To what its facts say at that moment; no earlier status is remembered.",
    ),
    "A18": (
        "The refusal of a replace in a chain",
        "Answers are matched by ClOrdID alone. A later replace that builds on the refused one stays outstanding.",
    ),
    "A19": ("An acknowledgement while a cancel is pending", "The status stays PendingCancel."),
    "A20": (
        "A cancel is refused because the order is unknown",
        "The cancel is answered, the order goes on, ABSENT_AT_BROKER is raised and the broker is asked.",
    ),
    "A21": ("Canceled while a replace is pending", "Every outstanding request ends with the order."),
    "A22": (
        "Done for the day",
        (
            "With LeavesQty 0, or none given for a day order, the order is over: closed, and still open to busts. With more, it works "
            "again on a later day."
        ),
    ),
    "A23": (
        "Suspended, Calculated, Expired, AcceptedForBidding",
        (
            "Suspended ends with a restatement, a replace that is shown as working, or New at a later venue time, whichever is heard "
            "first; an execution is booked, flagged late, and resumes nothing. Calculated changes no quantity; it outranks the end of an "
            "order that it came before, and after one it is ILLEGAL_IN_STATE: what is over and settled has no figures to come. Expired is "
            "as Canceled. AcceptedForBidding is shown until the order is acknowledged."
        ),
    ),
    "A24": (
        "Stopped",
        (
            "LastQty and LastPx are the guarantee (`order.guarantee`), not an execution; so is, where the profile says so as for FIX 4.2, an execution shown "
            "as Stopped that leaves CumQty as it was."
        ),
    ),
    "A25": ("An execution and the end in one report", "Two events in a row, the execution first."),
    "A26": (
        "An execution before the acknowledgement",
        "It implies the acknowledgement; one that follows is a repeat, unless it is the first to name the total.",
    ),
    "A27": (
        "Executions without a ClOrdID, or under one that never was the order's",
        "An order is found by any ClOrdID of its requests, those of cancels included, and by every id its venue gave it.",
    ),
}
"""The case, and what becomes of it, by the numbers of the list."""
