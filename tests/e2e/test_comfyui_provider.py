"""Pictures from a fake ComfyUI: queue, cold start, memory, forgotten drawings, and what is not drawn twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from bot.domain.health import Health
from bot.domain.images import DrawingId, ImageRequest, Progress, Quality, Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.money import Cost, UnitPrices
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.comfyui.images import ComfyUiImages, abilities_of, load_built_in
from bot.providers.shared.comfyui_workflow import Workflow
from bot.providers.shared.hosted_model import HostedModel, UnitPrice
from bot.providers.shared.rest_client import RestClient
from tests.fakes.clock import StoppedClock
from tests.fakes.comfyui import FakeComfyUi, Options, Trouble
from tests.fakes.photos import photo
from tests.fakes.progress import ProgressLog

DRAWING = DrawingId("AAECAwQFBgcICQoLDA0ODw")
OTHER = DrawingId("_____________________w")
Provide = Callable[..., ComfyUiImages]


@pytest.fixture
async def fake() -> AsyncIterator[FakeComfyUi]:
    """Yield ComfyUI on this machine."""
    async with FakeComfyUi() as server:
        yield server


@pytest.fixture
async def provide() -> AsyncIterator[Provide]:
    """Yield what builds the provider for a server."""
    opened: list[RestClient] = []

    def build(
        fake: FakeComfyUi, *, second: int = 0, workflow: Workflow | None = None, edits: Workflow | None = None
    ) -> ComfyUiImages:
        client = RestClient("home", fake.url, headers={})
        opened.append(client)
        workflow = workflow or load_built_in("flux2-klein")
        return ComfyUiImages(
            client,
            HostedModel("flux2-klein", abilities_of(workflow, edits), UnitPrice(UnitPrices(second=second))),
            workflow,
            edits=edits,
            name="home",
            attribution="by AI",
            clock=StoppedClock(),
            second=second,
        )

    yield build
    for client in opened:
        await client.close()


def request(drawing: DrawingId = DRAWING, count: int = 1, size: Size = Size(512, 384)) -> ImageRequest:  # noqa: B008 - a constant
    """Ask for a fox."""
    return ImageRequest(
        drawing=drawing, prompt="a fox", size=size, quality=Quality.MEDIUM, count=count, author="0" * 32, previews=True
    )


async def test_a_drawing_is_submitted_by_its_own_id_and_collected(fake: FakeComfyUi, provide: Provide) -> None:
    """Its values are where the workflow has them, and it is free."""
    home, news = provide(fake), ProgressLog()
    ticket = await home.submit(replace(request(count=2), seed=7))
    result = await home.collect(ticket, news)
    assert ticket.id == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert (len(result.pictures), len(set(result.pictures)), result.cost) == (2, 2, Cost())
    assert all(picture.startswith(b"\x89PNG") for picture in result.pictures)
    [drawn] = fake.state.drawn
    assert (drawn.words, drawn.width, drawn.height, drawn.count, drawn.seed) == ("a fox", 512, 384, 2, 7)


async def test_a_picture_is_changed_by_the_workflow_for_that(fake: FakeComfyUi, provide: Provide) -> None:
    """It is put into the server's folder under a name of its drawing's own; a provider without that workflow takes none."""
    home = provide(fake, workflow=load_built_in("flux2-dev"), edits=load_built_in("flux2-edit"))
    picture = InputContent(InputRole.BASE, photo("WEBP"), "image/webp")
    wanted = replace(request(), inputs=(picture,), seed=7)
    ticket = await home.submit(wanted)
    assert len((await home.collect(ticket, ProgressLog())).pictures) == 1
    assert fake.state.uploads == {f"easel-{ticket.id}.webp": picture.content}
    graph = fake.state.history[ticket.id]["prompt"][2]
    assert [node["inputs"]["image"] for node in graph.values() if node["class_type"] == "LoadImage"] == [
        f"easel-{ticket.id}.webp"
    ]
    await home.submit(wanted)  # whoever sends it again sends nothing
    assert fake.state.requests.count("POST /upload/image") == 1
    for unable, inputs in ((provide(fake), (picture,)), (home, (picture, picture))):
        with pytest.raises(ProviderFailed):
            await unable.submit(replace(request(OTHER), inputs=inputs))
    assert len(fake.state.drawn) == 1


async def test_what_both_workflows_need_is_looked_for(fake: FakeComfyUi, provide: Provide) -> None:
    """Before anybody asks for an edit."""
    edits = {**load_built_in("flux2-edit"), "99": {"class_type": "MagicWand", "inputs": {}}}
    found = await provide(fake, workflow=load_built_in("flux2-dev"), edits=edits).check()
    assert [one.text for one in found if one.health is Health.WRONG] == [
        "The server has no node MagicWand (node 99 (edits) of [providers.home] workflow)."
    ]


async def test_no_two_drawings_have_one_id(fake: FakeComfyUi, provide: Provide) -> None:
    """A drawing's id is 16 bytes, and so is a UUID, as newer servers demand it."""
    home = provide(fake)
    ids = {home.known_ticket(drawing).id for drawing in (DRAWING, OTHER)}
    assert ids == {"00010203-0405-0607-0809-0a0b0c0d0e0f", "ffffffff-ffff-ffff-ffff-ffffffffffff"}
    assert all(str(UUID(each)) == each for each in ids)


