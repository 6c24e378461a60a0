"""What a campaign found: the page in the docs, and whether it is good enough."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.mutation.mutants import Mutant
from tests.mutation.reasons import REASONS, Reason
from tests.mutation.runner import Result, Verdict

GOAL = 0.95
"""How many of the mutants have to be killed; a timeout kills."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A campaign that is over.

    Attributes:
        results: One for each mutant that was tried.
        tests: How many tests the longest list has.
        took_s: How long it all took, in seconds.
        jobs: How many mutants ran at a time.
        command: What was typed.
    """

    results: tuple[Result, ...]
    tests: int
    took_s: float
    jobs: int
    command: str

    @property
    def killed(self) -> float:
        """The part of the mutants that did not survive."""
        dead = sum(result.verdict is not Verdict.SURVIVED for result in self.results)
        return dead / len(self.results) if self.results else 0.0

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        """The mutants that no test noticed, in the order of their text."""
        alive = [result.mutant for result in self.results if result.verdict is Verdict.SURVIVED]
        return tuple(sorted(alive, key=lambda mutant: (mutant.module, mutant.line, mutant.change)))


@dataclass(frozen=True)
class Earlier:
    """What a whole campaign came to before tests were added to it.

    Attributes:
        dead: What was killed or ran out of time.
        survivors: What no test noticed.
        took_s: How long it took, in seconds.
    """

    dead: tuple[Result, ...]
    survivors: tuple[Mutant, ...]
    took_s: float

    @classmethod
    def read(cls, printed: str, everything: Sequence[Mutant]) -> Earlier | None:
        """Read what a campaign has printed; None where it was none of all these mutants, or did not come to its end."""
        ended = re.search(rf"^[\d.]+% of {len(everything)} killed in (\d+) s$", printed, re.MULTILINE)
        said = {
            (Verdict(found["verdict"]), found["mutant"])
            for found in re.finditer(
                r"^(?P<verdict>survived|timed out): (?P<mutant>.*)$", printed, re.MULTILINE
            )
        }
        if ended is None or not {text for _, text in said} <= {shown(mutant) for mutant in everything}:
            return None
        survivors = tuple(one for one in everything if (Verdict.SURVIVED, shown(one)) in said)
        dead = tuple(
            Result(one, Verdict.TIMEOUT if (Verdict.TIMEOUT, shown(one)) in said else Verdict.KILLED)
            for one in everything
            if (Verdict.SURVIVED, shown(one)) not in said
        )
        return cls(dead, survivors, float(ended[1]))


def complaints(found: Found, *, is_whole: bool, reasons: Sequence[Reason] = REASONS) -> Iterator[str]:
    """Give everything that fails the campaign.

    Args:
        found: The campaign.
        is_whole: Every mutant there is was tried, so that a reason that fits none of them is idle.
        reasons: Why mutants may live.
    """
    if found.killed < GOAL:
        yield f"{found.killed:.2%} are killed, {GOAL:.0%} have to be"
    known = {reason.key for reason in reasons}
    alive = {mutant.key for mutant in found.survivors}
    for mutant in found.survivors:
        if mutant.key not in known:
            yield f"survived without a reason: {shown(mutant)}"
    tried = {result.mutant.key for result in found.results}
    for reason in reasons:
        if reason.key in tried - alive:
            yield f"a reason that is no longer needed, the mutant dies: {' | '.join(reason.key)}"
        elif is_whole and reason.key not in tried:
            yield f"a reason for a mutant that there is not: {' | '.join(reason.key)}"
        if not reason.why:
            yield f"a reason without a word: {' | '.join(reason.key)}"


def shown(mutant: Mutant) -> str:
    """Give a mutant as a line to look it up by."""
    return f"{mutant.module}:{mutant.line} | {mutant.where} | {mutant.change}"


def page(found: Found, reasons: Sequence[Reason] = REASONS) -> str:
    """Give the page of the docs."""
    return "\n".join(_page(found, reasons)) + "\n"


def _page(found: Found, reasons: Sequence[Reason]) -> Iterator[str]:
    minutes, seconds = divmod(round(found.took_s), 60)
    yield from (
        "# Mutants of the lifecycle",
        "",
        "Does a test notice when the lifecycle is wrong? Every row of its tables and every line of its modules is changed",
        "in one place at a time, and the tests have to fail: the report of `tests/mutation`, written by the command below.",
        "",
        "| | |",
        "| --- | --- |",
        f"| command | `{found.command}` |",
        "| seed | none: every mutant is tried, and Hypothesis draws the same each time |",
        f"| tests | {found.tests:,} |",
        f"| mutants | {len(found.results):,} |",
        f"| killed | {found.killed:.2%}, the goal is {GOAL:.0%} |",
        f"| wall time | {minutes} min {seconds} s, {found.jobs} at a time |",
        f"| interpreter | {platform.python_implementation()} {platform.python_version()}, {platform.machine()} |",
        "",
        "A mutant that ran out of time is killed: the tests do not come to an end.",
        "",
        "| module | mutants | killed | timed out | survived |",
        "| --- | --: | --: | --: | --: |",
    )
    yield from _table(found.results)
    yield from ("", "## Survivors", "")
    if not found.survivors:
        yield "None."
    why = {reason.key: reason.why for reason in reasons}
    for mutant in found.survivors:
        yield f"- `{mutant.module.rpartition('.')[2]}.{mutant.where}`: {_code(mutant.change)}\\"
        yield f"  {why.get(mutant.key, 'no reason yet')}"


def _table(results: Iterable[Result]) -> Iterator[str]:
    count = Counter((result.mutant.module, result.verdict) for result in results)
    modules = sorted({module for module, _ in count})
    verdicts = (Verdict.KILLED, Verdict.TIMEOUT, Verdict.SURVIVED)
    for module in modules:
        each = [count[module, verdict] for verdict in verdicts]
        yield _row(f"`{module}`", each)
    yield _row("all", [sum(count[module, verdict] for module in modules) for verdict in verdicts])


def _row(name: str, each: Sequence[int]) -> str:
    return f"| {' | '.join((name, *(f'{number:,}' for number in (sum(each), *each))))} |"


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"
