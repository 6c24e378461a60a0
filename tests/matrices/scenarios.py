"""The lifecycles of `scenarios.json` and `more_scenarios.json` as values, and the paths through each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import combinations
from pathlib import Path as File
from typing import Any, Final

from attrs import evolve, field, frozen

from oms.model.enums import CxlRejResponseTo, ExecRestatementReason, ExecType, OrdStatus, Side
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.reports import ExecutionReport, OrderCancelReject
from oms.model.time_in_force import DAY, FOK, GTC, IOC, TimeInForce
from tests.fakes import T0, S

FOLDER: Final = File(__file__).parent
STANDARD: Final = FOLDER / "scenarios.json"
OURS: Final = FOLDER / "more_scenarios.json"

SYMBOL: Final = Symbol("AAPL")
ACCOUNT: Final = Account("main")
NEXT_DAY_NS: Final = 86_400 * S
TRADE_DATES: Final = ("20260105", "20260106")
"""The venue's first and second day; the first one is the day of `T0`."""

_TIMES_IN_FORCE: Final[dict[str | None, TimeInForce]] = {
    None: DAY,
    "Day": DAY,
    "GoodTillCancel": GTC,
    "ImmediateOrCancel": IOC,
    "FillOrKill": FOK,
}
_OTHER_NAMES: Final = {
    "TriggeredOrActivatedBySystem": "TRIGGERED",
    "VerbalChange": "VERBAL_CHANGE",
    "PartialDeclineOfOrderQty": "PARTIAL_DECLINE",
    "GTRenewal": "GT_RENEWAL",
    "GTCorporateAction": "GT_CORPORATE_ACTION",
}
# FIX 4.2 has one ExecType for executions, and says in ExecTransType (20) what became of them.
_OF_4_2: Final = {"New": ExecType.TRADE, "Cancel": ExecType.TRADE_CANCEL, "Correct": ExecType.TRADE_CORRECT}
_CODES: Final = {
    "UnknownOrder": ("5", "1"),
    "DuplicateOrder": ("6", "6"),
    "DuplicateOfAVerballyCommunicatedOrder": ("7", ""),
    "TooLateToCancel": ("", "0"),
    "AlreadyPending": ("", "3"),
}
"""What OrdRejReason (103) and CxlRejReason (102) call a reason."""


class Told(Enum):
    """What a venue says of when things happened."""

    TIMES = "times and trading days"
    NUMBERS = "numbers of its own and trading days"
    NOTHING = "nothing"


@frozen(kw_only=True)
class Step:
    """One message of a scenario, or what happens off the wire; the names are those of the files."""

    n: int
    t: str
    msg: str
    is_from_client: bool
    cl_ord_id: str | None = None
    orig_cl_ord_id: str | None = None
    exec_type: ExecType | None = None
    ord_status: OrdStatus | None = None
    order_qty: Decimal | None = None
    cum_qty: Decimal | None = None
    leaves_qty: Decimal | None = None
    last_qty: Decimal | None = None
    last_px: Decimal | None = None
    price: Decimal | None = None
    cash_order_qty: Decimal | None = None
    day_order_qty: Decimal | None = None
    day_cum_qty: Decimal | None = None
    exec_id: str | None = None
    exec_ref_id: str | None = None
    reject_code: str = ""
    response_to: CxlRejResponseTo | None = None
    reason: ExecRestatementReason | None = None
    alt: bool = False
    optional: bool = False
    do_not_assert: frozenset[str] = frozenset()

    @property
    def is_from_broker(self) -> bool:
        """It is a message that the client hears."""
        return self.msg in ("ExecutionReport", "OrderCancelReject")

    @property
    def day(self) -> int:
        """The trading day, from 0."""
        return 1 if self.t.startswith("D2") else 0

    @property
    def at_ns(self) -> int:
        """When it happened at the venue: steps are a second apart, days a day."""
        return T0 + self.n * S + self.day * NEXT_DAY_NS

    @property
    def px(self) -> Decimal:
        """The price of its execution: the matrix's, else one that no other step has."""
        return Decimal(100) - self.n * Decimal("0.01") if self.last_px is None else self.last_px

    @property
    def is_execution(self) -> bool:
        """It carries, amends or takes back an execution; a guarantee is none, whatever it is called (A24)."""
        return self.exec_type in (ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT) and not (
            self.ord_status is OrdStatus.STOPPED and self.cum_qty == 0
        )

    def __str__(self) -> str:
        """Give the step in a few words."""
        said = self.msg if self.exec_type is None else self.exec_type.name
        return f"step {self.n} ({said})"


