"""Asks what people read who want their data, or want it gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.privacy import collect, export_me, forget, forget_me
from bot.domain.chat import Post
from bot.domain.privacy import PrivacyKind, PrivacyRequest, PrivacyState
from bot.services.data_requests import DataRequests
from bot.services.export_links import ExportLinks
from storage.limits.local import LocalRateLimiter
from tests.fakes.bench import FAULT, Bench
from tests.fakes.codes import MemoryCodes
from tests.fakes.privacy import MemoryPrivacyRequests
from tests.fakes.surfaces import FakeCall, person


class PrivacySetup:
    """The commands over a bench."""

    def __init__(self) -> None:
        self.bench = bench = Bench()
        self.requests = MemoryPrivacyRequests()
        requests = DataRequests(
            quotas=bench.quotas,
            requests=self.requests,
            rate_limiter=LocalRateLimiter(bench.clock),
            clock=bench.clock,
            ids=bench.ids,
        )
        links = ExportLinks(self.requests, MemoryCodes(bench.clock), bench.clock, bench.ids, base_url="http://easel.test")
        commands = (export_me(requests, links), collect(requests), forget_me(requests), forget(requests))

        async def is_owner(_: object) -> bool:
            return False

        self.dispatcher = Dispatcher(commands, lambda: FAULT, is_owner=is_owner)

    async def type(self, line: str, user: str = "ann") -> Post:
        """Type a command and read the answer."""
        call = FakeCall(self.bench.surface, by=person(user))
        await self.dispatcher.dispatch_line(line, call)
        [post] = call.whispers
        return post

    async def press(self, post: Post, user: str = "ann") -> Post:
        """Press the first button."""
        call = FakeCall(self.bench.surface, by=person(user))
        await self.dispatcher.press(post.buttons[0].action, call)
        [answer] = call.whispers
        return answer

    @property
    def only(self) -> PrivacyRequest:
        """Return the one request that there is."""
        [request] = self.requests.by_id.values()
        return request

    async def end(self, **changes: object) -> None:
        """Have it done."""
        done = replace(self.only, state=PrivacyState.DONE, **changes)  # type: ignore[arg-type]  # by name
        await self.requests.save(done)


@pytest.fixture
def stage() -> PrivacySetup:
    """Set it up."""
    return PrivacySetup()


async def test_data_is_offered_and_put_together_when_that_is_confirmed(stage: PrivacySetup) -> None:
    """Nothing is written before."""
    offer = await stage.type("/export-me")
    assert "Shall I put it together?" in offer.text
    assert stage.requests.by_id == {}
    begun = await stage.press(offer)
    assert begun.text.startswith("Your data is being put together")
    assert (stage.only.kind, stage.only.identity) == (PrivacyKind.EXPORT, person().identity)
    assert await stage.type("/export-me") == await stage.press(offer) == begun
    assert len(stage.requests.by_id) == 1


async def test_data_that_is_ready_is_a_link_each_time(stage: PrivacySetup) -> None:
    """Another one each time, and until it is removed."""
    await stage.press(await stage.type("/export-me"))
    await stage.end(counts={"files": 3}, size_bytes=12_345_678)
    first, second = [await stage.type("/export-me") for _ in range(2)]
    assert first.text.startswith(
        "Your data is ready: 3 pictures, 12.3 MB. This link is yours alone, and works once, within an hour"
    )
    [link], [other] = first.links, second.links
    assert link.address.startswith("http://easel.test/export/")
    assert link != other
    await stage.requests.save(replace(stage.only, state=PrivacyState.EXPIRED))
    assert "Shall I put it together?" in (await stage.type("/export-me")).text


async def test_forgetting_says_what_goes_and_stays_and_asks(stage: PrivacySetup) -> None:
    """Then it goes on by itself, and says how far it is."""
    offer = await stage.type("/forget-me")
    assert "cannot be undone" in offer.text
    assert "bans, limits" in offer.text
    assert offer.buttons[0].is_dangerous
    assert stage.requests.by_id == {}
    assert (await stage.press(offer)).text.startswith("I am forgetting you now.")
    assert stage.only.kind is PrivacyKind.FORGET
    assert "Removed so far" not in (await stage.type("/forget-me")).text
    await stage.requests.save(replace(stage.only, counts={"pictures": 1, "prompts": 2, "messages": 0}))
    assert "Removed so far: 1 picture and 2 wishes." in (await stage.type("/forget-me")).text


async def test_who_could_not_be_told_reads_it_the_next_time(stage: PrivacySetup) -> None:
    """Also what could not be deleted."""
    await stage.press(await stage.type("/forget-me"))
    await stage.end(counts={"pictures": 2, "prompts": 1, "messages": 1, "left": 3})
    text = (await stage.type("/forget-me")).text
    assert text.startswith("You are forgotten: 2 pictures, 1 wish and 1 message. Their platform did not let me delete 3 messages")
    assert "This removes what is kept of you here" in text


async def test_nobody_keeps_the_house_busy_with_it(stage: PrivacySetup) -> None:
    """A few times a day are enough."""
    offer = await stage.type("/export-me")
    for _ in range(5):
        await stage.press(offer)
    assert "You have asked for that 5 times within a day" in (await stage.press(offer)).text
    stage.bench.clock.move(timedelta(days=1))
    assert "being put together" in (await stage.press(offer)).text
