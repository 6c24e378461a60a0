"""A campaign: the tests once against the library as it is, then against each mutant of it.

A mutant of a function is first shown the tests that call that function, a mutant of a table those of its room. What these
let pass sees the rest of the list before it counts as survived, so that the choice saves time and decides nothing.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Generic, TypeVar

from tests.mutation.child import EVERYWHERE, Choice, Outcome, fork, run, run_mutant, warm_up
from tests.mutation.mutants import Mutant, mutants

ROOT = "oms"
PACKAGE = "oms.lifecycle"
MIN_LIMIT_S = 20.0
"""What a mutant may compute for, at the least, in seconds of processor time; on the clock it is three times as much."""

NEAR = ("tests/unit/lifecycle",)
"""The tests that are meant to kill, the quick ones first; a folder that there is not is left out."""

FAR = (
    "tests/matrices/test_table.py",
    "tests/matrices/test_ambiguous.py",
    "tests/matrices/test_scenarios.py",
    "tests/unit/model/test_order.py",
    "tests/unit/engine",
)
"""The tests that see the lifecycle from further away."""

PASSED, _FAILED, _INTERRUPTED, INTERNAL_ERROR, USAGE_ERROR, NO_TESTS = range(6)

K = TypeVar("K")
_Look = tuple["Mutant", "int | None"]


class Verdict(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "timed out"
    SURVIVED = "survived"


class CampaignError(Exception):
    """The campaign itself is at fault: its figures would mean nothing."""


@dataclass(frozen=True)
class Result:
    """What became of a mutant, and which test or file it failed."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The tests against the library as it is.

    Attributes:
        paths: Where they are, in the order in which they run.
        calls: Which tests call a function, as `module:function`.
        count: How many there are.
        took_s: How long they took, in seconds.
    """

    paths: tuple[str, ...]
    calls: dict[str, frozenset[str]]
    count: int
    took_s: float

    def choice(self, mutant: Mutant) -> Choice:
        """Give the tests to show to a mutant first."""
        stem = mutant.module.rpartition(".")[2]
        # A function within a function is called by whoever calls the outer one.
        names = accumulate(mutant.where.split("."), "{}.{}".format)
        callers = next((found for name in names if (found := self.calls.get(f"{stem}:{name}"))), None)
        if callers is None or EVERYWHERE in callers:
            return Choice(paths=tuple(path for path in self.paths if path in NEAR), first=f"test_{stem}.py")
        files = {test.partition("::")[0] for test in callers}
        order = [(_rank(file, self.paths), file) for file in files]
        return Choice(paths=tuple(file for _, file in sorted(order)), only=callers, first=f"test_{stem}.py")

    def rest(self, mutant: Mutant) -> Choice:
        """Give all tests that `choice` has left out."""
        shown = self.choice(mutant)
        if shown.only is None:
            return Choice(paths=tuple(path for path in self.paths if path not in shown.paths))
        return Choice(paths=self.paths, without=shown.only)


def _rank(file: str, paths: Sequence[str]) -> int:
    return next(place for place, path in enumerate(paths) if file == path or file.startswith(f"{path}/"))


def source_folder() -> Path:
    """Give the folder of the package under test, without importing the package."""
    spec = importlib.util.find_spec(ROOT)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.joinpath(*PACKAGE.split(".")[1:])


def sources() -> dict[str, str]:
    """Give the text of every module of the package under test by the module's name."""
    files = sorted(source_folder().glob("*.py"))
    return {
        f"{PACKAGE}.{file.stem}": file.read_text(encoding="utf-8")
        for file in files
        if file.stem != "__init__"
    }


def all_mutants(texts: dict[str, str]) -> tuple[Mutant, ...]:
    """Give the mutants of every module."""
    return tuple(mutant for module, text in texts.items() for mutant in mutants(module, text))


def prepare() -> Baseline:
    """Warm this process up, and run the tests against the library as it is.

    Raises:
        CampaignError: They fail, or call nothing in the package under test.
    """
    warm_up(PACKAGE, ROOT)
    paths = tuple(path for path in (*NEAR, *FAR) if Path(path).exists())
    start = time.perf_counter()
    # Once for the time and the verdict, once more to be watched.
    _told_green(partial(run, Choice(paths=paths)))
    took_s = time.perf_counter() - start
    told = _told_green(partial(run, Choice(paths=paths), trace=source_folder()))
    if not told.calls:
        raise CampaignError(f"no test calls anything in {source_folder()}")
    calls = {name: frozenset(tests) for name, tests in told.calls.items()}
    return Baseline(paths=paths, calls=calls, count=told.count, took_s=took_s)


