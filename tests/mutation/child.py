"""What goes on in the processes: the warm parent, and the children that each load one mutant and run tests against it.

The parent imports pytest, Hypothesis and whatever of the library does not rest on the package under test. A child is
forked off, so that none of this is paid for again; it finds the mutant in the place of the module, and everything else of
the package on disk.
"""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from math import ceil
from pathlib import Path
from types import CodeType, FrameType, ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings

PROFILE = "mutants"
MARKER = "__mutant__"
MAX_MEMORY = 2 << 30
"""A mutant that collects without an end is stopped here, in bytes."""

PYTEST = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--timeout=0", "--tb=no",
    "--assert=plain",  # nobody reads why a test failed, so none is rewritten to say it
)  # fmt: skip
EVERYWHERE = "*"
"""Stands for a test where a function is called while modules are imported: any test may depend on it."""


@dataclass
class Outcome:
    """What a child has to tell.

    Attributes:
        code: pytest's exit code.
        is_loaded: The mutant was what the tests ran against.
        failed: The first test, or file, that failed.
        count: How many tests there were to run.
        calls: Which tests call which function, `module:function`; only where that was asked for.
    """

    code: int
    is_loaded: bool = False
    failed: str = ""
    count: int = 0
    calls: dict[str, list[str]] = field(default_factory=dict)


# ---------------------------------------------------------------- the parent


def warm_up(package: str, root: str) -> None:
    """Import all that no mutant of the package can change, and settle how Hypothesis draws.

    Raises:
        RuntimeError: The package itself got imported: a child would run the tests against the module on disk.
    """
    # Drawn the same each time, few, and never shrunk: one counterexample kills.
    settings.register_profile(
        PROFILE,
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=20,
        stateful_step_count=20,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    os.environ["HYPOTHESIS_PROFILE"] = PROFILE
    # The budget of a unit test is not what is measured here.
    os.environ["CI"] = "true"
    importlib.import_module("hypothesis.stateful")
    importlib.import_module("_hypothesis_pytestplugin")
    keeper = _Keeper(package)
    sys.meta_path.insert(0, keeper)
    house = importlib.import_module(root)
    for module in pkgutil.walk_packages(house.__path__, f"{root}.", onerror=lambda _: None):
        if module.name.rpartition(".")[2] != "__main__":
            try:
                importlib.import_module(module.name)
            except ImportError:
                continue  # It rests on the package under test, or on what is not installed.
    sys.meta_path.remove(keeper)
    if any(_is_below(name, package) for name in sys.modules):
        raise RuntimeError(f"{package} is imported already")
    # What is there by now is never swept again, and no child lives long enough to need sweeping.
    gc.collect()
    gc.freeze()
    gc.disable()


class _Keeper(MetaPathFinder):
    """Keeps a package from being imported."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> None:
        if _is_below(fullname, self._package):
            raise ImportError(f"{fullname} is left to the children")


def _is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


# ---------------------------------------------------------------- a child


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which tests to run.

    Attributes:
        paths: Where they are, in the order in which they run.
        only: The tests to run of what is found there; None for all.
        without: The tests to leave out.
        first: The name of a file that goes before all others.
    """

    paths: tuple[str, ...]
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    first: str = ""


def run(choice: Choice, *, trace: Path | None = None) -> Outcome:
    """Run tests in this process.

    Args:
        choice: The tests.
        trace: The folder whose functions are watched; None to watch nothing.
    """
    told = Outcome(0)
    watch = _Watch(told, choice, trace)
    told.code = int(pytest.main([*PYTEST, *choice.paths], plugins=[watch]))
    told.calls = {name: sorted(tests) for name, tests in watch.calls.items()}
    return told


def run_mutant(module: str, tree: ast.Module, key: str, choice: Choice) -> Outcome:
    """Run tests against a mutant of a module."""
    finder = _Changed(module, tree, key)
    sys.meta_path.insert(0, finder)
    told = run(choice)
    loaded = sys.modules.get(module)
    # An import that fails takes the module away again, and kills; what survives has to be the mutant.
    told.is_loaded = getattr(loaded, MARKER, "") == key or (loaded is None and finder.is_used)
    return told


def fork(work: Callable[[], Outcome], limit_s: float) -> tuple[int, int]:
    """Do something in a child, for so many seconds of processor time at the most; give the child's id, and the end of a pipe from which its outcome is read."""
    import resource  # only where there is a fork: the tests of this package run on Windows too

    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(limit_s), ceil(limit_s) + 5))
        told = json.dumps(work().__dict__).encode()
        while told:
            told = told[os.write(writing, told) :]
        code = 0
    finally:
        # Nothing of the parent's is tidied up by a child.
        os._exit(code)


class _Changed(MetaPathFinder):
    """Finds a mutant in the place of one module, and leaves the others to those who come after it."""

    def __init__(self, module: str, tree: ast.Module, key: str) -> None:
        self._module, self._tree, self._key = module, tree, key
        self.is_used = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, tree=self._tree, key=self._key)
        self.is_used = True
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, *, tree: ast.Module, key: str) -> None:
        super().__init__(fullname, path)
        self._tree, self._key = tree, key

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self._tree, self.path, "exec")
        return code

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, MARKER, self._key)
        super().exec_module(module)


class _Watch:
    """A pytest plugin: leaves out what is not asked for, remembers what failed, and who called what."""

    def __init__(self, told: Outcome, choice: Choice, trace: Path | None) -> None:
        self._told = told
        self._choice = choice
        self._trace = trace
        self._folder = "" if trace is None else f"{trace}{os.sep}"
        self._now = EVERYWHERE
        self.calls: dict[str, set[str]] = {}
        if trace is not None:
            sys.setprofile(self._called)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        only, without = self._choice.only, self._choice.without
        items[:] = [
            item for item in items if (only is None or item.nodeid in only) and item.nodeid not in without
        ]
        items.sort(key=lambda item: item.path.name != self._choice.first)
        self._told.count = len(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report.failed, report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report.failed, report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._now = item.nodeid
        if self._trace is not None:
            sys.setprofile(self._called)
        result = yield
        self._now = EVERYWHERE
        return result

    def _note(self, failed: bool, nodeid: str) -> None:
        if failed and not self._told.failed:
            self._told.failed = nodeid

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or not (code := frame.f_code).co_filename.startswith(self._folder):
            return
        name = code.co_qualname.partition(".<locals>")[0]
        if not name.startswith("<"):
            self.calls.setdefault(f"{Path(code.co_filename).stem}:{name}", set()).add(self._now)