@frozen(kw_only=True)
class Scenario:
    """One lifecycle.

    Attributes:
        order_qty: The total of its first order; None where that is given in money.
        roots: The first letter of the order that each letter belongs to.
        rule: What it shows, where it is ours.
    """

    id: str
    title: str
    order_qty: Decimal | None
    time_in_force: TimeInForce
    price: Decimal | None
    steps: tuple[Step, ...]
    roots: Mapping[str, str] = field(repr=False)
    rule: str = ""

    def order_of(self, step: Step) -> str | None:
        """Give the letter of the order that a message is about; "" for one that was never given here, None if nobody's."""
        if step.cl_ord_id is None and step.orig_cl_ord_id is None:
            return ""
        return self.roots.get(step.cl_ord_id or "") or self.roots.get(step.orig_cl_ord_id or "")

    @property
    def main(self) -> Path:
        """The path without any alternative."""
        return Path(self.id, self, tuple(step for step in self.steps if not step.alt))

    def paths(self) -> Iterator[Path]:
        """Give the main path, one for each alternative, and one for each way of leaving optional reports out."""
        main = self.main.steps
        ways = [(self.id, main)]
        for step in self.steps:
            if step.alt:
                before = (other for other in main if other.n < step.n)
                ways.append((f"{self.id}[{step.n}]", (*before, step)))
        for name, steps in ways:
            optional = [step for step in steps if step.optional]
            for count in range(len(optional) + 1):
                for left_out in combinations(optional, count):
                    without = f"[{''.join(f'-{step.n}' for step in left_out)}]" if left_out else ""
                    yield Path(name + without, self, tuple(step for step in steps if step not in left_out))


@frozen
class Path:
    """One way through a scenario.

    Attributes:
        id: The scenario's id, with the number of the alternative or of what is left out.
    """

    id: str
    scenario: Scenario
    steps: tuple[Step, ...]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Give every scenario, the standard's before ours."""
    return (*_read(STANDARD), *_read(OURS))


def all_paths() -> list[Path]:
    """Give every path through every scenario."""
    return [path for scenario in scenarios() for path in scenario.paths()]


def report_of(
    step: Step, ids: Mapping[str, ClOrdId], venue_order_id: VenueOrderId | None, told: Told = Told.TIMES
) -> ExecutionReport | OrderCancelReject:
    """Give a broker's step as our adapter would.

    Args:
        step: The step.
        ids: Our ids by their letters; a letter that is none of ours stands for itself.
        venue_order_id: What the venue calls the order.
        told: What the venue says of when it happened.
    """
    cl_ord_id = (
        None if step.cl_ord_id is None else ids.get(step.cl_ord_id, ClOrdId(f"their {step.cl_ord_id}"))
    )
    orig = None if step.orig_cl_ord_id is None else ids[step.orig_cl_ord_id]
    time_ns = step.at_ns if told is Told.TIMES else None
    if step.msg == "OrderCancelReject":
        assert cl_ord_id is not None
        assert step.response_to is not None
        return OrderCancelReject(
            cl_ord_id,
            step.response_to,
            orig,
            venue_order_id,
            step.ord_status,
            time_ns,
            reject_code=step.reject_code,
        )
    assert step.exec_type is not None
    has_px = bool(step.last_qty) or step.exec_type is ExecType.TRADE
    return ExecutionReport(
        step.exec_type,
        cl_ord_id,
        orig,
        venue_order_id,
        ExecId(step.exec_id or f"R{step.n}"),
        None if step.exec_ref_id is None else ExecId(step.exec_ref_id),
        step.ord_status,
        step.order_qty,
        step.cum_qty,
        step.leaves_qty,
        step.last_qty,
        step.px if has_px else None,
        step.price,
        time_ns,
        None if told is Told.NOTHING else TRADE_DATES[step.day],
        symbol=SYMBOL,
        side=Side.BUY,
        account=ACCOUNT,
        reject_code=step.reject_code,
        exec_restatement_reason=step.reason,
        cash_order_qty=step.cash_order_qty,
        report_seq=step.n if told is Told.NUMBERS else None,
    )


