"""What an embedder asks of groups of orders, for the manager."""

from __future__ import annotations

from oms.engine.inputs import PlaceGroup
from oms.model.contingency import CancelGroup, Contingency, SubmitGroup
from oms.model.group import Group
from oms.model.ids import Account
from oms.model.ids import client_ref as checked_ref
from oms.runtime.loop import Loop


def submit_group(
    loop: Loop, contingency: Contingency, account: Account, client_ref: str | None, asked_by: str
) -> Group:
    """Place a group, and give its live handle; see `OrderManager.submit_group`."""
    ref = None if client_ref is None else checked_ref(client_ref)
    command = SubmitGroup(contingency, account, ref, asked_by)
    group = Group(0, command)
    loop.enter(PlaceGroup(command, group))
    return group


def cancel_group(loop: Loop, group: Group | int, asked_by: str) -> None:
    """Cancel every order of a group; see `OrderManager.cancel_group`."""
    group_id = group.group_id if isinstance(group, Group) else group
    loop.enter(CancelGroup(group_id, asked_by))


def groups(loop: Loop) -> list[Group]:
    """Give every group that may still act, oldest first."""
    return [group for _, group in sorted(loop.engine.state.groups.by_id.items())]
