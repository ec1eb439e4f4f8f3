"""Asks whether each kind of thing goes when its community says so, and never before, nor of another community."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.chat import MessageRef, Post
from bot.domain.people import HOUSE, CommunityId, Platform
from bot.domain.rules import EVERYBODY, Actor, Change, RuleKey, RuleKind
from bot.errors import MessageGone, StorageFailed, SurfaceFailed
from bot.services.retention_sweep import RetentionSweep
from tests.contract.examples import a_job
from tests.fakes.bench import Bench
from tests.fakes.clock import NOON
from tests.fakes.inputs import give_inputs
from tests.fakes.leader_lock import ScriptedLeaderLock
from tests.fakes.old_records import MemoryOldRecords
from tests.fakes.surfaces import LOOM, SQUARE

DAY = timedelta(days=1)
MAKERS = CommunityId("makers")
KINDS = {"prompt_retention": "prompts", "job_retention": "jobs", "record_retention": "records"}
NEVER = dict.fromkeys(("retention", "prompt_retention", "message_retention", "job_retention", "record_retention"), 0)


class RetentionSetup:
    """A house with old things of two communities."""

    def __init__(self) -> None:
        self.bench = Bench()
        ages = [NOON - DAY * days for days in (200, 100, 50, 1)]
        self.records = MemoryOldRecords(
            {(kind, community): list(ages) for kind in KINDS.values() for community in (HOUSE, MAKERS)}
        )

    def sweep(self, kept_days: Mapping[str, int] = NEVER, grace: timedelta = timedelta(), most: int = 2) -> RetentionSweep:
        """Build a sweep with such defaults."""
        return RetentionSweep(
            rulebook=self.bench.rulebook,
            records=self.records,
            pictures=self.bench.pictures,
            inputs=self.bench.input_store,
            surfaces={LOOM: self.bench.surface},
            clock=self.bench.clock,
            kept_days={**NEVER, **kept_days},
            grace=grace,
            most_at_once=most,
            pause=timedelta(),
        )

    async def set(self, name: str, days: str | None, community: CommunityId = HOUSE) -> None:
        """Set one as an admin."""
        change = Change(community=community, key=RuleKey(RuleKind.SETTING, name), value=days, by=Actor(EVERYBODY, "Ada"))
        await self.bench.rulebook.change(change)

    def left(self, kind: str, community: CommunityId = HOUSE) -> int:
        """Count what is left."""
        return len(self.records.kept[kind, community])

    async def say_something_old(self, count: int = 3) -> list[MessageRef]:
        """Post the messages of old jobs."""
        for number in range(count):
            message = await self.bench.surface.post(SQUARE, Post("a fox"), key=str(number))
            job = a_job(f"job-{number}", EVERYBODY, place=SQUARE, created_at=NOON - 40 * DAY + number * timedelta(hours=1))
            self.records.jobs.append(replace(job, message=message))
        return [job.message for job in self.records.jobs if job.message is not None]


@pytest.fixture
def stage() -> RetentionSetup:
    """Set it up."""
    return RetentionSetup()


@pytest.mark.parametrize("setting", KINDS)
async def test_what_is_older_than_the_default_goes_page_by_page(stage: RetentionSetup, setting: str) -> None:
    """In every community, and nothing of another kind."""
    await stage.sweep({setting: 90}).sweep()
    assert {kind: (stage.left(kind), stage.left(kind, MAKERS)) for kind in KINDS.values()} == {
        kind: (2, 2) if kind == KINDS[setting] else (4, 4) for kind in KINDS.values()
    }


async def test_pictures_that_people_brought_go_with_theirs(stage: RetentionSetup) -> None:
    """Also where none was drawn."""
    job = await stage.bench.draw("make it night")
    await give_inputs(stage.bench.jobs, stage.bench.objects, job, "a", "b", "c")
    stage.records.kept["prompts", job.community] = []
    stage.bench.clock.move(DAY * 8)
    await stage.sweep({"retention": 7}).sweep()
    assert len(await stage.bench.inputs.due(stage.bench.clock.now(), most=10)) == 3


@pytest.mark.parametrize(("days", "left"), [("120", 3), ("0", 4), ("30", 1), (None, 2)])
async def test_what_a_community_has_set_holds_there_and_nowhere_else(stage: RetentionSetup, days: str | None, left: int) -> None:
    """Longer, for ever or shorter; without a word of its own it has the default."""
    await stage.set("prompt_retention", "7", MAKERS)
    await stage.set("prompt_retention", "1")
    await stage.set("prompt_retention", days)
    await stage.sweep({"prompt_retention": 90}).sweep()
    assert (stage.left("prompts"), stage.left("prompts", MAKERS)) == (left, 1)


async def test_a_slip_of_the_pen_costs_nothing_within_the_grace(stage: RetentionSetup) -> None:
    """What was set or undone while the sweep waits counts the next time."""
    task = asyncio.create_task(stage.sweep(grace=timedelta(minutes=10)).sweep())
    await asyncio.sleep(60)
    await stage.set("job_retention", "90")
    await task
    assert stage.left("jobs") == 4
    await stage.sweep(grace=timedelta(minutes=10)).sweep()
    assert stage.left("jobs") == 2


async def test_hashes_of_who_was_forgotten_go_with_the_records(stage: RetentionSetup) -> None:
    """By the deployment's days, and for ever stays for ever; the page's tombstones go in any case."""
    for kind in ("forgotten", "tombstones"):
        stage.records.kept[kind, HOUSE] = [NOON - DAY * days for days in (100, 1)]
    await stage.sweep().sweep()
    assert (stage.left("forgotten"), stage.left("tombstones")) == (2, 1)
    await stage.sweep({"record_retention": 90}).sweep()
    assert stage.left("forgotten") == 1


async def test_pictures_go_by_the_houses_default_too(stage: RetentionSetup) -> None:
    """Out of sight here; the gallery then removes their bytes."""
    job = await stage.bench.draw()
    stage.bench.clock.move(31 * DAY)
    await stage.sweep({"retention": 30}).sweep()
    assert await stage.bench.gallery.visible(job.id) == ()
    await stage.bench.gallery.sweep()
    assert stage.bench.objects.objects == {}


async def test_old_messages_are_deleted_on_their_platform(stage: RetentionSetup) -> None:
    """All of them, over several pages, and the record forgets which they were."""
    messages = await stage.say_something_old()
    await stage.sweep({"message_retention": 30}).sweep()
    assert all(message.id not in stage.bench.surface.shown for message in messages)
    assert stage.records.detached == ["job-0", "job-1", "job-2"]


async def test_a_message_that_a_platform_keeps_for_now_is_asked_for_again(stage: RetentionSetup) -> None:
    """One that is gone is not."""
    await stage.say_something_old()
    for error in (SurfaceFailed(LOOM, "busy"), MessageGone(LOOM, "the channel is gone")):
        stage.bench.surface.failures.fail_next("delete", error)
    await stage.sweep({"message_retention": 30}).sweep()
    assert stage.records.detached == ["job-1", "job-2"]


async def test_a_platform_that_this_process_does_not_serve_is_left_alone(stage: RetentionSetup) -> None:
    """Another one may."""
    await stage.say_something_old(1)
    stage.records.jobs = [replace(job, place=replace(job.place, platform=Platform("elsewhere"))) for job in stage.records.jobs]
    await stage.sweep({"message_retention": 30}).sweep()
    assert stage.records.detached == []


async def test_only_who_leads_sweeps_and_a_failure_is_made_up_for(stage: RetentionSetup) -> None:
    """Once a day; whatever breaks."""
    leader = ScriptedLeaderLock()
    leader.leads = False
    sweep = stage.sweep({"job_retention": 90})
    running = asyncio.create_task(sweep.run(leader, first_after=timedelta(), every=timedelta(days=1)))
    await asyncio.sleep(3600)
    assert stage.left("jobs") == 4
    leader.leads = True
    for error in (StorageFailed("database", "away"), ValueError("broken")):
        stage.bench.rulebook.failures.fail_next("everywhere", error)
    await asyncio.sleep(2 * 86400)
    assert stage.left("jobs") == 4
    await asyncio.sleep(86400)
    assert stage.left("jobs") == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
