"""Does the fake refuse each message that breaks a limit, with the error the platform documents?"""

from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord import NotSeen
from tests.fakes.tests.asking import blob, picture, raw, refused
from tests.fakes.tests.plain_bot import Interaction, a_stage


async def test_a_bad_answer_names_the_place_and_another_may_follow() -> None:
    """Errors of a callback hang below `data`; the interaction is still open."""

    async def act(interaction: Interaction) -> None:
        error = await refused(interaction.response.send_message("x" * 2001))
        await discord.InteractionResponse(interaction).send_message(str(error))

    async with a_stage() as stage:
        message = await stage.answer(act)
        assert "error code: 50035" in message.text
        assert "In data.content: Must be 2000 or fewer in length." in message.text


def many(count: int, **fields: Any) -> dict[str, Any]:
    """Return an embed with so many fields."""
    return {"fields": [{"name": "n", "value": "v", **fields}] * count}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    """Return a row of components."""
    return {"type": 1, "components": list(children)}


def button(**fields: Any) -> dict[str, Any]:
    """Return a button."""
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x", **fields}


def text(content: str = "x") -> dict[str, Any]:
    """Return a text display."""
    return {"type": 10, "content": content}


def menu(count: int) -> dict[str, Any]:
    """Return a select menu with so many options."""
    options = [{"label": str(number), "value": str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "m", "options": options}


V2 = 1 << 15
GALLERY = {"type": 12, "items": [{"media": {"url": "attachment://nowhere.png"}}]}
BAD_MESSAGES: dict[str, tuple[dict[str, Any], str, str]] = {
    "long content": ({"content": "x" * 2001}, "content", "Must be 2000 or fewer in length."),
    "eleven embeds": ({"embeds": [{"title": "x"}] * 11}, "embeds", "Must be 10 or fewer in length."),
    "long title": ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "Must be 256 or fewer"),
    "long description": ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", "Must be 4096 or fewer"),
    "long footer": ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text", "Must be 2048 or fewer"),
    "long author": ({"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name", "Must be 256 or fewer"),
    "many fields": ({"embeds": [many(26)]}, "embeds.0.fields", "Must be 25 or fewer"),
    "long field": ({"embeds": [many(1, value="x" * 1025)]}, "embeds.0.fields.0.value", "Must be 1024 or fewer"),
    "empty field": ({"embeds": [many(1, name="")]}, "embeds.0.fields.0.name", "This field is required"),
    "6000 in all": ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", "Embed size exceeds maximum size of 6000"),
    "file link": ({"embeds": [{"image": {"url": "file:///etc/passwd"}}]}, "embeds.0.image.url", 'Scheme "file" is not one of'),
    "long nonce": ({"content": "x", "nonce": "x" * 26}, "nonce", "Must be 25 or fewer"),
    "six rows": ({"components": [row(button(custom_id=str(n))) for n in range(6)]}, "components", "Must be 5 or fewer"),
    "six buttons": (
        {"components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
        "components.0.components",
        "Must be between 1 and 5",
    ),
    "twin ids": ({"components": [row(button(), button())]}, "components.0.components.1.custom_id", "cannot be duplicated"),
    "long id": (
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id",
        "Must be between 1 and 100",
    ),
    "long label": ({"components": [row(button(label="x" * 81))]}, "components.0.components.0.label", "Must be 80 or fewer"),
    "no label": ({"components": [row(button(label=None))]}, "components.0.components.0", "must have a label or an emoji"),
    "no id": ({"components": [row(button(custom_id=None))]}, "components.0.components.0.custom_id", "This field is required"),
    "bad style": (
        {"components": [row(button(style=9))]},
        "components.0.components.0.style",
        "Value must be one of {1, 2, 3, 4, 5, 6}.",
    ),
    "link to nowhere": (
        {"components": [row(button(style=5, custom_id=None, url="javascript:x"))]},
        "components.0.components.0.url",
        "Not a well formed URL.",
    ),
    "26 options": ({"components": [row(menu(26))]}, "components.0.components.0.options", "Must be between 1 and 25"),
    "menu and button": ({"components": [row(button(), menu(2))]}, "components.0.components.1", "exceeds the maximum width"),
    "V2 without its flag": ({"components": [text()]}, "components.0", 'Value of field "type" must be one of (1,).'),
    "V2 with content": ({"flags": V2, "content": "x", "components": [text()]}, "content", "The 'content' field cannot be used"),
    "V2 with embeds": (
        {"flags": V2, "embeds": [{"title": "x"}], "components": [text()]},
        "embeds",
        "The 'embeds' field cannot be used",
    ),
    "V2 with a poll": (
        {"flags": V2, "poll": {"question": {}}, "components": [text()]},
        "poll",
        "The 'poll' field cannot be used",
    ),
    "41 components": ({"flags": V2, "components": [text()] * 41}, "components", "Message exceeds 40 total components"),
    "41 nested": (
        {"flags": V2, "components": [{"type": 17, "components": [text()] * 40}]},
        "components",
        "Message exceeds 40 total components",
    ),
    "4001 characters": (
        {"flags": V2, "components": [text("x" * 2001), text("x" * 2000)]},
        "components",
        "exceeds maximum size of 4000",
    ),
    "no such file": (
        {"flags": V2, "components": [GALLERY]},
        "components.0.items.0.media.url",
        'The referenced attachment ("attachment://nowhere.png")',
    ),
    "eleven pictures": (
        {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "https://example.org/x.png"}}] * 11}]},
        "components.0.items",
        "Must be between 1 and 10",
    ),
    "four texts": (
        {"flags": V2, "components": [{"type": 9, "components": [text()] * 4, "accessory": button()}]},
        "components.0.components",
        "Must be between 1 and 3",
    ),
    "no accessory": (
        {"flags": V2, "components": [{"type": 9, "components": [text()]}]},
        "components.0.accessory",
        "This field is required",
    ),
    "container in a container": (
        {"flags": V2, "components": [{"type": 17, "components": [{"type": 17, "components": [text()]}]}]},
        "components.0.components.0",
        'Value of field "type" must be one of (1, 9, 10, 12, 13, 14).',
    ),
    "file from elsewhere": (
        {"flags": V2, "components": [{"type": 13, "file": {"url": "https://example.org/x"}}]},
        "components.0.file.url",
        "only support attachment references",
    ),
    "unknown reply": ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference", "Unknown message"),
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
async def test_a_message_that_breaks_a_limit_is_refused_with_its_place(name: str) -> None:
    """Each of them is sent by the real client's own HTTP layer, and comes back as 50035."""
    payload, place, sentence = BAD_MESSAGES[name]
    async with a_stage() as stage:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=stage.channel.id)
        error = await refused(stage.bot.http.request(route, json=payload))
        assert (error.status, error.code) == (400, 50035)
        assert f"In {place}: " in error.text
        assert sentence in error.text
        assert stage.channel.messages == []


