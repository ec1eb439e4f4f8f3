"""Reads files that are given to a command: texts as their content, pictures as their bytes."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord

from bot.adapters.discord.application_commands import picture_options
from bot.adapters.discord.origins import Interaction
from bot.adapters.shared.newest_entries import NewestEntries
from bot.commands.spec import AnyCommand
from bot.domain.inputs import MOST_BYTES, BroughtPicture, InputRole, check_total
from bot.domain.options import PictureFile
from bot.errors import BadInput
from bot.ports.shared_files import SharedFiles

_MOST_TEXT_BYTES = 4 * 1024 * 1024
_TIMEOUT = timedelta(seconds=30)
_MOST_MENUS = 500
_MENU = "menu:"
_PICTURE = "picture"
"""The option of `/imagine` that takes pictures."""


class MenuFiles:
    """Remembers the pictures of a message whose menu somebody opened, until they send the form that it led to.

    A form has no room for the pictures' addresses, and where interactions come by HTTP another process may get it.
    """

    def __init__(self, shared: SharedFiles) -> None:
        self._shared = shared
        self._files: NewestEntries[str, bytes] = NewestEntries(_MOST_MENUS)

    async def keep(self, interaction: Interaction, command: str) -> str:
        """Return what stands for the pictures of the chosen message; nothing where it has none."""
        data: Mapping[str, Any] = interaction.data or {}
        message: Mapping[str, Any] = ((data.get("resolved") or {}).get("messages") or {}).get(str(data.get("target_id"))) or {}
        attached: Sequence[Mapping[str, Any]] = message.get("attachments") or ()
        pictures = [one for one in attached if str(one.get("content_type") or "").startswith("image/")]
        if not pictures:
            return ""
        name = f"{_MENU}{interaction.id}:{command}"
        owned = _build_key(interaction, name)
        self._files[owned] = json.dumps(pictures).encode()
        await self._shared.keep(owned, self._files[owned])
        return name

    async def read(self, interaction: Interaction, raw: Mapping[str, object]) -> dict[str, object]:
        """Return a form's options, with the pictures in place of what stands for them.

        Raises:
            BadInput: They are not known any more, or cannot be fetched.
        """
        named = raw.get(_PICTURE)
        if not isinstance(named, str) or not named.startswith(_MENU):
            return dict(raw)
        owned = _build_key(interaction, named)
        kept = self._files.get(owned) or await self._shared.get(owned)
        if kept is None:
            raise BadInput("I do not know that picture any more; please choose the message's menu again. Nothing was counted.")
        role = InputRole.BASE if named.endswith(":ask_edit") else InputRole.REFERENCE
        files = [_attachment(interaction, one) for one in json.loads(kept)]
        return {**raw, _PICTURE: tuple(replace(one, role=role) for one in await _fetch_pictures(files))}


def _build_key(interaction: Interaction, name: str) -> str:
    """Return the key of the pictures. It names their person: a forged form could name the menu that another one opened."""
    return f"{name}:{interaction.user.id}"


async def read_file_options(
    interaction: Interaction, raw: Mapping[str, object], command: AnyCommand | None = None
) -> dict[str, object]:
    """Return a command's options with each file's content in place of its id; pictures are together in one option.

    Raises:
        BadInput: A file is too large, is no UTF-8 text where it should be one, or cannot be fetched.
    """
    data: Mapping[str, Any] = interaction.data or {}
    attached: Mapping[str, Any] = (data.get("resolved") or {}).get("attachments") or {}
    given = {name: attached[value] for name, value in raw.items() if isinstance(value, str) and value in attached}
    read = {name: value for name, value in raw.items() if name not in given}
    for option in command.options if command else ():
        if isinstance(option.kind, PictureFile):
            files = [given.pop(name) for name in picture_options(option) if name in given]
            if files:
                read[option.name] = await _fetch_pictures([_attachment(interaction, file) for file in files])
    for name, file in given.items():
        read[name] = await _read_text(interaction, file)
    return read


async def read_attachments(message: discord.Message) -> tuple[BroughtPicture, ...]:
    """Return the pictures that are attached to a message.

    Raises:
        BadInput: One is too large, or cannot be fetched.
    """
    return await _fetch_pictures([one for one in message.attachments if (one.content_type or "").startswith("image/")])


async def _fetch_pictures(files: Sequence[discord.Attachment]) -> tuple[BroughtPicture, ...]:
    check_total(sum(file.size for file in files))
    return tuple([BroughtPicture(await _fetch_picture(file)) for file in files])


async def _fetch_picture(file: discord.Attachment) -> bytes:
    if file.size > MOST_BYTES:
        raise BadInput(f"{file.filename} is too large: {MOST_BYTES // 2**20} MB are the most. Nothing was counted.")
    try:
        return await _fetch(file)
    except discord.NotFound:
        raise BadInput("Discord does not have that file any more; please attach it again. Nothing was counted.") from None
    except (discord.HTTPException, TimeoutError, OSError):
        raise BadInput("Discord does not give me that file now; please try again. Nothing was counted.") from None


async def _read_text(interaction: Interaction, attached: Any) -> str:
    file = _attachment(interaction, attached)
    if file.size > _MOST_TEXT_BYTES:
        raise BadInput(f"That file is too large: {_MOST_TEXT_BYTES // 2**20} MB are the most. Nothing was changed.")
    try:
        content = await _fetch(file)
    except (discord.HTTPException, TimeoutError, OSError):
        raise BadInput("Discord does not give me that file now, so nothing was changed; please try again.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("That file is no UTF-8 text, so nothing was changed; please save it as UTF-8.") from None


def _attachment(interaction: Interaction, attached: Any) -> discord.Attachment:
    return discord.Attachment(data=attached, state=interaction._state)  # noqa: SLF001 - what discord.py itself hands to attachments


async def _fetch(file: discord.Attachment) -> bytes:
    async with asyncio.timeout(_TIMEOUT.total_seconds()):
        return await file.read()
