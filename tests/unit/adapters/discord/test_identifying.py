"""Do processes on one machine take turns to identify?"""

import asyncio
from pathlib import Path

import pytest

from bot.adapters.discord.identifying import IdentifyTurns


async def test_the_first_identify_goes_at_once_and_the_second_waits(tmp_path: Path) -> None:
    """Another process's, too: they share a file."""
    await IdentifyTurns(tmp_path / "lock").take()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await IdentifyTurns(tmp_path / "lock").take()


async def test_a_spoilt_file_of_turns_is_an_empty_one(tmp_path: Path) -> None:
    """Nobody waits for nonsense, or for a time to come."""
    for content in ("nonsense", "99999999999"):
        (tmp_path / "lock").write_text(content)
        async with asyncio.timeout(1):
            await IdentifyTurns(tmp_path / "lock").take()