async def test_an_empty_message_is_none() -> None:
    """50006."""
    async with a_stage() as stage:
        assert (await refused(stage.place.send(""))).code == 50006
        assert (await stage.refusal(lambda i: i.response.send_message(""))).code == 50006


async def test_a_message_that_became_v2_stays_v2() -> None:
    """It has to be emptied of the old fields first, and takes none of them afterwards."""

    class Words(discord.ui.LayoutView):
        words: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("new")

    async def act(interaction: Interaction) -> None:
        await interaction.response.send_message("old")
        error = await refused(interaction.edit_original_response(view=Words()))
        assert "In content: The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2" in error.text
        await interaction.edit_original_response(content=None, embeds=[], attachments=[], view=Words())
        await interaction.edit_original_response(content="old again")

    async with a_stage() as stage:
        error = await stage.refusal(act)
        assert (error.code, "IS_COMPONENTS_V2" in error.text) == (50035, True)
        [message] = stage.channel.messages
        assert (message.is_v2, message.text) == (True, "new")


async def test_a_deferral_takes_no_flag_but_ephemeral() -> None:
    """V2 is sent by the edit that follows."""
    async with a_stage() as stage:
        interaction = await stage.ada.type_command(stage.channel, "do")
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        status, body, _ = await raw(stage, "POST", path, {"type": 5, "data": {"flags": V2}})
        assert (status, body["code"], list(body["errors"]["data"])) == (400, 50035, ["flags"])
        assert not interaction.is_acknowledged


async def test_a_message_of_every_component_arrives_whole() -> None:
    """The real client reads back what it sent: sections, thumbnails, files, separators, menus, links."""
    shown = picture("fox.png")
    view = discord.ui.LayoutView(timeout=None)
    thumbnail = discord.ui.Thumbnail[Any](shown, description="a fox", spoiler=True)
    view.add_item(discord.ui.Section[Any]("one", "two", accessory=thumbnail))
    view.add_item(discord.ui.Section[Any]("three", accessory=discord.ui.Button(label="Go", custom_id="go")))
    view.add_item(discord.ui.Separator(spacing=discord.SeparatorSpacing.large))
    view.add_item(discord.ui.File("attachment://notes.bin"))
    view.add_item(discord.ui.MediaGallery[Any](discord.MediaGalleryItem("https://example.org/x.png")))
    select = discord.ui.Select[Any](custom_id="style", options=[discord.SelectOption(label="oil")])
    view.add_item(discord.ui.ActionRow[Any](select))
    view.add_item(discord.ui.ActionRow[Any](discord.ui.Button(label="More", url="https://example.org")))
    async with a_stage() as stage:
        sent = await stage.place.send(view=view, files=[shown, blob(name="notes.bin")])
        kinds = [type(one).__name__ for one in sent.components]
        assert kinds == [
            "SectionComponent",
            "SectionComponent",
            "SeparatorComponent",
            "FileComponent",
            "MediaGalleryComponent",
            "ActionRow",
            "ActionRow",
        ]
        [message] = stage.channel.messages
        assert message.text == "one\ntwo\nthree"
        assert [file.filename for file in message.files] == ["fox.png", "notes.bin"]
        assert [(one.label, one.custom_id or one.url) for one in message.buttons] == [
            ("Go", "go"),
            ("More", "https://example.org"),
        ]
        assert [one.options for one in message.menus] == [("oil",)]
        with pytest.raises(NotSeen, match="cannot be pressed"):
            await stage.ada.press(message, "More")


async def test_a_reply_points_at_what_it_answers() -> None:
    """And history shows the newest first."""
    async with a_stage() as stage:
        first = await stage.place.send("first")
        reply = await first.reply("second")
        assert reply.reference is not None
        assert reply.reference.message_id == first.id
        assert stage.channel.messages[1].reference is stage.channel.messages[0]
        channel = await stage.bot.fetch_channel(stage.channel.id)
        assert isinstance(channel, discord.TextChannel)
        assert [one.content async for one in channel.history()] == ["second", "first"]
        await reply.delete()
        assert [one.text for one in stage.channel.messages] == ["first"]


async def test_what_is_not_json_is_refused() -> None:
    """50109."""
    async with a_stage() as stage, aiohttp.ClientSession() as session:
        url = f"{stage.fake.api_url}/channels/{stage.channel.id}/messages"
        async with session.post(url, data=b"{nonsense", headers={"Authorization": f"Bot {stage.fake.token}"}) as response:
            assert (response.status, (await response.json())["code"]) == (400, 50109)
