"""Mutants that survive, and why no test can or should kill them.

A mutant is known by its module, its function or table, and what was changed in it; where one of these is no longer so, or
the mutant dies, the reason has to go: the campaign fails until it does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a mutant may live."""

    module: str
    where: str
    change: str
    why: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The mutant that it is about."""
        return f"oms.lifecycle.{self.module}", self.where, self.change


REASONS: tuple[Reason, ...] = ()
