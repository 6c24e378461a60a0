"""One defective library in a process of its own: the module is edited as it is imported, and the simulator looks for it."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from tests.defects.defects import DEFECTS, Defect


def edited(defect: Defect) -> str:
    """Give the source of the module with the defect in it.

    Raises:
        ValueError: The text that it is in the place of is not there, or more than once.
    """
    spec = importlib.util.find_spec(defect.module)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    if source.count(defect.old) != 1:
        raise ValueError(f"{defect.name}: its place is {source.count(defect.old)} times in {defect.module}")
    return source.replace(defect.old, defect.new)


class _Loader(SourceFileLoader):
    """Loads a module from another source than its file's."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        return compile(self._source, self.path, "exec")


class Seeder(MetaPathFinder):
    """Finds the module of a defect, defective."""

    def __init__(self, defect: Defect, source: str) -> None:
        """Wait for the module to be imported."""
        self._defect = defect
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the defective module where it is asked for, and nothing else."""
        if fullname != self._defect.module:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._source)
        return spec


def main(arguments: Sequence[str]) -> int:
    """Build a defect in, and look for it: its number, how many lifecycles at most, and the seed. Prints what was found."""
    number, lifecycles, seed = map(int, arguments)
    defect = DEFECTS[number]
    source = edited(defect)
    for name in [name for name in sys.modules if name == "oms" or name.startswith("oms.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, Seeder(defect, source))
    begun = time.perf_counter()
    from oms.testing.simulator.run import failure_of, shrink, simulate  # now, and not before
    from oms.testing.simulator.scene import scene_of

    done, runs = 0, 0
    while done < lifecycles:
        scene = scene_of(seed * 1_000_000 + runs)
        runs += 1
        try:
            done += simulate(scene).lifecycles
        except Exception:  # noqa: BLE001  # whatever it is, it is what was looked for
            found = failure_of(scene)
            assert found is not None, "a run failed, and not when it was repeated"
            took_s = time.perf_counter() - begun
            short = shrink(found)
            said = {"invariant": found.invariant, "what": short.what, "actions": len(short.numbers or ())}
            said |= {"lifecycles": done, "runs": runs, "took_s": took_s, "command": short.command()}
            json.dump(said, sys.stdout)
            return 0
    json.dump({"invariant": "", "what": "", "actions": 0, "lifecycles": done, "runs": runs}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
