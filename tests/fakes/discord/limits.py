"""The numbers of the platform. Change a field to see what a bot does about it."""

from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.discord.errors import Known

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in a window of so many seconds, counted from the first."""

    limit: int
    seconds: float


@dataclass(slots=True)
class Limits:
    """What the fake holds a bot to.

    The platform does not publish `old_edits` (how often a message older than
    `old_after` may be edited), `nonce_memory` and `link_lives`: these values
    are guesses, and a bot must not rely on them.
    """

    acknowledge_within: timedelta = timedelta(seconds=3)
    token_lives: timedelta = timedelta(minutes=15)
    expired_token: Known = Known.UNKNOWN_WEBHOOK
    """Documented as 10015; bots also report `Known.INVALID_TOKEN` (50027)."""
    upload_bytes: int = 10 * MIB
    request_bytes: int = 25 * MIB
    files: int = 10
    old_after: timedelta = timedelta(hours=1)
    old_edits: Rate = Rate(3, 20.0)
    nonce_memory: timedelta = timedelta(minutes=5)
    link_lives: timedelta = timedelta(days=1)
    user_install_follow_ups: int = 5
    commands: int = 100
    context_menus: int = 15
    daily_command_creates: int = 200
    global_rate: Rate = Rate(50, 1.0)
    heartbeat_every: timedelta = timedelta(milliseconds=41_250)
    gateway_sends: Rate = Rate(120, 60.0)
    identifies_a_day: int = 1000
    max_concurrency: int = 1
    enforces_identify_pace: bool = False
    """Refuse (op 9) an IDENTIFY that comes within 5 s of another of its bucket."""
    resumable_for: timedelta = timedelta(minutes=3)
    routes: dict[str, Rate] = field(
        default_factory=lambda: {
            "POST /channels/{channel_id}/messages": Rate(5, 5.0),
            "PATCH /channels/{channel_id}/messages/{message_id}": Rate(5, 5.0),
            "DELETE /channels/{channel_id}/messages/{message_id}": Rate(5, 1.0),
            "reactions": Rate(1, 0.25),
            "webhooks": Rate(5, 2.0),
        }
    )
    """Known buckets by route or by shared name; every other route has `other_routes`."""
    other_routes: Rate = Rate(50, 1.0)

    def switch_rates_off(self) -> None:
        """Never answer 429 for its own sake; those that are ordered still come."""
        self.routes = {}
        self.other_routes = self.global_rate = Rate(1_000_000, 1.0)

    def allow_late_answers(self) -> None:
        """Have nobody be late by less than a minute: a busy machine may let a test and its bot stand still for some seconds."""
        self.acknowledge_within = timedelta(minutes=1)