async def test_a_drawing_that_is_known_there_is_not_drawn_again(fake: FakeComfyUi, provide: Provide) -> None:
    """Neither while it waits, nor while it is drawn, nor once it is done."""
    home = provide(fake)
    await fake.hold()
    for _ in range(2):
        await home.submit(request())
    await fake.go_on()
    await fake.until(lambda state: bool(state.history))
    await home.submit(request())
    assert len(fake.state.drawn) == 1


async def test_an_answer_that_got_lost_is_collected_by_the_known_ticket(fake: FakeComfyUi, provide: Provide) -> None:
    """The server has it; nothing is drawn twice."""
    home = provide(fake)
    fake.fail(Trouble.CUT_AFTER)
    with pytest.raises(OutcomeUnknown):
        await home.submit(request())
    result = await home.collect(home.known_ticket(DRAWING), ProgressLog())
    assert (len(result.pictures), len(fake.state.drawn)) == (1, 1)


async def test_what_never_got_there_was_not_drawn(fake: FakeComfyUi, provide: Provide) -> None:
    """Whoever was killed before it went out has left only its id: it may be drawn again."""
    home = provide(fake)
    fake.fail(Trouble.CUT_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await home.submit(request())
    with pytest.raises(ProviderFailed) as raised:
        await home.collect(home.known_ticket(DRAWING), ProgressLog())
    assert (type(raised.value), raised.value.is_temporary, fake.state.drawn) == (ProviderFailed, True, [])


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.HTML, Trouble.CUT_BEFORE])
async def test_an_answer_that_says_nothing_is_an_unknown_outcome(fake: FakeComfyUi, provide: Provide, trouble: Trouble) -> None:
    """It may have been taken."""
    fake.fail(trouble)
    with pytest.raises(OutcomeUnknown):
        await provide(fake).submit(request())


async def test_an_old_server_chooses_the_id(provide: Provide) -> None:
    """It is the one that the ticket has."""
    async with FakeComfyUi(Options(chooses_ids=True)) as fake:
        home = provide(fake)
        ticket = await home.submit(request())
        assert ticket.id == fake.state.drawn[0].prompt_id != home.known_ticket(DRAWING).id
        assert len((await home.collect(ticket, ProgressLog())).pictures) == 1


async def test_who_waits_is_told_how_many_come_first_and_that_models_are_loaded(provide: Provide) -> None:
    """Nothing has been drawn since the server's start, so it loads them now."""
    async with FakeComfyUi(Options(loading=0.1)) as fake:
        home, news = provide(fake), ProgressLog()
        await fake.hold()
        first, second = await home.submit(request(OTHER)), await home.submit(request())
        collecting = asyncio.create_task(home.collect(second, news))
        await fake.until(lambda state: "GET /queue" in state.requests[-2:])
        await fake.go_on()
        assert len((await collecting).pictures) == 1
        assert news.all[0] == Progress(ahead=1)
        assert len((await home.collect(first, ProgressLog())).pictures) == 1


async def test_a_first_drawing_warms_up_and_later_ones_do_not(provide: Provide) -> None:
    """There is no sign of it but that the history is empty."""
    async with FakeComfyUi(Options(delay=0.01, loading=60)) as fake:
        home, news = provide(fake), ProgressLog()
        ticket = await home.submit(request())
        collecting = asyncio.create_task(home.collect(ticket, news))
        await news.came.wait()
        collecting.cancel()
        assert news.all == [Progress(is_warming_up=True)]


async def test_a_restarted_server_has_forgotten_the_drawing(fake: FakeComfyUi, provide: Provide) -> None:
    """Nobody knows whether it was drawn."""
    home = provide(fake)
    ticket = await home.submit(request())
    await fake.restart()
    with pytest.raises(OutcomeUnknown) as raised:
        await home.collect(ticket, ProgressLog())
    assert raised.value.request_id == ticket.id


async def test_a_server_that_lets_nobody_in_any_more_leaves_the_outcome_unknown(fake: FakeComfyUi, provide: Provide) -> None:
    """It was drawn there, so that nobody else is asked to draw it too."""
    home = provide(fake)
    ticket = await home.submit(request())
    fake.state.is_closed = True
    with pytest.raises(OutcomeUnknown):
        await home.collect(ticket, ProgressLog())
    with pytest.raises(ProviderFailed) as raised:
        await home.submit(request(OTHER))
    assert type(raised.value) is ProviderFailed