def _told_green(work: Callable[[], Outcome]) -> Outcome:
    only_one = deque([(None, work)])
    [(_, told)] = _in_children(
        lambda: only_one.popleft() if only_one else None, jobs=1, limit_s=20 * MIN_LIMIT_S
    )
    if told is None or told.code != PASSED:
        raise CampaignError(
            f"the tests are not green without a mutant: {told.failed if told else 'out of time'}"
        )
    return told


def campaign(
    chosen: Sequence[Mutant], texts: dict[str, str], baseline: Baseline, *, jobs: int
) -> Iterator[Result]:
    """Give the result of each mutant as it comes in.

    Raises:
        CampaignError: A child ran its tests against something else than the mutant, or ran none.
    """
    waiting = deque(chosen)
    again: deque[tuple[Mutant, int]] = deque()

    def following() -> tuple[_Look, Callable[[], Outcome]] | None:
        if again:
            mutant, seen = again.popleft()
            return (mutant, seen), _work(mutant, texts, baseline.rest(mutant))
        if waiting:
            mutant = waiting.popleft()
            return (mutant, None), _work(mutant, texts, baseline.choice(mutant))
        return None

    for (mutant, seen), told in _in_children(
        following, jobs=jobs, limit_s=max(MIN_LIMIT_S, 4 * baseline.took_s)
    ):
        # Ids of tests may hang on the tables: then none of the chosen is found, and all of them are asked.
        if seen is None and told is not None and told.code in {PASSED, NO_TESTS}:
            again.append((mutant, told.count))
        else:
            yield _result(mutant, told, seen or 0)


def _work(mutant: Mutant, texts: dict[str, str], choice: Choice) -> Callable[[], Outcome]:
    def work() -> Outcome:
        tree: ast.Module = mutant.tree(texts[mutant.module])
        return run_mutant(mutant.module, tree, " | ".join(mutant.key), choice)

    return work


def _result(mutant: Mutant, told: Outcome | None, seen: int) -> Result:
    if told is None:
        return Result(mutant, Verdict.TIMEOUT)
    is_nothing_left = told.code == NO_TESTS and seen > 0
    if not told.is_loaded or told.code == USAGE_ERROR or (told.code == NO_TESTS and not is_nothing_left):
        raise CampaignError(f"no verdict on {mutant.key}: {told}")
    if told.code == PASSED or is_nothing_left:
        return Result(mutant, Verdict.SURVIVED)
    return Result(mutant, Verdict.KILLED, told.failed or f"exit code {told.code}")


# ---------------------------------------------------------------- children, a few at a time


@dataclass
class _Child(Generic[K]):
    key: K
    process: int
    until_s: float
    said: bytes = b""


def _in_children(
    following: Callable[[], tuple[K, Callable[[], Outcome]] | None], *, jobs: int, limit_s: float
) -> Iterator[tuple[K, Outcome | None]]:
    """Do each work in a child of its own, so many at a time; None is the outcome of one that was out of time."""
    running: dict[int, _Child[K]] = {}
    try:
        while True:
            while len(running) < jobs and (given := following()) is not None:
                key, work = given
                process, pipe = fork(work, limit_s)
                # The clock on the wall is for a child that waits for something; a busy neighbor costs it nothing.
                running[pipe] = _Child(key, process, time.monotonic() + 3 * limit_s)
            if not running:
                return
            left_s = min(child.until_s for child in running.values()) - time.monotonic()
            ready, _, _ = select.select(list(running), [], [], max(0.0, left_s))
            for pipe in ready:
                if said := os.read(pipe, 1 << 20):
                    running[pipe].said += said
                else:
                    child = running.pop(pipe)
                    yield child.key, _heard(child, pipe)
            for pipe, child in list(running.items()):
                if time.monotonic() >= child.until_s:
                    del running[pipe]
                    _end(child, pipe)
                    yield child.key, None
    finally:
        for pipe, child in running.items():
            _end(child, pipe)


def _heard(child: _Child[K], pipe: int) -> Outcome | None:
    os.close(pipe)
    _, status = os.waitpid(child.process, 0)
    if child.said:
        return Outcome(**json.loads(child.said))
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return None
    # It took Python itself down with it, by a stack too deep or a memory too full.
    return Outcome(INTERNAL_ERROR, is_loaded=True, failed=f"wait status {status}")


def _end(child: _Child[K], pipe: int) -> None:
    os.kill(child.process, signal.SIGKILL)
    os.waitpid(child.process, 0)
    os.close(pipe)
