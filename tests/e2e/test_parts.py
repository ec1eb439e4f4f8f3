"""Can a process open front ends without work, and work without front ends?"""

import asyncio
from pathlib import Path

from bot.app.chat_platforms import open_chat_platforms
from bot.app.commands import build_dispatcher
from bot.app.foundation import open_foundation
from bot.app.services import build_services
from bot.app.work import run_work
from bot.config import Settings
from bot.domain.jobs import JobState
from storage.engines.local import LocalEngine
from tests.e2e.slack_stage import a_stage
from tests.e2e.tables import give_tables
from tests.fakes.engine import ManualEngine
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface


async def test_front_ends_and_work_need_not_be_one_process(tmp_path: Path) -> None:
    """What one accepts, with nobody here to draw it, another draws that has no commands."""
    async with open_foundation(Settings(data_dir=tmp_path)) as base:
        surface, line = RecordingSurface(), ManualEngine(base.clock)
        gateway = build_services(base, {LOOM: surface}, line)
        await build_dispatcher(gateway).dispatch("imagine", {"prompt": "a fox"}, FakeCall(surface, key="call-1"))
        job = await base.records.jobs.by_key("call-1")
        assert job is not None
        assert (job.state, line.waiting) == (JobState.QUEUED, [job.id])

        engine = LocalEngine(base.clock)
        async with run_work(build_services(base, {LOOM: surface}, engine), engine, recovers=False), asyncio.timeout(60):
            await engine.publish(job.id, tier=job.tier)
            while not (job := await gateway.studio.find(job.id)).state.is_final:  # noqa: ASYNC110 - another process ends it
                await asyncio.sleep(0.01)
        assert job.state is JobState.DONE
        assert job.message is not None
        assert surface.shown[job.message.id].pictures


async def test_each_process_on_slack_has_ways_of_its_own(tmp_path: Path) -> None:
    """A web process opens no socket, a gateway serves nothing, and a worker neither: the web process serves its previews."""
    async with a_stage(tmp_path, opened=False, web={"public_url": "https://easel.example.org"}) as stage:
        await give_tables(stage.settings.home)
        async with open_foundation(stage.settings) as base:
            services = build_services(base, {}, ManualEngine(base.clock))
            dispatcher = build_dispatcher(services)
            async with open_chat_platforms(base) as chats, chats.listen(services, dispatcher, by_socket=False) as web:
                assert len(web.routes) == 1  # that of unfinished pictures
                assert web.findings() == ()
            assert stage.slack.sockets.opened == 0
            async with open_chat_platforms(base) as chats:
                async with chats.listen(services, dispatcher, by_http=False) as gateway:
                    await stage.slack.connected(within=15)
                    assert gateway.routes == ()
                async with chats.listen(services, dispatcher, by_socket=False, by_http=False) as nothing:
                    assert nothing.routes == ()
