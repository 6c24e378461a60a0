"""The simulator itself: it finds nothing in the library as it is, finds what is broken on purpose, and repeats itself."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import oms
from oms.audit.raw_journal import open_raw
from oms.audit.verifier import verify
from oms.engine import expiring, group_records, rerouting
from oms.model.events import Event, TradeCanceled
from oms.model.order import Order
from oms.model.requests import NewOrderSingle
from oms.model.routing import RouteDecision
from oms.ports.event_store import EventStore
from oms.projections.positions import Positions
from oms.routing.router import Router
from oms.runtime import recovery
from oms.stores.memory import MemoryEventStore
from oms.stores.sqlite import SQLiteEventStore
from oms.testing.simulator.bot import price
from oms.testing.simulator.campaign import main, run_campaign, unmet
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parts import INSTRUMENTS, Parts
from oms.testing.simulator.rare import OF_KINDS, OF_TWO_BROKERS, RARE
from oms.testing.simulator.run import Failure, failure_of, fewest, shrink, simulate
from oms.testing.simulator.scene import scene_of

SEEDS = (3, 7, 11)


@pytest.mark.slow
def test_a_short_campaign_finds_nothing_and_meets_most_of_what_is_rare() -> None:
    result = run_campaign(600, 2)
    assert result.failures == ()
    assert result.lifecycles >= 600
    assert len(unmet(result)) < len(RARE) // 4


def test_a_campaign_ends_when_its_time_is_up() -> None:
    result = run_campaign(1_000_000, 2, minutes=0)
    assert (result.runs, result.failures) == (1, ())
    assert 0 < result.lifecycles < 1_000_000


class ForgetfulStore(MemoryEventStore):
    """Says that it has kept the last of several events, and has not."""

    def append(self, events: Sequence[Event], expected_version: int) -> None:
        super().append(events, expected_version)
        self.forgets = expected_version > 12 and len(events) > 1


class ForgetfulParts(Parts):
    """A store that loses an acknowledged event when the process dies."""

    def make_store(self) -> ForgetfulStore:
        return ForgetfulStore()

    def reopen_store(self, store: object) -> ForgetfulStore:
        assert isinstance(store, ForgetfulStore)
        fresh = ForgetfulStore()
        kept = list(store.read())
        if getattr(store, "forgets", False):
            kept.pop()
        if kept:
            MemoryEventStore.append(fresh, kept, 0)
        return fresh


def _first_failure(parts: Parts | None = None) -> Failure:
    for seed in range(200):
        found = failure_of(scene_of(seed), parts)
        if found is not None:
            return found
    raise AssertionError("nothing was found")


@pytest.mark.slow
def test_a_store_that_loses_what_it_acknowledged_is_found_and_shrunk_to_a_few_actions() -> None:
    found = _first_failure(ForgetfulParts())
    assert found.invariant == "I8"
    short = shrink(found, ForgetfulParts())
    assert short.numbers is not None
    assert len(short.numbers) <= 20
    assert short.invariant == "I8"
    again = failure_of(short.scene, ForgetfulParts(), numbers=short.numbers)
    assert again == short


@pytest.mark.slow
def test_a_broken_read_model_is_found_and_the_command_repeats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = Positions.on_canceled

    def twice(self: Positions, event: TradeCanceled) -> None:
        right(self, event)
        right(self, event)

    # Wrong in both: as it happens, and where it is read again.
    monkeypatch.setattr(Positions, "on_canceled", twice)
    monkeypatch.setitem(recovery.TOLD, TradeCanceled, twice)
    short = shrink(_first_failure())
    assert short.invariant == "oracle"
    assert short.numbers is not None
    assert len(short.numbers) <= 20
    command = short.command().split()[3:]
    assert main(command) == 1
    assert short.what in capsys.readouterr().out
    monkeypatch.undo()
    assert main(command) == 0


def test_the_fewest_items_that_fail_are_found() -> None:
    tried: list[int] = []

    def fails(items: Sequence[int]) -> bool:
        tried.append(len(items))
        return {3, 17} <= set(items)

    assert fewest(list(range(40)), fails) == [3, 17]
    assert len(tried) < 100


def test_what_is_rare_is_counted_over_runs_and_a_count_of_zero_is_told() -> None:
    seen: Counter[str] = Counter()
    simulate(scene_of(1), seen=seen)
    once = dict(seen)
    simulate(scene_of(1), seen=seen)
    assert dict(seen) == {name: 2 * times for name, times in once.items()}


# ---------------------------------------------------------------- the same seed, the same journal


def _digests(python: str, hash_seed: str) -> dict[str, str]:
    # What the library needs is pure Python, so that another interpreter can run it from where it is installed here.
    found = {str(Path(module.__file__ or "").parent.parent) for module in (oms, attrs)}
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sorted(found))}
    seeds = ",".join(map(str, SEEDS))
    ran = subprocess.run(
        [python, "-m", "oms.testing.simulator", "--digests", seeds],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    given: dict[str, str] = json.loads(ran.stdout)
    return given


@pytest.mark.slow
def test_one_seed_gives_one_journal_twice_in_a_process_and_with_every_hash_seed() -> None:
    here = {str(seed): simulate(scene_of(seed), digests=True).digest for seed in SEEDS}
    assert {str(seed): simulate(scene_of(seed), digests=True).digest for seed in SEEDS} == here
    assert len(set(here.values())) == len(SEEDS)
    for hash_seed in ("0", "1", "random"):
        assert _digests(sys.executable, hash_seed) == here, hash_seed


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_one_seed_gives_one_journal_on_every_python(version: str) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], check=False).returncode:
        pytest.skip(f"no python{version} on the PATH")
    here = {str(seed): simulate(scene_of(seed), digests=True).digest for seed in SEEDS}
    assert _digests(python, "random") == here


def test_another_seed_gives_another_journal() -> None:
    assert simulate(scene_of(1), digests=True).digest != simulate(scene_of(2), digests=True).digest


def test_prices_of_a_run_are_exact() -> None:
    for instrument in INSTRUMENTS:
        px = price(Draws("a"), instrument)
        assert type(px) is Decimal
        assert instrument.is_on_tick(px)


# ---------------------------------------------------------------- journals in files


class OnDisk(Parts):
    """A journal in a file, which a new process opens again where it lies."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make_store(self) -> EventStore:
        return SQLiteEventStore(self.path)

    def reopen_store(self, store: EventStore) -> EventStore:
        store.close()
        return SQLiteEventStore(self.path)


