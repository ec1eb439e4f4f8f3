"""Asks whether what runs beside a body ends with it."""

import asyncio

import pytest

from bot.app.tasks import background_task, wait_for_either


async def _wait_for_ever(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("ended")


async def test_it_is_cancelled_and_waited_for() -> None:
    """Whatever the body raises."""
    ended: list[str] = []

    async def body() -> None:
        async with background_task(_wait_for_ever(ended)):
            await asyncio.sleep(0)
            raise ValueError("body")

    with pytest.raises(ValueError, match="body"):
        await body()
    assert ended == ["ended"]


async def test_the_one_ends_with_the_other() -> None:
    """The other is not touched."""
    ended: list[str] = []
    async with background_task(asyncio.sleep(0, "done")) as other:
        await wait_for_either(_wait_for_ever(ended), other)
        assert other.result() == "done"
    assert ended == ["ended"]
