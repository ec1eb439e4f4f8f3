"""Asks on Discord, with the real client, what a refusal says, offers and teaches."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.discord_stage import DiscordStage, a_stage, is_done
from tests.fakes.discord import DiscordPerson, Permission
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind

LETTUCE = "a severed head of lettuce on a plate"
SAFER = {"verdict": "allowed", "reason_code": "ok", "rewritten_prompt": "A star.", "safer_prompt": "a meteor over the sea"}


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Yield OpenAI on this machine."""
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def stage(openai: FakeOpenAI, tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """Yield a server with the bot in it, which draws at OpenAI."""
    async with a_stage(tmp_path, openai={"api_key": "sk-test", "base_url": openai.url}) as stage:
        yield stage


@pytest.fixture
def mo(stage: DiscordStage) -> DiscordPerson:
    """Return an admin, who looks after the server."""
    mo = stage.discord.add_user("mo")
    stage.guild.grant(mo, Permission.MANAGE_GUILD | Permission.MANAGE_MESSAGES)
    return mo


async def test_a_mistake_is_said_by_one_press_and_mended_by_one(stage: DiscordStage, mo: DiscordPerson) -> None:
    """The refusal is for Ada alone and names no word; once a moderator has allowed the words, they are drawn."""
    mods = stage.guild.add_channel("mods")
    await (await mo.type_command(mods, "settings set", name="review_channel", value="here")).message_when(within=20)
    refused = await (await stage.imagine(LETTUCE)).message_when(within=20)
    assert refused.is_ephemeral
    assert "are not drawn here" in refused.text
    assert "severed" not in refused.text
    thanks = await (await stage.ada.press(refused, "This was a mistake")).message_when(within=20)
    assert "the moderators here look at these words" in thanks.text
    case = await mods.message_when(lambda one: "mistake to refuse their words" in one.text, within=30)
    assert LETTUCE in case.text
    await mo.press(case, "Allow these words")
    await case.when(lambda one: "the words are allowed" in one.text, within=20)
    assert is_done(await stage.picture(LETTUCE))


async def test_a_safer_wording_is_offered_for_what_an_image_service_will_not_draw(
    stage: DiscordStage, openai: FakeOpenAI
) -> None:
    """One press draws it, judged like any other wish."""
    openai.fail(Endpoint.IMAGES, Kind.MODERATION_BLOCKED)
    openai.fail(Endpoint.CHAT, Kind.NONE, Fault(kind=Kind.VERDICT, answer=SAFER))
    asked = await stage.imagine("a shooting star")
    refused = await asked.message_when(lambda one: "will not draw" in one.text, within=20)
    assert "a meteor over the sea" in refused.text
    assert [button.label for button in refused.buttons] == ["Draw the safer wording", "Change words", "This was a mistake"]
    drawn = await (await stage.ada.press(refused, "Draw the safer wording")).message_when(is_done, within=20)
    assert "a meteor over the sea" in drawn.text
    reply = await (await stage.ada.press(refused, "This was a mistake")).message_when(within=20)
    assert "it was the image service" in reply.text


async def test_a_finished_picture_that_may_not_be_shown_is_not(stage: DiscordStage, openai: FakeOpenAI) -> None:
    """Nobody sees it, and the message says which kind of rule it was."""
    openai.fail(Endpoint.MODERATIONS, *[Kind.NONE] * 2, Fault(kind=Kind.FLAGGED, categories=("violence/graphic",)))
    asked = await stage.imagine("a knight")
    refused = await asked.message_when(lambda one: "cut to pieces" in one.text, within=20)
    assert not refused.files
    assert "nothing was counted" in refused.text


async def test_a_communitys_threshold_holds_from_the_next_wish_on(
    stage: DiscordStage, openai: FakeOpenAI, mo: DiscordPerson
) -> None:
    """What the model does not flag itself is refused from the score that an admin has set."""
    set_ = await mo.type_command(stage.channel, "settings set", name="threshold_violence", value="0.3")
    assert "is now 0.3" in (await set_.message_when(within=20)).text
    openai.fail(Endpoint.MODERATIONS, Fault(kind=Kind.SCORED, answer={"violence": 0.4}))
    refused = await (await stage.imagine("a brawl")).message_when(lambda one: "Cruelty" in one.text, within=20)
    assert not refused.files


async def test_whoever_tries_again_and_again_is_shown_to_moderators(stage: DiscordStage, mo: DiscordPerson) -> None:
    """Told before; one case, whatever the words look like."""
    mods = stage.guild.add_channel("mods")
    await (await mo.type_command(mods, "settings set", name="review_channel", value="here")).message_when(within=20)
    reply = [
        (await (await stage.imagine(words)).message_when(within=20)).text
        for words in ("a severed head", "a s3vered head", "a s e v e r e d head, please", "one severed head")
    ]
    assert "from the next try" in reply[2]
    assert "so the moderators here are shown it" in reply[3]
    case = await mods.message_when(lambda one: "keeps asking for" in one.text, within=30)
    assert "tried 4 times" in case.text
