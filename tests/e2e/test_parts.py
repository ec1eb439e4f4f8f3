"""Can a process open front ends without work, and work without front ends?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app.chat_platforms import WebExtension, open_chat_platforms
from bot.app.commands import build_dispatcher
from bot.app.foundation import open_foundation
from bot.app.services import build_services
from bot.app.work import run_work
from bot.config import Settings
from bot.domain.jobs import JobState
from storage.engines.local import LocalEngine
from tests.e2e import discord_stage
from tests.e2e.slack_stage import a_stage
from tests.e2e.tables import give_tables
from tests.fakes.engine import ManualEngine
from tests.fakes.surfaces import LOOM, FakeCall, RecordingSurface

KEY = "0" * 64


async def test_front_ends_and_work_need_not_be_one_process(tmp_path: Path) -> None:
    """What one accepts, with nobody here to draw it, another draws that has no commands."""
    async with open_foundation(Settings(data_dir=tmp_path)) as base:
        surface, line = RecordingSurface(), ManualEngine(base.clock)
        gateway = build_services(base, {LOOM: surface}, line).features
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
        async with listening(stage.settings, by_socket=False) as web:
            assert (len(web.routes), web.findings()) == (1, ())  # the route of unfinished pictures
        assert stage.slack.sockets.opened == 0
        async with listening(stage.settings, by_http=False) as gateway:
            await stage.slack.connected(within=15)
            assert gateway.routes == ()
        async with listening(stage.settings, by_socket=False, by_http=False) as nothing:
            assert nothing.routes == ()


async def test_a_web_process_leaves_discords_gateway_to_others(tmp_path: Path) -> None:
    """It takes what Discord sends by HTTP, and a gateway serves nothing."""
    async with discord_stage.a_stage(tmp_path, opened=False, discord={"public_key": KEY}) as stage:
        async with listening(stage.settings, by_socket=False) as web:
            assert (len(web.routes), web.findings()) == (1, ())
        async with listening(stage.settings, by_http=False) as gateway:
            await stage.discord.gateway.ready(within=15)
            assert (gateway.routes, len(gateway.findings())) == ((), 1)


async def test_where_all_of_discord_comes_by_http_the_web_process_registers_the_commands(tmp_path: Path) -> None:
    """There is no gateway that could."""
    async with discord_stage.a_stage(tmp_path, opened=False, discord={"public_key": KEY, "gateway": False}) as stage:
        async with listening(stage.settings, by_socket=False) as web:
            await stage.discord.commands_synced("imagine")
            assert len(web.routes) == 1
        assert stage.discord.gateway.sessions == []


@asynccontextmanager
async def listening(settings: Settings, *, by_socket: bool = True, by_http: bool = True) -> AsyncIterator[WebExtension]:
    """Listen to the chats as a process of some role does."""
    await give_tables(settings.home)
    async with open_foundation(settings) as base, open_chat_platforms(base) as chats:
        services = build_services(base, chats.surfaces, ManualEngine(base.clock)).features
        async with chats.listen(services, build_dispatcher(services), by_socket=by_socket, by_http=by_http) as extension:
            yield extension
