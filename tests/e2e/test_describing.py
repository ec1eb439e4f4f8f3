"""Asks the whole house on Discord: is a picture told as prompts, to whoever asked alone, and one of them drawn for all?"""

from pathlib import Path

from tests.e2e.discord_stage import a_stage, is_done
from tests.fakes.openai import FakeOpenAI, Options


async def test_a_picture_is_described_and_drawn_anew(tmp_path: Path) -> None:
    """Their newest here, with the model that prepares prompts."""
    async with (
        FakeOpenAI(Options(delay=0.1)) as fake,
        a_stage(tmp_path, openai={"api_key": "sk-test", "base_url": fake.url}) as stage,
    ):
        await stage.picture()
        answer = await (await stage.ada.type_command(stage.channel, "describe")).message_when(within=10)
        assert answer.is_ephemeral
        assert "2 careful pictures of what is shown" in answer.text
        drawn = await (await stage.ada.press(answer, "Draw 2")).message_when(is_done, within=20)
        assert not drawn.is_ephemeral
        assert (await stage.job(drawn)).wish.prompt == "2 careful pictures of what is shown"
