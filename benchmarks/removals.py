"""How long twenty pictures that are removed at once take to be gone everywhere, on the fake Discord and the fake Slack.

From the decision until the message shows nothing of a picture and its bytes
and copies are gone: through the real clients, at the rate limits that the fakes
keep as the platforms do. Its author is told after that.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.app.house import House
from bot.domain.jobs import Job
from bot.domain.pictures import Picture, PictureState
from bot.domain.removals import RemovalReason, StepState
from tests.e2e import discord_stage, slack_stage

AT_ONCE = 20
_PATIENCE_SECONDS = 120


async def measure_removals(at_once: int = AT_ONCE, quiet_seconds: float = 60.0) -> list[float]:
    """Return the seconds of each removal, on both platforms.

    On Slack they come after a quiet time: it takes so many changes a minute,
    and drawing as many pictures has used them up.
    """
    with tempfile.TemporaryDirectory() as folder:
        on_discord = await _on_discord(Path(folder) / "discord", at_once)
        return on_discord + await _on_slack(Path(folder) / "slack", at_once, quiet_seconds)


async def _on_discord(folder: Path, at_once: int) -> list[float]:
    async with discord_stage.a_stage(folder, bursts={"wishes": 1000}) as stage:
        assert stage.house is not None
        messages = [await stage.picture(f"fox number {number}") for number in range(at_once)]
        seconds = await _remove_all(stage.house, [await stage.job(message) for message in messages])
        assert not any(message.files for message in messages)
        return seconds


async def _on_slack(folder: Path, at_once: int, quiet_seconds: float) -> list[float]:
    async with slack_stage.a_stage(folder, bursts={"wishes": 1000}) as stage:
        assert stage.house is not None
        messages = [await stage.picture(f"fox number {number}") for number in range(at_once)]
        await asyncio.sleep(quiet_seconds)
        seconds = await _remove_all(stage.house, [await stage.job(message) for message in messages])
        assert not any(message.images for message in messages)
        return seconds


async def _remove_all(house: House, jobs: Sequence[Job]) -> list[float]:
    """Remove the pictures of all jobs at once, and return how long each took."""
    for job in jobs:
        while not (await house.base.records.jobs.get(job.id) or job).state.is_final:  # noqa: ASYNC110 - the database is looked at
            await asyncio.sleep(0.05)
    pictures = [picture for job in jobs for picture in await house.services.features.pictures.gallery.visible(job.id)]
    since = time.monotonic()
    await asyncio.gather(
        *(house.services.features.moderation.removals.remove(one.id, RemovalReason.RULES, "benchmark") for one in pictures)
    )
    async with asyncio.timeout(_PATIENCE_SECONDS):
        return await asyncio.gather(*(_time_until_gone(house, one, since) for one in pictures))


async def _time_until_gone(house: House, picture: Picture, since: float) -> float:
    while not await _is_gone(house, picture):  # noqa: ASYNC110 - the database is looked at
        await asyncio.sleep(0.05)
    return time.monotonic() - since


async def _is_gone(house: House, picture: Picture) -> bool:
    records = house.base.records
    steps = await records.removals.steps(picture.id)
    now = await records.pictures.get(picture.id)
    changed = [step.state for step in steps if step.place.startswith("message")]
    return now is not None and now.state is PictureState.REMOVED and changed == [StepState.DONE]
