"""Asks whether pictures come into further messages, which are known as theirs."""

from dataclasses import replace

import pytest

from bot.domain.chat import Place
from bot.errors import MessageGone
from tests.fakes.bench import Bench
from tests.fakes.surfaces import LOOM, person


async def test_pictures_can_be_sent_to_somebody_alone(bench: Bench) -> None:
    """Once per key; the job's own message stays as it is."""
    job = await bench.draw()
    for _ in range(2):
        await bench.copies.send(job, person("bob").identity, key="send-1")
    message, post = bench.surface.updated[-1]
    assert message.place == Place(LOOM, "", "bob alone")
    shown = bench.message(job)
    assert post == replace(shown, buttons=tuple(one for one in shown.buttons if one.label != "Delete"))
    assert len(bench.surface.shown) == 2


async def test_whoever_asked_may_delete_what_is_sent_to_them(bench: Bench) -> None:
    """Nobody else is offered it."""
    job = await bench.draw()
    await bench.copies.send(job, job.author.identity, key="send-1")
    assert "Delete" in [one.label for one in bench.surface.said[-1].buttons]


async def test_somebody_who_takes_no_messages_gets_none(bench: Bench) -> None:
    """Whoever wanted to send them hears of it."""
    job = await bench.draw()
    bench.surface.failures.fail_always("direct", MessageGone("loom", "404"))
    with pytest.raises(MessageGone):
        await bench.copies.send(job, person("bob").identity, key="send-1")
