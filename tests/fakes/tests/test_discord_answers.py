"""Does the fake keep the rules of answering an interaction: when, how often, with what?"""

from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import Known, Limits, NotSeen
from tests.fakes.tests.asking import ORIGINAL, raw, refused
from tests.fakes.tests.plain_bot import Interaction, ReportForm, a_stage


async def test_an_answer_after_three_seconds_is_too_late() -> None:
    """10062, and the person has read that the app did not respond."""
    async with a_stage() as stage:

        async def act(interaction: Interaction) -> None:
            stage.fake.forward(seconds=4)
            await interaction.response.defer()

        error = await stage.refusal(act)
        assert (error.status, error.code) == (404, 10062)
        [interaction] = stage.fake.world.interactions.values()
        assert interaction.has_failed
        with pytest.raises(NotSeen):
            await interaction.acknowledged(within=0.05)


async def test_a_second_acknowledgement_is_refused() -> None:
    """40060, as when two processes answer the same interaction."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer()
        twin = discord.InteractionResponse(interaction)
        await twin.send_message("me too")

    async with a_stage() as stage:
        error = await stage.refusal(act)
        assert (error.status, error.code) == (400, 40060)


@pytest.mark.parametrize(("known", "status", "code"), [(Known.UNKNOWN_WEBHOOK, 404, 10015), (Known.INVALID_TOKEN, 401, 50027)])
async def test_a_token_dies_after_fifteen_minutes(known: Known, status: int, code: int) -> None:
    """For edits, follow-ups and deletions alike; both errors are met in the wild."""
    limits = Limits(expired_token=known)
    limits.switch_rates_off()
    async with a_stage(limits=limits) as stage:

        async def act(interaction: Interaction) -> None:
            await interaction.response.defer()
            stage.fake.forward(minutes=14)
            await interaction.edit_original_response(content="in time")
            stage.fake.forward(minutes=2)
            for late in (
                interaction.edit_original_response(content="late"),
                interaction.followup.send("late"),
                interaction.delete_original_response(),
            ):
                error = await refused(late)
                assert (error.status, error.code) == (status, code)
            await interaction.edit_original_response(content="late again")

        assert (await stage.refusal(act)).code == code
        assert [message.text for message in stage.channel.messages] == ["in time"]


async def test_a_token_that_never_was_is_no_token() -> None:
    """50027; and one that is not answered yet has no webhook (10015)."""
    async with a_stage() as stage, aiohttp.ClientSession() as session:
        webhook = discord.Webhook.partial(stage.fake.application.id, "made-up", session=session)
        assert (await refused(webhook.edit_message(ORIGINAL, content="x"))).code == 50027

        async def act(interaction: Interaction) -> None:
            await interaction.edit_original_response(content="before any answer")

        assert (await stage.refusal(act)).code == 10015


@pytest.mark.parametrize("kind", [6, 7, 8, 99])
async def test_a_command_cannot_be_answered_like_a_button(kind: int) -> None:
    """The allowed kinds are told."""
    async with a_stage() as stage:
        interaction = await stage.ada.type_command(stage.channel, "do")
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        _, body, _ = await raw(stage, "POST", path, {"type": kind})
        assert body["errors"]["type"]["_errors"][0]["message"] == "Value must be one of {4, 5, 9}."


async def test_a_modal_does_not_answer_a_modal() -> None:
    """It is only a first answer to commands and components."""

    class Chain(discord.ui.Modal, title="one"):
        words: discord.ui.TextInput[Any] = discord.ui.TextInput(label="words")
        caught: discord.HTTPException | None = None

        async def on_submit(self, interaction: Interaction) -> None:
            Chain.caught = await refused(interaction.response.send_modal(ReportForm()))

    async with a_stage() as stage:
        stage.bot.act = lambda interaction: interaction.response.send_modal(Chain())
        interaction = await stage.ada.type_command(stage.channel, "do")
        await stage.ada.submit_modal(interaction, words="hello")
        error = await stage.until(lambda: Chain.caught)
        assert (error.code, "In type: Value must be one of {4, 5}." in error.text) == (50035, True)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": "x" * 46}, "data.title"),
        ({"custom_id": ""}, "data.custom_id"),
        ({"components": []}, "data.components"),
        ({"components": [{"type": 10, "content": "x"}] * 6}, "data.components"),
        (
            {"components": [{"type": 18, "label": "x" * 46, "component": {"type": 4, "style": 1, "custom_id": "a"}}]},
            "data.components.0.label",
        ),
        ({"components": [{"type": 18, "label": "x", "component": {"type": 2}}]}, "data.components.0.component.type"),
        ({"components": [{"type": 2}]}, "data.components.0.type"),
    ],
)
async def test_a_modal_that_breaks_a_limit_is_refused(change: dict[str, Any], place: str) -> None:
    """As 50035, with its place below `data`."""
    modal = ReportForm().to_dict() | change

    class Bad(discord.ui.Modal, title="x"):
        def to_dict(self) -> dict[str, Any]:
            return modal

    async with a_stage() as stage:
        error = await stage.refusal(lambda interaction: interaction.response.send_modal(Bad()))
        assert error.code == 50035
        assert f"In {place}: " in error.text


async def test_too_many_suggestions_are_refused() -> None:
    """25 are the most."""
    async with a_stage() as stage:
        stage.bot.suggestions = [f"style {number}" for number in range(26)]
        with pytest.raises(NotSeen):
            await stage.ada.complete(stage.channel, "do", "style", "style", within=0.3)
        [refusal] = stage.fake.seen.with_code(50035)
        assert refusal.path.endswith("/callback")
        assert await stage.ada.complete(stage.channel, "do", "style", "25") == ["style 25"]


async def test_the_first_follow_up_after_a_deferral_is_the_answer_itself() -> None:
    """And whether it is private was settled by the deferral."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first", ephemeral=False)
        await interaction.followup.send("second", ephemeral=False)

    async with a_stage() as stage:
        first = await stage.answer(act)
        assert (first.text, first.is_ephemeral) == ("first", True)
        assert (await stage.channel.message_when(lambda m: m.text == "second")).is_ephemeral is False


async def test_a_user_install_alone_gets_five_follow_ups() -> None:
    """40094 for the sixth; with the bot in the server there is no such limit."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.send_message("answer")
        for number in range(6):
            await interaction.followup.send(str(number))

    limits = Limits()
    limits.switch_rates_off()
    async with a_stage(limits=limits) as stage:
        await stage.answer(act)
        await stage.channel.message_when(lambda m: m.text == "5")
        stage.ada.has_installed = True
        lobby = stage.fake.add_guild("Strangers", has_bot=False).add_channel("lobby")
        await stage.ada.type_command(lobby, "do")
        error = await stage.error()
        assert (error.status, error.code, len(lobby.messages)) == (400, 40094, 6)


async def test_a_follow_up_is_edited_fetched_and_deleted_by_its_id() -> None:
    """By token, as long as it lives."""

    async def act(interaction: Interaction) -> None:
        await interaction.response.send_message("answer")
        message = await interaction.followup.send("more", wait=True)
        await message.edit(content="much more")
        assert (await interaction.followup.fetch_message(message.id)).content == "much more"
        await message.delete()
        await interaction.edit_original_response(content=(await interaction.original_response()).content + " done")

    limits = Limits()
    limits.switch_rates_off()
    async with a_stage(limits=limits) as stage:
        message = await stage.answer(act)
        await message.when(lambda m: m.text == "answer done")
        [follow_up] = stage.channel.everything[1:]
        assert (follow_up.is_deleted, follow_up.text) == (True, "much more")
