"""Does whoever observes the house hear of what chats did with its messages?"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord import DISCORD
from bot.adapters.slack import SLACK
from bot.domain.chat import Post
from bot.domain.jobs import JobState
from bot.domain.people import Platform
from bot.ports.observer import JobEnded, Step, UpdateEnded, UpdateOutcome, WishAccepted
from tests.e2e import discord_stage, slack_stage
from tests.fakes.waiting import until

STAGES: dict[Platform, Callable[[Path], AbstractAsyncContextManager[Any]]] = {
    DISCORD: discord_stage.a_stage,
    SLACK: slack_stage.a_stage,
}


@pytest.mark.parametrize("platform", STAGES)
async def test_a_wish_and_what_its_message_showed_are_noted(tmp_path: Path, platform: Platform) -> None:
    """Each step of it, and each progress, with the platform it was on."""
    async with STAGES[platform](tmp_path) as stage:
        await stage.picture()
        await until(lambda: (Step.ATTEMPT, "", "ok") in stage.observer.steps)
        assert [event.ending.state for event in stage.observer.events if isinstance(event, JobEnded)] == [JobState.DONE]
        [job] = [event.job for event in stage.observer.events if isinstance(event, WishAccepted)]
        assert {step for step, _, outcome in stage.observer.steps if outcome == "ok"} == set(Step)

        surface = stage.house.services.features.pictures.delivery._surface(platform)
        message = await surface.post(job.place, Post("Drawing"), key="another")
        surface.show_progress(message, Post("Half of it is drawn"))
        await until(lambda: UpdateEnded(platform, UpdateOutcome.SHOWN) in stage.observer.events)
