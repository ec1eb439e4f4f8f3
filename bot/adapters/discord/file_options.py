"""Files that somebody gives to a command, read as the texts that they hold."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import discord

from bot.adapters.discord.origins import Interaction
from bot.errors import BadInput

_MOST_BYTES = 4 * 1024 * 1024
_TIMEOUT = timedelta(seconds=30)


async def read_file_options(interaction: Interaction, raw: Mapping[str, object]) -> dict[str, object]:
    """Return a command's options with the text of each file in the place of the file's id.

    Raises:
        BadInput: A file is too large, is no UTF-8 text, or cannot be fetched.
    """
    data: Mapping[str, Any] = interaction.data or {}
    attached: Mapping[str, Any] = (data.get("resolved") or {}).get("attachments") or {}
    read = dict(raw)
    for name, value in raw.items():
        if isinstance(value, str) and value in attached:
            read[name] = await _read(interaction, attached[value])
    return read


async def _read(interaction: Interaction, attached: Any) -> str:
    file = discord.Attachment(data=attached, state=interaction._state)  # noqa: SLF001 - what discord.py itself hands to attachments
    if file.size > _MOST_BYTES:
        raise BadInput(f"That file is too large: {_MOST_BYTES // 1024 // 1024} MB are the most. Nothing was changed.")
    try:
        async with asyncio.timeout(_TIMEOUT.total_seconds()):
            content = await file.read()
    except (discord.HTTPException, TimeoutError, OSError):
        raise BadInput("Discord does not give me that file now, so nothing was changed; please try again.") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("That file is no UTF-8 text, so nothing was changed; please save it as UTF-8.") from None