# Crashes, lost words and a journal that fails; a rival; snapshots.
@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 5, 13])
def test_the_journal_of_a_run_is_whole_to_the_verifier_and_a_changed_byte_is_found(
    tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "journal.db"
    ran = simulate(scene_of(seed), OnDisk(path))
    assert verify(open_raw(str(path))).findings == ()
    changed = ran.events // 2
    with sqlite3.connect(path) as connection:
        (text,) = connection.execute("SELECT payload FROM events WHERE sequence = ?", (changed,)).fetchone()
        wrong = text.replace('"time_ns":1', '"time_ns":2', 1)
        assert wrong != text
        connection.execute("UPDATE events SET payload = ? WHERE sequence = ?", (wrong, changed))
    connection.close()
    assert [finding.position for finding in verify(open_raw(str(path))).findings] == [changed]


# ---------------------------------------------------------------- orders that depend on one another


@pytest.mark.slow
def test_lists_are_refused_lost_and_found_again_and_their_exits_follow_the_entry() -> None:
    seen: Counter[str] = Counter()
    for seed in (26, 29, 31, 34, 53, 79, 121):
        assert scene_of(seed).works_lists
        simulate(scene_of(seed), seen=seen)
    of_lists = [name for name in RARE if "order list" in name or "their list" in name or "exits" in name]
    assert len(of_lists) == 10
    assert [name for name in of_lists if not seen[name]] == []


@pytest.mark.slow
def test_exits_beyond_their_entry_of_which_nobody_is_told_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scene_of(26)
    assert scene.works_lists
    assert failure_of(scene) is None

    monkeypatch.setattr(group_records, "tell_excesses", lambda *_: None)
    found = failure_of(scene)
    assert found is not None
    assert found.invariant == "oracle"
    assert "nobody is told" in found.what


# ---------------------------------------------------------------- every kind of order


@pytest.mark.slow
def test_orders_of_every_kind_and_for_every_time_are_placed_execute_and_are_over() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        if scene_of(seed).has_sessions:
            simulate(scene_of(seed), seen=seen)
    assert len(OF_KINDS) > 60
    assert len([name for name in OF_KINDS if not seen[name]]) < 15


@pytest.mark.slow
def test_instructions_that_are_lost_on_the_way_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Router.new_order

    def without(self: Router, *asked: Any) -> NewOrderSingle:  # noqa: ANN401  # passed on as they are
        return attrs.evolve(right(self, *asked), instructions=None)

    monkeypatch.setattr(Router, "new_order", without)
    scenes = (scene for seed in range(100) if (scene := scene_of(seed)).has_sessions)
    found = next(failure for scene in scenes if (failure := failure_of(scene)) is not None)
    assert found.invariant == "handling"
    assert "its venue was told None" in found.what


@pytest.mark.slow
def test_an_order_that_a_session_ends_here_while_it_lives_at_its_venue_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(expiring, "is_over", lambda *_: True)
    scenes = (scene for seed in range(100) if (scene := scene_of(seed)).has_sessions)
    found = next(failure for scene in scenes if (failure := failure_of(scene)) is not None)
    assert found.invariant == "oracle"
    assert "Life.EXPIRED here" in found.what


# ---------------------------------------------------------------- two brokers


@pytest.mark.slow
def test_orders_over_two_brokers_are_split_and_sent_on_and_one_of_them_goes_down() -> None:
    scenes = [scene for seed in range(40) if (scene := scene_of(seed, works=True)).has_two_brokers]
    seen: Counter[str] = Counter()
    for scene in scenes[:10]:
        simulate(scene, seen=seen)
    assert [name for name in OF_TWO_BROKERS if not seen[name]] == []


def test_only_runs_of_algorithms_have_two_brokers() -> None:
    assert not any(scene_of(seed).has_two_brokers for seed in range(100))
    assert 20 < sum(scene_of(seed, works=True).has_two_brokers for seed in range(100)) < 50


@pytest.mark.slow
def test_more_that_goes_on_to_another_broker_than_was_left_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = rerouting.Rerouting._note  # pyright: ignore[reportPrivateUsage]  # what is broken on purpose

    def too_much(self: rerouting.Rerouting, order: Order, decision: RouteDecision) -> None:
        right(self, order, attrs.evolve(decision, qty=order.order_qty))

    monkeypatch.setattr(rerouting.Rerouting, "_note", too_much)
    found = next(
        failure
        for seed in range(100)
        if (scene := scene_of(seed, works=True)).has_two_brokers
        and (failure := failure_of(scene)) is not None
    )
    assert found.invariant == "I5"
    assert "were left" in found.what
    assert "--parents 1" in found.command()
