"""Asks whether whoever posts under a name knows what it said itself from what another process said before."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from bot.adapters.slack import SLACK
from bot.adapters.slack.message_poster import MessagePoster
from bot.app.system import RandomIds
from bot.domain.chat import Place
from tests.fakes.clock import StoppedClock
from tests.fakes.fast_forward_loop import FastForwardLoop

if TYPE_CHECKING:
    from bot.adapters.slack.web_api import SlackWebApi

PLACE = Place(SLACK, "T1", "C1")
BODY = {"text": "a fox", "blocks": [{"type": "section"}]}


class FirstMessages:
    """Answers a name that was heard before with the message that was posted under it, as Slack does."""

    def __init__(self) -> None:
        self._posted: dict[str, dict[str, Any]] = {}

    async def call(self, method: str, team: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Post it, once."""
        new = {"ts": f"{len(self._posted)}.0", "message": {"blocks": arguments["blocks"]}}
        return self._posted.setdefault(arguments["client_msg_id"], new)

    def enterprise_of(self, team: str) -> str:
        """Return that there is no organisation."""
        return ""


def test_of_two_processes_one_has_said_it() -> None:
    """Though their clocks show the same: each machine counts from when it was started."""
    slack = cast("SlackWebApi", FirstMessages())
    posters = [MessagePoster(slack, StoppedClock(), RandomIds()) for _ in range(2)]
    with asyncio.Runner(loop_factory=FastForwardLoop) as runner:  # whose time stands still
        first, second = (runner.run(poster.post(PLACE, BODY, name="job")) for poster in posters)
    assert first.message == second.message
    assert (first.is_new, second.is_new) == (True, False)
