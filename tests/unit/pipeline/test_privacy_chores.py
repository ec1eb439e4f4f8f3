"""Asks whether requests are carried on by whoever leads, told in private, and told once."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.privacy import PrivacyKind, PrivacyState
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from bot.pipeline.forgetting import GIVE_UP_AFTER, Forgetting
from bot.pipeline.privacy_chores import PrivacyChores
from bot.services.export_links import ExportLinks
from tests.fakes.bench import LEASE
from tests.fakes.codes import MemoryCodes
from tests.fakes.leader_lock import ScriptedLeaderLock
from tests.fakes.surfaces import LOOM
from tests.unit.pipeline.test_forgetting import ForgettingSetup


class ChoresSetup(ForgettingSetup):
    """The same with what carries on."""

    most_sent_bytes = 1_000_000

    @property
    def chores(self) -> PrivacyChores:
        """Build them, as after a restart."""
        bench = self.bench
        return PrivacyChores(
            requests=self.requests,
            exports=self.exports,
            links=ExportLinks(self.requests, MemoryCodes(bench.clock), bench.clock, bench.ids, base_url="http://easel.test"),
            forgetting=Forgetting(
                requests=self.requests,
                records=self.records,
                jobs=bench.jobs,
                studio=bench.studio,
                gallery=bench.gallery,
                pictures=bench.pictures,
                inputs=bench.input_store,
                objects=bench.objects,
                sent=self.sent,
                exports=self.exports,
                surfaces=self.surfaces,
                clock=bench.clock,
                settled_after=LEASE,
            ),
            surfaces=self.surfaces,
            clock=bench.clock,
            most_sent_bytes=self.most_sent_bytes,
        )

    @property
    def texts(self) -> list[str]:
        """What was said in private."""
        return [post.text for place, post, _ in self.bench.surface.posted if place.channel == "ann alone"]


@pytest.fixture
def stage() -> ChoresSetup:
    """Set it up."""
    return ChoresSetup()


async def test_an_export_is_sent_as_a_file(stage: ChoresSetup) -> None:
    """Once, and the request names nobody any more."""
    await stage.bench.draw("a fox")
    request = await stage.ask(kind=PrivacyKind.EXPORT)
    await stage.chores.sweep_exports()
    await stage.chores.sweep_exports()
    [texts] = stage.texts
    assert texts.startswith("Your data is ready: 1 picture, 0.1 MB. Here it is.")
    [post] = [post for place, post, _ in stage.bench.surface.posted if place.channel == "ann alone"]
    assert [(one.name, one.media_type) for one in post.attachments] == [("easel-data-2026-03-14.zip", "application/zip")]
    now = stage.requests.by_id[request.id]
    assert (now.state, now.identity, now.notified_at) == (PrivacyState.DONE, None, stage.bench.clock.now())


async def test_a_large_export_is_a_link(stage: ChoresSetup) -> None:
    """Which works once."""
    stage.most_sent_bytes = 10
    await stage.ask(kind=PrivacyKind.EXPORT)
    await stage.chores.sweep_exports()
    [post] = [post for place, post, _ in stage.bench.surface.posted if place.channel == "ann alone"]
    assert [link.address[:25] for link in post.links] == ["http://easel.test/export/"]
    assert post.attachments == ()


async def test_where_there_are_no_direct_messages_the_command_says_it(stage: ChoresSetup) -> None:
    """As on the page."""
    request = await stage.ask(kind=PrivacyKind.EXPORT)
    stage.bench.surface.failures.fail_next("direct", MessageGone(LOOM, "closed"))
    await stage.chores.sweep_exports()
    assert stage.texts == []
    assert stage.requests.by_id[request.id].notified_at is not None


async def test_a_platform_that_is_busy_is_asked_again_for_a_day(stage: ChoresSetup) -> None:
    """Then the command has to do."""
    request = await stage.ask()
    stage.bench.surface.failures.fail_always("direct", SurfaceFailed(LOOM, "busy"))
    await stage.chores.sweep_forgetting()
    assert stage.requests.by_id[request.id].notified_at is None
    assert stage.requests.by_id[request.id].state is PrivacyState.DONE
    stage.bench.surface.failures.clear()
    await stage.chores.sweep_forgetting()
    assert stage.texts == ["You are forgotten: there was nothing to remove. This was about all until 14 March 2026, 12:00 UTC."]
    late = await stage.ask()
    stage.surfaces.clear()
    await stage.chores.sweep_forgetting()
    assert stage.requests.by_id[late.id].notified_at is None
    stage.bench.clock.move(GIVE_UP_AFTER)
    await stage.chores.sweep_forgetting()
    assert stage.requests.by_id[late.id].notified_at is not None


async def test_who_is_forgotten_is_told_what_went_and_what_did_not(stage: ChoresSetup) -> None:
    """With how much of it."""
    await stage.bench.draw("a fox", key="1", count=2)
    await stage.bench.draw("an owl", key="2")
    stage.settle()
    await stage.ask()
    stage.bench.surface.failures.fail_always("delete", SurfaceFailed(LOOM, "busy"))
    await stage.chores.sweep_forgetting()
    assert stage.texts == []
    stage.bench.surface.failures.clear()
    await stage.chores.sweep_forgetting()
    [texts] = stage.texts
    assert texts.startswith("You are forgotten: 3 pictures, 2 wishes and 2 messages.")


async def test_an_export_goes_when_its_time_is_over(stage: ChoresSetup) -> None:
    """By itself."""
    request = await stage.ask(kind=PrivacyKind.EXPORT)
    await stage.chores.sweep_exports()
    stage.bench.clock.move(timedelta(days=2))
    await stage.chores.sweep_exports()
    assert stage.requests.by_id[request.id].state is PrivacyState.EXPIRED
    assert stage.bench.objects.objects == {}


async def test_an_export_of_somebody_who_was_forgotten_meanwhile_is_told_to_nobody(stage: ChoresSetup) -> None:
    """It is over."""
    export = await stage.ask(kind=PrivacyKind.EXPORT)
    await stage.ask()
    await stage.chores.sweep_forgetting()
    await stage.chores.sweep_exports()
    assert stage.requests.by_id[export.id].notified_at is not None
    assert [text for text in stage.texts if "ready" in text] == []


async def test_only_who_leads_carries_on_and_a_failure_is_made_up_for(stage: ChoresSetup) -> None:
    """Whatever breaks; and the two do not wait for each other."""
    leader = ScriptedLeaderLock()
    leader.leads = False
    await stage.ask()
    running = asyncio.create_task(stage.chores.run(leader))
    await asyncio.sleep(60)
    assert stage.texts == []
    for error in (StorageFailed("database", "away"), StorageFailed("database", "away"), ValueError("broken")):
        stage.requests.failures.fail_next("list_unfinished", error)
    leader.leads = True
    await asyncio.sleep(60)
    assert len(stage.texts) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
