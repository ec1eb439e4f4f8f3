"""The numbers of the platform. Change a field to see what a bot does about it."""

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in any window of so many seconds; with `burst`, a steady pace that may run ahead by so many."""

    limit: int
    seconds: float
    burst: int = 0


TIER_2 = Rate(20, 60)
TIER_3 = Rate(50, 60)
TIER_4 = Rate(100, 60)


@dataclass(slots=True)
class Limits:
    """What the fake holds a bot to.

    The platform does not publish how far `chat.postMessage` may run ahead in
    a channel, nor how long an upload takes to become visible.
    """

    acknowledge_within: timedelta = timedelta(seconds=3)
    retry_waits: tuple[timedelta, ...] = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
    """How long after a failure each further delivery of an event is tried."""
    retries_everything: bool = True
    """Whether Socket Mode also repeats commands and presses that nobody acknowledged."""
    trigger_lives: timedelta = timedelta(seconds=3)
    response_url_lives: timedelta = timedelta(minutes=30)
    response_url_uses: int = 5
    file_delay: timedelta = timedelta(milliseconds=50)
    """How long a completed upload takes to be seen; real time."""
    files_must_be_shared: bool = True
    """Whether a `slack_file` shows only what is shared in that channel or a public one; False takes any that can be seen."""
    file_bytes: int = 1024 * 1024 * 1024
    connections: int = 10
    ticket_lives: timedelta = timedelta(seconds=30)
    code_lives: timedelta = timedelta(minutes=10)
    token_lives: timedelta = timedelta(hours=12)
    """With token rotation; without it tokens live on."""
    rates: dict[str, Rate] = field(
        default_factory=lambda: {
            "chat.postMessage": Rate(300, 60),
            "chat.postEphemeral": TIER_4,
            "chat.update": TIER_3,
            "chat.delete": TIER_3,
            "files.getUploadURLExternal": TIER_4,
            "files.completeUploadExternal": TIER_4,
            "files.info": TIER_4,
            "files.list": TIER_3,
            "files.delete": TIER_3,
            "users.info": TIER_4,
            "usergroups.list": TIER_2,
            "usergroups.users.list": TIER_2,
            "conversations.open": TIER_3,
            "conversations.info": TIER_3,
            "conversations.join": TIER_3,
            "reactions.add": TIER_3,
            "views.open": TIER_4,
            "views.push": TIER_4,
            "views.update": TIER_4,
            "views.publish": TIER_4,
            "apps.connections.open": TIER_3,
        }
    )
    """Per method and workspace; every method without an entry has `other_rate`."""
    channel_rates: dict[str, Rate] = field(default_factory=lambda: {"chat.postMessage": Rate(1, 1, burst=5)})
    """Per method and channel."""
    other_rate: Rate = Rate(600, 60)

    def switch_rates_off(self) -> None:
        """Never answer 429 for its own sake; those that are ordered still come."""
        self.rates, self.channel_rates, self.other_rate = {}, {}, Rate(1_000_000, 1)

    def allow_late_answers(self) -> None:
        """Have nobody be late by less than a minute: a busy machine may let a test and its bot stand still for some seconds."""
        self.acknowledge_within = self.trigger_lives = timedelta(minutes=1)