async def test_too_large_for_the_card_is_said_so_and_others_may_draw(provide: Provide) -> None:
    """It is not an error that passes: the same again would fail again."""
    async with FakeComfyUi(Options(most_pixels=512 * 512)) as fake:
        home = provide(fake)
        ticket = await home.submit(request(size=Size(1024, 1024)))
        with pytest.raises(ProviderFailed) as raised:
            await home.collect(ticket, ProgressLog())
        error = raised.value
        assert (type(error), error.fault, error.is_temporary) == (ProviderFailed, ProviderFault.OUT_OF_MEMORY, False)
        assert "ask for a smaller picture" in error.user_text
        assert len((await home.collect(await home.submit(request(OTHER)), ProgressLog())).pictures) == 1


@pytest.mark.parametrize(("trouble", "said"), [(Trouble.EXECUTION_ERROR, "RuntimeError"), (Trouble.NO_PICTURES, "SaveImage")])
async def test_a_workflow_that_fails_says_where_and_repeats_no_words(
    fake: FakeComfyUi, provide: Provide, trouble: Trouble, said: str
) -> None:
    """What people asked for is not for the log."""
    home = provide(fake)
    fake.fail(trouble)
    with pytest.raises(ProviderFailed) as raised:
        await home.collect(await home.submit(request()), ProgressLog())
    assert said in str(raised.value)
    assert "fox" not in str(raised.value)


async def test_a_node_that_the_server_does_not_take_is_named_in_the_log(fake: FakeComfyUi, provide: Provide) -> None:
    """With the setting, and without the words."""
    workflow = load_built_in("flux2-klein")
    broken = {**workflow, "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "gone.sft", "weight_dtype": "default"}}}
    home = provide(fake, workflow=broken)
    with pytest.raises(ProviderFailed) as raised:
        await home.submit(request())
    assert "workflow: prompt_outputs_failed_validation; node 1 (UNETLoader): value_not_in_list unet_name" in str(raised.value)
    assert (type(raised.value), raised.value.fault) == (ProviderFailed, ProviderFault.BAD_REQUEST)
    [finding] = [each for each in await home.check() if each.health is Health.WRONG]
    assert finding.text == "The server has no gone.sft for UNETLoader (node 1 of [providers.home] workflow, unet_name)."


async def test_a_node_that_is_not_installed_is_found_by_the_check(fake: FakeComfyUi, provide: Provide) -> None:
    """One sentence names the setting."""
    nodes = {"9": {"class_type": "UltimateUpscale", "inputs": {}}}
    findings = await provide(fake, workflow=nodes).check()
    assert [each.text for each in findings] == [
        "ComfyUI 0.33.4 answers.",
        "The server has no node UltimateUpscale (node 9 of [providers.home] workflow).",
    ]


async def test_a_server_that_is_not_there_is_found_by_the_check(provide: Provide) -> None:
    """It says what to do."""
    async with FakeComfyUi() as fake:
        home = provide(fake)
        assert {finding.health for finding in await home.check()} == {Health.OK}
    [finding] = await home.check()
    assert finding.health is Health.WRONG
    assert "--listen" in finding.mend


async def test_seconds_have_a_price(provide: Provide) -> None:
    """They are those of the server's own history; an estimate goes by pixels."""
    async with FakeComfyUi(Options(delay=0.05)) as fake:
        home, news = provide(fake, second=1_000), ProgressLog()
        fake.fail(Trouble.NO_TIMES)
        unknown = await home.collect(await home.submit(request(OTHER)), ProgressLog())
        result = await home.collect(await home.submit(request()), news)
        assert unknown.cost == Cost(is_estimate=True)
        assert 50 <= result.cost.microusd < 60_000
        assert news.all[-1].cost == result.cost
        assert home.estimate(Size(1000, 1000), Quality.HIGH, 2) == Cost(40_000, is_estimate=True)


async def test_what_waits_is_taken_out_of_the_queue_and_nothing_else_is_stopped(fake: FakeComfyUi, provide: Provide) -> None:
    """It cost nothing."""
    home = provide(fake, second=1_000)
    await fake.hold()
    ticket = await home.submit(request())
    assert await home.cancel(ticket) == Cost()
    assert (fake.state.pending, fake.state.interrupts) == ([], [])


async def test_what_runs_is_interrupted_by_its_name(provide: Provide) -> None:
    """What it cost until then nobody knows; without a price it was free."""
    async with FakeComfyUi(Options(delay=60)) as fake:
        home = provide(fake)
        ticket = await home.submit(request())
        await fake.until(lambda state: state.running is not None)
        other = await home.submit(request(OTHER))
        assert await home.cancel(ticket) == Cost()
        await fake.until(lambda state: ticket.id in state.history)
        assert fake.state.interrupts == [ticket.id]
        with pytest.raises(ProviderFailed, match="interrupted"):
            await home.collect(ticket, ProgressLog())
        await fake.until(lambda state: state.running is not None and state.running.prompt_id == other.id)


async def test_a_cancel_that_comes_too_late_says_what_it_cost(fake: FakeComfyUi, provide: Provide) -> None:
    """And one that reaches nobody does not know."""
    home = provide(fake, second=1_000)
    ticket = await home.submit(request())
    assert await home.cancel(ticket) == (await home.collect(ticket, ProgressLog())).cost
    nobody = provide(FakeComfyUi(port=1), second=1_000)
    assert await nobody.cancel(ticket) is None
