"""Trigger ids: three seconds, one use."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.slack.clock import SlackClock, SlackIds
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.limits import Limits

if TYPE_CHECKING:
    from tests.fakes.slack.members import Member
    from tests.fakes.slack.workspaces import Workspace


@dataclass(eq=False)
class _Trigger:
    member: "Member"
    made_at: float
    workspace: "Workspace"
    is_used: bool = False


class Triggers:
    """Gives and takes trigger ids."""

    def __init__(self, limits: Limits, clock: SlackClock, ids: SlackIds) -> None:
        self._limits = limits
        self._clock = clock
        self._ids = ids
        self._known: dict[str, _Trigger] = {}

    def new(self, member: "Member", workspace: "Workspace | None" = None) -> str:
        """Make one for what somebody just did; `workspace` is that of the app, where it is not theirs."""
        value = f"{self._ids.new('')}.{member.id}.trigger"
        self._known[value] = _Trigger(member, self._clock.seconds(), workspace or member.workspace)
        return value

    def take(self, value: str) -> "tuple[Member, Workspace]":
        """Use one up, and give whose it is, and the workspace of the app it was used in.

        Raises:
            ApiError: It is unknown, too old, or was used.
        """
        trigger = self._known.get(value)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        if self._clock.seconds() - trigger.made_at > self._limits.trigger_lives.total_seconds():
            raise ApiError("expired_trigger_id")
        trigger.is_used = True
        return trigger.member, trigger.workspace
