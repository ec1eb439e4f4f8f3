"""Does the fake treat uploads as the platform does: their size, their number, their names, their list?"""

import io

import discord

from tests.fakes.discord import Limits
from tests.fakes.discord.limits import MIB
from tests.fakes.tests.asking import blob, refused
from tests.fakes.tests.plain_bot import Interaction, a_stage


async def test_an_upload_over_the_limit_is_refused() -> None:
    """40005 with 413: for one file, for the whole request; more where the server is boosted or the person pays."""
    limits = Limits(upload_bytes=MIB, request_bytes=2 * MIB)
    async with a_stage(limits=limits) as stage:
        for sizes in ([MIB + 1], [MIB - 10] * 3):
            error = await refused(stage.place.send(files=[blob(size) for size in sizes]))
            assert (error.status, error.code) == (413, 40005)

        async def act(interaction: Interaction) -> None:
            await interaction.response.send_message(str(interaction.filesize_limit), file=blob(MIB + 1))

        assert (await stage.refusal(act)).code == 40005
        stage.ada.upload_bytes = 2 * MIB
        assert (await stage.answer(act)).text == str(2 * MIB)
        stage.ada.upload_bytes, stage.guild.premium_tier = 0, 2
        assert (await stage.answer(act)).text == str(50 * MIB)


async def test_the_platform_s_own_upload_limits_are_ten_and_twenty_five_megabytes() -> None:
    """Without any setting."""
    async with a_stage() as stage:
        await stage.place.send(file=blob(10 * MIB))
        assert (await refused(stage.place.send(file=blob(10 * MIB + 1)))).code == 40005
        assert (await refused(stage.place.send(files=[blob(9 * MIB) for _ in range(3)]))).code == 40005


async def test_eleven_files_and_long_descriptions_are_refused() -> None:
    """30015 and 50035."""
    async with a_stage() as stage:
        assert (await refused(stage.place.send(files=[blob() for _ in range(11)]))).code == 30015
        wordy = discord.File(io.BytesIO(b"x"), "a.bin", description="x" * 1025)
        assert "In attachments.0.description: Must be 1024 or fewer" in (await refused(stage.place.send(file=wordy))).text


async def test_the_list_of_attachments_replaces_what_was_there() -> None:
    """Those named by id stay, those not named go, without a list nothing changes, and strange ids are refused."""
    async with a_stage() as stage:
        sent = await stage.place.send("one", files=[blob(name="a.bin"), blob(name="b.bin")])
        [message] = stage.channel.messages
        await sent.edit(content="two")
        assert [file.filename for file in message.files] == ["a.bin", "b.bin"]
        await sent.edit(attachments=[sent.attachments[1], blob(name="c.bin")])
        assert [file.filename for file in message.files] == ["b.bin", "c.bin"]
        assert message.files[0].id == sent.attachments[1].id
        await sent.edit(attachments=[])
        assert message.files == ()
        error = await refused(sent.edit(attachments=[sent.attachments[0]]))
        assert "In attachments.0: Attachment data not found" in error.text


async def test_names_of_files_are_cleaned() -> None:
    """And a reference to the name is cleaned alike."""
    async with a_stage() as stage:
        embed = discord.Embed(title="x").set_image(url="attachment://_my fox (1).png")
        await stage.place.send(embed=embed, file=blob(name="_my fox (1).png"))
        [message] = stage.channel.messages
        assert [file.filename for file in message.files] == ["my_fox_1.png"]
        assert message.embeds[0]["image"]["url"].startswith(stage.fake.url)
