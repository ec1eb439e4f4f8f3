"""Asks what is fetched of the files that somebody gives to a command."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters.discord.application_commands import picture_options
from bot.adapters.discord.file_options import MenuFiles, read_file_options
from bot.app.commands import declared_commands
from bot.commands.spec import options_of
from bot.domain.inputs import MOST_BYTES, BroughtPicture, InputRole
from bot.domain.options import PictureFile
from bot.domain.wishes import Draft
from bot.errors import BadInput
from storage.no_shared_files import NoSharedFiles


async def test_pictures_that_are_too_large_together_are_not_fetched() -> None:
    """They would all be in memory before somebody says so."""
    fetched: list[str] = []

    async def get_from_cdn(url: str) -> bytes:
        fetched.append(url)
        return b""

    options = options_of(Draft)
    names = picture_options(next(one for one in options if isinstance(one.kind, PictureFile)))[:3]
    attached = {
        f"{number}": {"id": number, "size": MOST_BYTES, "filename": "fox.png", "url": "https://cdn", "proxy_url": "https://cdn"}
        for number in range(3)
    }
    interaction: Any = SimpleNamespace(
        data={"resolved": {"attachments": attached}}, _state=SimpleNamespace(http=SimpleNamespace(get_from_cdn=get_from_cdn))
    )
    command: Any = SimpleNamespace(options=options)
    with pytest.raises(BadInput) as refused:
        await read_file_options(interaction, dict(zip(names, attached, strict=True)), command)
    assert "100 MB are the most" in refused.value.user_text
    assert fetched == []


async def test_the_pictures_of_a_menu_are_known_until_its_form_is_sent() -> None:
    """Those that are pictures, and to whoever chose it; a process that has not seen the menu says what to do."""
    files = [
        {"id": number, "size": 3, "filename": name, "content_type": kind, "url": "https://cdn", "proxy_url": "https://cdn"}
        for number, (name, kind) in enumerate([("fox.png", "image/png"), ("words.txt", "text/plain"), ("owl", None)])
    ]

    async def get_from_cdn(url: str) -> bytes:
        return b"fox"

    interaction: Any = SimpleNamespace(
        id=7,
        user=SimpleNamespace(id=1),
        data={"target_id": "1", "resolved": {"messages": {"1": {"attachments": files}}}},
        _state=SimpleNamespace(http=SimpleNamespace(get_from_cdn=get_from_cdn)),
    )
    menus = MenuFiles(NoSharedFiles())
    named = await menus.keep(interaction, "use_reference")
    assert await menus.read(interaction, {"prompt": "a hare", "picture": named}) == {
        "prompt": "a hare",
        "picture": (BroughtPicture(b"fox", InputRole.REFERENCE),),
    }
    interaction.user = SimpleNamespace(id=2)
    with pytest.raises(BadInput):
        await menus.read(interaction, {"prompt": "a hare", "picture": named})
    interaction.user = SimpleNamespace(id=1)
    assert await menus.read(interaction, {"prompt": "a hare", "picture": "job:1"}) == {"prompt": "a hare", "picture": "job:1"}
    interaction.data["resolved"] = {}
    assert await menus.keep(interaction, "use_reference") == ""
    with pytest.raises(BadInput) as refused:
        await MenuFiles(NoSharedFiles()).read(interaction, {"picture": named})
    assert refused.value.user_text.startswith("I do not know that picture any more")


async def test_another_process_that_shares_files_knows_the_pictures_of_a_menu() -> None:
    """Where interactions come by HTTP, the form may come to another one than the menu did."""
    kept: dict[str, bytes] = {}

    class Shared:
        async def keep(self, name: str, content: bytes) -> None:
            kept[name] = content

        async def get(self, name: str) -> bytes | None:
            return kept.get(name)

    async def get_from_cdn(url: str) -> bytes:
        return b"fox"

    fox = {
        "id": 1,
        "size": 3,
        "filename": "fox.png",
        "content_type": "image/png",
        "url": "https://cdn",
        "proxy_url": "https://cdn",
    }
    interaction: Any = SimpleNamespace(
        id=7,
        user=SimpleNamespace(id=1),
        data={"target_id": "1", "resolved": {"messages": {"1": {"attachments": [fox]}}}},
        _state=SimpleNamespace(http=SimpleNamespace(get_from_cdn=get_from_cdn)),
    )
    named = await MenuFiles(Shared()).keep(interaction, "ask_edit")
    read = await MenuFiles(Shared()).read(interaction, {"picture": named})
    assert read == {"picture": (BroughtPicture(b"fox", InputRole.BASE),)}


def test_a_command_that_takes_one_picture_asks_for_one() -> None:
    """And one that takes more than Discord shows well, for four."""
    kinds = {command.name: command.options for command in declared_commands() if command.name in {"describe", "blend"}}
    shown = {
        name: [picture_options(one) for one in options if isinstance(one.kind, PictureFile)] for name, options in kinds.items()
    }
    assert shown == {"describe": [("picture",)], "blend": [("picture", "picture2", "picture3", "picture4")]}