# ---------------------------------------------------------------- the files


def _read(file: File) -> Iterator[Scenario]:
    for raw in json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal):
        steps = [_step(said) for said in raw["steps"]]
        order = raw["order"]
        if not any(step.msg in ("NewOrderSingle", "OutOfBand") for step in steps[:1]):
            # The order was given, and the broker never got it (B.1.f).
            steps.insert(0, _given(steps[0], order))
        yield Scenario(
            id=raw["id"],
            title=raw["title"],
            order_qty=order["qty"],
            time_in_force=_TIMES_IN_FORCE[order.get("time_in_force")],
            price=order.get("price"),
            steps=tuple(steps),
            roots=_roots(steps),
            rule=raw.get("rule", ""),
        )


def _given(first: Step, order: Mapping[str, Any]) -> Step:
    return evolve(
        first,
        n=0,
        msg="NewOrderSingle",
        cl_ord_id=first.orig_cl_ord_id,
        orig_cl_ord_id=None,
        order_qty=order["qty"],
    )


def _roots(steps: list[Step]) -> dict[str, str]:
    roots: dict[str, str] = {}
    for step in steps:
        if step.is_from_client and step.cl_ord_id is not None:
            if step.msg == "NewOrderSingle":
                roots.setdefault(step.cl_ord_id, step.cl_ord_id)
            elif step.orig_cl_ord_id is not None:
                roots[step.cl_ord_id] = roots[step.orig_cl_ord_id]
    return roots


def _snake(name: str) -> str:
    return _OTHER_NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _step(said: Mapping[str, Any]) -> Step:
    exec_type, status = said.get("exec_type"), said.get("ord_status")
    reason, response = said.get("exec_restatement_reason"), said.get("cxl_rej_response_to")
    in_4_2 = said.get("exec_trans_type")
    kind: ExecType | None
    if in_4_2 == "Status":
        kind = ExecType.ORDER_STATUS
    elif exec_type in ("PartialFill", "Fill"):
        kind = _OF_4_2[in_4_2 or "New"]
    else:
        kind = None if exec_type is None else ExecType[_snake(exec_type)]
    of_order, of_request = _CODES.get(
        said.get("ord_rej_reason") or said.get("cxl_rej_reason") or "", ("", "")
    )
    return Step(
        n=int(said["n"]),
        t=said["t"],
        msg=said["msg"],
        is_from_client=said["from"] == "client",
        cl_ord_id=said.get("cl_ord_id"),
        orig_cl_ord_id=said.get("orig_cl_ord_id"),
        exec_type=kind,
        # What 4.2 calls Replaced is an ExecType only from 4.3 on.
        ord_status=None if status in (None, "Replaced") else OrdStatus[_snake(status)],
        order_qty=said.get("order_qty"),
        cum_qty=said.get("cum_qty"),
        leaves_qty=said.get("leaves_qty"),
        last_qty=said.get("last_qty"),
        last_px=said.get("last_px"),
        price=said.get("price"),
        cash_order_qty=said.get("cash_order_qty"),
        day_order_qty=said.get("day_order_qty"),
        day_cum_qty=said.get("day_cum_qty"),
        exec_id=said.get("exec_id"),
        exec_ref_id=said.get("exec_ref_id"),
        reject_code=of_order if said["msg"] == "ExecutionReport" else of_request,
        response_to=None if response is None else CxlRejResponseTo(str(response)),
        reason=None if reason is None else ExecRestatementReason[_snake(reason)],
        alt=bool(said.get("alt")),
        optional=bool(said.get("optional")),
        do_not_assert=frozenset(said.get("do_not_assert", ())),
    )
