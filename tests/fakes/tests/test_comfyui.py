"""The fake ComfyUI keeps the real one's rules, as its server.py and execution.py have them."""

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

import aiohttp
import pytest

from bot.providers.shared.templates import fill
from tests.fakes.comfyui import FakeComfyUi, Options
from tests.fakes.comfyui.drawing import draw_next
from tests.fakes.comfyui.validation import problem_of
from tests.fakes.tests.contention import contended

ID = "00000000-0000-0000-0000-000000000001"
GRAPH = fill(
    json.loads((files("bot.providers.comfyui") / "workflows" / "flux2-klein.json").read_text("utf-8")),
    {"prompt": "a fox", "width": 64, "height": 64, "seed": 1, "count": 1},
)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield what asks."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.mark.parametrize("given", ["x", ID.replace("-", ""), ID.upper().replace("1", "A"), 7])
async def test_an_id_is_a_canonical_uuid(session: aiohttp.ClientSession, given: object) -> None:
    """Newer servers refuse all else."""
    async with FakeComfyUi() as fake, session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": given}) as answer:
        assert answer.status == 400
        assert fake.state.drawn == []


async def test_the_same_id_is_drawn_twice(session: aiohttp.ClientSession) -> None:
    """There is no check of it: whoever posts has to look first."""
    async with FakeComfyUi() as fake:
        for _ in range(2):
            async with session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": ID}) as answer:
                assert answer.status == 200
        assert len(fake.state.drawn) == 2


async def test_an_interrupt_without_a_name_stops_whatever_runs(session: aiohttp.ClientSession) -> None:
    """One with another name stops nothing."""
    async with FakeComfyUi(Options(delay=60)) as fake:
        await session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": ID})
        await fake.until(lambda state: state.running is not None)
        await session.post(f"{fake.url}/interrupt", json={"prompt_id": ID.replace("1", "2")})
        assert fake.state.running is not None
        assert not fake.state.running.stop.is_set()
        await session.post(f"{fake.url}/interrupt")
        await fake.until(lambda state: ID in state.history)


async def test_one_is_drawn_after_the_other(session: aiohttp.ClientSession) -> None:
    """Also where somebody asks in the moment in which those that waited are gone on with: none is lost."""
    ids = [ID.replace("1", str(number)) for number in range(1, 5)]
    async with FakeComfyUi() as fake:
        await fake.hold()
        for waiting in ids[:2]:
            await session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": waiting})
        await asyncio.gather(draw_next(fake.state), draw_next(fake.state), fake.go_on())
        for late in ids[2:]:
            await session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": late})
        await fake.until(lambda state: sorted(state.history) == ids)
        assert len(fake.state.drawn) == len(ids)


async def test_pictures_of_one_name_do_not_replace_each_other(session: aiohttp.ClientSession) -> None:
    """Also where they come in the same moment: each is kept by a name of its own."""
    contents = [bytes([number]) for number in range(8)]
    async with FakeComfyUi() as fake:

        async def upload(content: bytes) -> None:
            form = aiohttp.FormData()
            form.add_field("image", content, filename="photo.png", content_type="image/png")
            async with session.post(f"{fake.url}/upload/image", data=form) as answer:
                name = (await answer.json())["name"]
            assert fake.state.uploads[name] == content

        async with contended(fake.state.changed):
            await asyncio.gather(*map(upload, contents))


async def test_what_comes_while_others_are_taken_out_of_the_queue_stays_in_it(session: aiohttp.ClientSession) -> None:
    """Only what is named is forgotten."""
    ids = [ID.replace("1", str(number)) for number in range(1, 9)]
    async with FakeComfyUi() as fake:
        await fake.hold()
        async with contended(fake.state.changed):
            added = [session.post(f"{fake.url}/prompt", json={"prompt": GRAPH, "prompt_id": each}) for each in ids]
            deleted = [session.post(f"{fake.url}/queue", json={"delete": ["somebody's"]}) for _ in ids]
            await asyncio.gather(*(one for pair in zip(added, deleted, strict=True) for one in pair))
        assert sorted(item.prompt_id for item in fake.state.pending) == ids


@pytest.mark.parametrize(
    ("node", "inputs", "kind"),
    [
        ("1", {"unet_name": "x", "weight_dtype": "default"}, "value_not_in_list"),
        ("5", {}, "required_input_missing"),
        ("5", {"noise_seed": "{{seed}}"}, "invalid_input_type"),
        ("5", {"noise_seed": -1}, "value_smaller_than_min"),
        ("8", {"width": 99_999, "height": 64, "batch_size": 1}, "value_bigger_than_max"),
        ("21", {"samples": ["99", 0], "vae": ["3", 0]}, "bad_linked_input"),
        ("21", {"samples": ["3", 0], "vae": ["3", 0]}, "return_type_mismatch"),
    ],
)
def test_inputs_are_looked_at(node: str, inputs: dict[str, Any], kind: str) -> None:
    """Each problem is told of the node that has it."""
    problem = problem_of({**GRAPH, node: {**GRAPH[node], "inputs": inputs}})
    assert problem is not None
    assert problem["node_errors"][node]["errors"][0]["type"] == kind


@pytest.mark.parametrize(
    ("graph", "kind"),
    [
        (None, "no_prompt"),
        ({"1": {"inputs": {}}}, "invalid_prompt"),
        ({"1": {"class_type": "Gone", "inputs": {}}}, "missing_node_type"),
        ({"3": {"class_type": "VAELoader", "inputs": {"vae_name": "flux2-vae.safetensors"}}}, "prompt_no_outputs"),
    ],
)
def test_graphs_are_looked_at(graph: object, kind: str) -> None:
    """Before their nodes."""
    problem = problem_of(graph)
    assert problem is not None
    assert problem["error"]["type"] == kind
