"""The campaign over every order of arrival: `python -m tests.matrices --full` tries all of them and writes the report.

Without `--full` only some are tried, and nothing is written. A campaign that fails writes nothing either.
"""
# ruff: noqa: T201  # the table is its output

from __future__ import annotations

import argparse
import platform
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from attrs import define

from tests.matrices.arrival import MOST, RARE, SEED, Campaign, try_all
from tests.matrices.scenarios import Told, scenarios
from tests.matrices.unordered import UNORDERED

COMMAND = "nox -s matrices"
REPORT = Path(__file__).parents[2] / "docs" / "reference" / "campaigns" / "order-of-arrival.md"
SOME = 40


@define
class Line:
    """What came of one scenario, for each of what a venue may say of when things happened."""

    scenario: str
    campaigns: dict[Told, Campaign]
    seconds: float

    @property
    def tried(self) -> int:
        """How many histories."""
        return sum(campaign.tried for campaign in self.campaigns.values())

    @property
    def doubled(self) -> int:
        """How many of them with every report delivered twice."""
        return sum(campaign.tried_doubled for campaign in self.campaigns.values())

    @property
    def reports(self) -> int:
        """How many reports it has."""
        return self.campaigns[Told.NOTHING].reports

    @property
    def asked(self) -> int:
        """How many histories left a question."""
        return sum(len(campaign.asked) for campaign in self.campaigns.values())

    @property
    def failures(self) -> list[str]:
        """The first of what went wrong."""
        return [failure for campaign in self.campaigns.values() for failure in campaign.failures]


def run(scenario_id: str, most: int) -> Line:
    """Try one scenario's orders of arrival."""
    scenario = next(scenario for scenario in scenarios() if scenario.id == scenario_id)
    began = perf_counter()
    campaigns = {told: try_all(scenario, told, most) for told in Told}
    return Line(scenario_id, campaigns, perf_counter() - began)


def faults_of(lines: Iterable[Line]) -> list[str]:
    """Give everything that fails the campaign."""
    found: list[str] = []
    seen: Counter[str] = Counter()
    for line in lines:
        found += line.failures
        for campaign in line.campaigns.values():
            seen += campaign.seen
        if bool(line.asked) is not (line.scenario in UNORDERED):
            found.append(f"{line.scenario}: {line.asked} histories left a question, the list says otherwise")
    return found + [f"no {rare} at all" for rare in RARE if not seen[rare]]


def page(lines: list[Line], wall_s: float) -> str:
    """Give the report as a page of the docs."""
    seen: Counter[str] = Counter()
    for line in lines:
        for campaign in line.campaigns.values():
            seen += campaign.seen
    # Nothing in this list may hang on the machine but the time.
    return "\n".join(
        [
            "# Order of arrival",
            "",
            "The reports of every lifecycle in `tests/matrices`, delivered in every order up to 7 reports and in 5,040 orders",
            f"above that (seed {SEED}): once as they are and once with every report delivered twice; with the venue's times,",
            "with its own numbers instead, and with neither. After every report all invariants hold. What has executed",
            "(quantity, value, average price, position) always comes to the same end. What the order works, and whether it has",
            "ended, does so wherever times or numbers are given; where neither is, it does so too, or an anomaly is raised and",
            "the broker is asked. Those cases are the second table, and there are no others: in those of a split and of",
            "two corrections of one execution the executed quantity hangs on the order too.",
            "",
            f"- Command: `{COMMAND}`",
            f"- Python {platform.python_version()}, {timedelta(seconds=round(wall_s))} on the wall",
            f"- Lifecycles: {len(lines)}",
            f"- Histories: {sum(line.tried for line in lines):,}",
            f"- Of them with every report delivered twice: {sum(line.doubled for line in lines):,}",
            f"- Left a question: {sum(line.asked for line in lines):,}",
            "",
            "## What was met on the way",
            "",
            "| what | how often |",
            "|---|---:|",
            *(f"| {rare} | {seen[rare]:,} |" for rare in RARE),
            "",
            "## What cannot be ordered",
            "",
            "| lifecycle | histories that left a question | why |",
            "|---|---:|---|",
            *(
                f"| {line.scenario} | {line.asked:,} of {line.tried:,} "
                f"| {'; '.join(cause.why for cause in UNORDERED.get(line.scenario, ()))} |"
                for line in lines
                if line.asked
            ),
            "",
            "## Every lifecycle",
            "",
            "| lifecycle | reports | histories | with repeats | seconds |",
            "|---|---:|---:|---:|---:|",
            *(
                f"| {line.scenario} | {line.reports} | {line.tried:,} | {line.doubled:,} | {line.seconds:.1f} |"
                for line in lines
            ),
            "",
        ]
    )


def main() -> int:
    """Run the campaign, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrices", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help="try every order of arrival, and write the report"
    )
    most = MOST if parser.parse_args().full else SOME
    began = perf_counter()
    lines: list[Line] = []
    with ProcessPoolExecutor() as pool:
        for line in pool.map(run, [scenario.id for scenario in scenarios()], [most] * len(scenarios())):
            lines.append(line)
            print(
                f"{line.scenario:12} {line.reports:3} reports {line.tried:7,} histories, {line.doubled:7,} with repeats, "
                f"{line.asked:6,} asked, {line.seconds:7.1f} s{'  FAILED' if line.failures else ''}",
                flush=True,
            )
    faults = faults_of(lines)
    print("\n".join(faults), file=sys.stderr)
    if most == MOST and not faults:
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(page(lines, perf_counter() - began), encoding="utf-8")
        print(f"written: {REPORT}")
    return 1 if faults else 0
