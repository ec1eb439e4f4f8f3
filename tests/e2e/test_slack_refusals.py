"""Asks on Slack, with the real client, what a refusal says, offers and teaches."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.slack_stage import SlackStage, a_stage
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.slack import Limits

LETTUCE = "a severed head of lettuce on a plate"
SAFER = {"verdict": "allowed", "reason_code": "ok", "rewritten_prompt": "A star.", "safer_prompt": "a meteor over the sea"}


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield OpenAI on this machine."""
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def stage(openai: FakeOpenAI, tmp_path: Path) -> AsyncIterator[SlackStage]:
    """Yield a workspace with the bot in it, which draws at OpenAI."""
    service = {"api_key": "sk-test", "base_url": openai.url}
    async with a_stage(tmp_path, limits=Limits(files_must_be_shared=False), openai=service) as made:
        yield made


async def test_a_mistake_is_said_by_one_press_and_mended_by_one(stage: SlackStage) -> None:
    """The refusal is for Ada alone and names no word; once a moderator has allowed the words, they are drawn."""
    mo, mods = stage.team.add_member("mo", is_admin=True), stage.team.add_channel("mods")
    await mo.command(mods, "/easel", "settings set here --name review_channel")
    await mo.ephemeral("“review channel” is now #mods", within=20)
    await stage.imagine(LETTUCE)
    refused = await stage.ada.ephemeral("are not drawn here", within=20)
    assert "severed" not in refused
    await stage.ada.press(refused, "This was a mistake")
    await stage.ada.ephemeral("the moderators here look at these words", within=20)
    case = await mods.message_when(lambda one: "mistake to refuse their words" in one, within=30)
    assert LETTUCE in case
    await mo.press(case, "Allow these words")
    await case.when(lambda one: "the words are allowed" in one, within=20)
    assert "Again" in (await stage.picture(LETTUCE)).buttons


async def test_a_safer_wording_is_offered_for_what_an_image_service_will_not_draw(stage: SlackStage, openai: FakeOpenAI) -> None:
    """One press draws it, judged like any other wish."""
    openai.fail(Endpoint.IMAGES, Kind.MODERATION_BLOCKED)
    openai.fail(Endpoint.CHAT, Kind.NONE, Fault(kind=Kind.VERDICT, answer=SAFER))
    await stage.imagine("a shooting star")
    refused = await stage.channel.message_when(lambda one: "will not draw" in one, within=20)
    assert refused.buttons == ["Draw the safer wording", "Change words", "This was a mistake"]
    await stage.ada.press(refused, "Draw the safer wording")
    assert "a meteor over the sea" in await stage.done(but={refused.ts})
    await stage.ada.press(refused, "This was a mistake")
    await stage.ada.ephemeral("it was the image service", within=20)
