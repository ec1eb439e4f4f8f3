"""Whether the fake OpenAI is a good one: its answers are held against the SDK's types, its rules against the documentation."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from openai import APIStatusError, AsyncOpenAI, BaseModel
from openai.types import (
    ImageEditCompletedEvent,
    ImageEditPartialImageEvent,
    ImageGenCompletedEvent,
    ImageGenPartialImageEvent,
    ImagesResponse,
    Model,
    ModerationCreateResponse,
)
from openai.types.chat import ChatCompletion
from openai.types.image_edit_params import ImageEditParamsStreaming
from openai.types.image_generate_params import ImageGenerateParamsStreaming

from tests.e2e.openai.calls import KEY, client_of, mark
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind, Options
from tests.fakes.openai.image_rules import EDIT_PARAMS, GENERATION_PARAMS
from tests.fakes.openai.pictures import bomb, png
from tests.fakes.photos import mask_of, photo
from tests.fakes.tests.contention import contended

SCHEMA = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"], "additionalProperties": False}
CHAT: dict[str, Any] = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": '{"user_prompt": "an otter", "variation_of": null}'}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "v", "strict": True, "schema": SCHEMA}},
}
IMAGE: dict[str, Any] = {"model": "gpt-image-2", "prompt": "an otter"}


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """Yield the fake."""
    async with FakeOpenAI() as server:
        yield server


@pytest.fixture
async def wire(fake: FakeOpenAI) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client without an SDK, which sees what really comes."""
    async with httpx2.AsyncClient(base_url=fake.origin, headers={"Authorization": "Bearer sk-x"}, trust_env=False) as client:
        yield client


def assert_is_exactly(answer: object, model: type[BaseModel]) -> None:
    """Hold an answer against an SDK type: strictly, with nothing missing and nothing made up."""
    assert_nothing_made_up(model.model_validate_json(json.dumps(answer), strict=True))


def assert_nothing_made_up(value: object) -> None:
    """Walk through a parsed answer: the SDK's types keep unknown fields beside the known ones."""
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{type(value).__name__} has no {list(value.model_extra or {})}"
        for name in type(value).model_fields:
            assert_nothing_made_up(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            assert_nothing_made_up(item)


@pytest.mark.parametrize("path", ["/v1/images/generations", "/v1/images/edits"])
async def test_whole_image_answers_are_what_the_sdk_expects(wire: httpx2.AsyncClient, path: str) -> None:
    """With usage, and every picture a picture."""
    answer = await ask_for_images(wire, path, n=2)
    assert_is_exactly(answer.json(), ImagesResponse)
    assert answer.headers["x-request-id"].startswith("req_")
    usage = answer.json()["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


@pytest.mark.parametrize(
    ("path", "partial", "completed"),
    [
        ("/v1/images/generations", ImageGenPartialImageEvent, ImageGenCompletedEvent),
        ("/v1/images/edits", ImageEditPartialImageEvent, ImageEditCompletedEvent),
    ],
)
async def test_streamed_events_are_what_the_sdk_expects(
    wire: httpx2.AsyncClient, path: str, partial: type[BaseModel], completed: type[BaseModel]
) -> None:
    """As many previews as were asked for, then one completed event; each names itself twice."""
    answer = await ask_for_images(wire, path, stream=True, partial_images=2)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    bodies = [json.loads(data.removeprefix("data: ")) for _, data in events]
    for body, expected in zip(bodies, [partial, partial, completed], strict=True):
        assert_is_exactly(body, expected)
    assert [name.removeprefix("event: ") for name, _ in events] == [body["type"] for body in bodies]


async def ask_for_images(wire: httpx2.AsyncClient, path: str, **params: Any) -> httpx2.Response:
    """Send a good request to either endpoint."""
    if path.endswith("edits"):
        said = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in (IMAGE | params).items()}
        return await wire.post(path, data=said, files={"image": ("a.png", png(8, 8, 100, "a"), "image/png")})
    return await wire.post(path, json=IMAGE | params)


async def test_calls_in_the_same_moment_are_numbered_one_by_one(fake: FakeOpenAI, wire: httpx2.AsyncClient) -> None:
    """However long it takes to note what was paid: otherwise two would be one call, and get the same picture."""
    many = range(1, 9)
    async with contended(fake.state.changed):
        answers = await asyncio.gather(*(ask_for_images(wire, "/v1/images/generations") for _ in many))
    pictures = [base64.b64decode(answer.json()["data"][0]["b64_json"]) for answer in answers]
    assert sorted(mark(picture) for picture in pictures) == [f"picture 0 of call {number}" for number in many]


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/v1/chat/completions", CHAT, ChatCompletion),
        ("/v1/moderations", {"model": "omni-moderation-latest", "input": "an otter"}, ModerationCreateResponse),
    ],
)
async def test_text_answers_are_what_the_sdk_expects(
    wire: httpx2.AsyncClient, path: str, body: Mapping[str, object], model: type[BaseModel]
) -> None:
    """Nothing missing, nothing made up."""
    assert_is_exactly((await wire.post(path, json=dict(body))).json(), model)


async def test_listed_models_are_what_the_sdk_expects(wire: httpx2.AsyncClient) -> None:
    """With the day of their shutdown where there is one."""
    rows = (await wire.get("/v1/models")).json()["data"]
    for row in rows:
        assert_is_exactly(row, Model)
    assert {row["id"]: row["shutdown_date"] for row in rows}["gpt-4o-mini"] == "2027-01-14"


def test_the_parameters_are_the_sdks_own_but_for_those_that_image_models_refuse() -> None:
    """What the SDK knows beyond that is for retired models, or for features that need a preview."""
    generation = ImageGenerateParamsStreaming.__annotations__.keys() - GENERATION_PARAMS
    assert generation == {"response_format", "style", "svg", "complexity", "frame_count", "frame_duration_ms"}
    assert ImageGenerateParamsStreaming.__annotations__.keys() >= GENERATION_PARAMS
    assert ImageEditParamsStreaming.__annotations__.keys() >= EDIT_PARAMS - {"image[]"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"response_format": "b64_json"}, 400, "unknown_parameter"),
        ({"style": "vivid"}, 400, "unknown_parameter"),
        ({"prompt": ""}, 400, "missing_required_parameter"),
        ({"prompt": "x" * 32_001}, 400, "invalid_value"),
        ({"model": "gpt-image-1"}, 404, "model_not_found"),
        ({"quality": "standard"}, 400, "invalid_value"),
        ({"quality": "xhigh"}, 400, "invalid_value"),
        ({"n": 0}, 400, "invalid_value"),
        ({"n": 11}, 400, "invalid_value"),
        ({"size": "512x512"}, 400, "invalid_value"),
        ({"size": "1000x1000"}, 400, "invalid_value"),
        ({"size": "3200x1024"}, 400, "invalid_value"),
        ({"size": "3856x2160"}, 400, "invalid_value"),
        ({"size": "3840x2176"}, 400, "invalid_value"),
        ({"size": "big"}, 400, "invalid_value"),
        ({"size": "1536x864", "model": "gpt-image-1.5"}, 400, "invalid_value"),
        ({"stream": True, "partial_images": 4}, 400, "invalid_value"),
        ({"partial_images": 1}, 400, "invalid_value"),
        ({"stream": True, "n": 2}, 400, None),
    ],
)
async def test_what_the_documentation_forbids_is_refused_unpaid(
    wire: httpx2.AsyncClient, fake: FakeOpenAI, change: dict[str, Any], status: int, code: str | None
) -> None:
    """In the shape of OpenAI's errors."""
    answer = await wire.post("/v1/images/generations", json=IMAGE | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert fake.paid == []


@pytest.mark.parametrize("size", ["auto", "1024x1024", "976x704", "3840x2160", "1536x864", "2160x3840", "3072x1024"])
async def test_sizes_at_the_edge_of_the_rules_are_drawn(wire: httpx2.AsyncClient, size: str) -> None:
    """They are legal, if unusual."""
    assert (await wire.post("/v1/images/generations", json=IMAGE | {"size": size})).status_code == 200


@pytest.mark.parametrize(
    ("change", "param"),
    [({"reasoning_effort": "none"}, "reasoning_effort"), ({"response_format": {"type": "text"}}, "response_format")],
)
async def test_chat_is_as_picky_as_the_real_one(wire: httpx2.AsyncClient, change: dict[str, Any], param: str) -> None:
    """A model that does not reason refuses to be told how hard; strict schemas are strict."""
    answer = await wire.post("/v1/chat/completions", json=CHAT | change)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize("header", [{}, {"Authorization": "sk-x"}, {"Authorization": "Bearer wrong"}])
async def test_nobody_comes_in_without_the_key(header: dict[str, str]) -> None:
    """At any endpoint, with an id on the refusal too."""
    async with FakeOpenAI(Options(key=KEY)) as fake, httpx2.AsyncClient(base_url=fake.url, headers=header) as wire:
        for answer in [await wire.get("/models"), await wire.post("/images/generations", json=IMAGE)]:
            assert answer.status_code == 401
            assert "x-request-id" in answer.headers
        assert fake.paid == []


async def test_the_sdk_edits_pictures_there(fake: FakeOpenAI) -> None:
    """One picture or several, with a mask, streamed or not."""
    source, mask = ("a.png", png(16, 16, 100, "a"), "image/png"), ("m.png", mask_of((16, 16)), "image/png")
    async with client_of(fake) as opened:
        client = await opened.load()
        whole = await client.images.edit(model="gpt-image-2", prompt="a hat", image=[source, source], mask=mask, n=2)
        stream = await client.images.edit(model="gpt-image-2", prompt="a hat", image=source, stream=True, partial_images=1)
        kinds = [event.type async for event in stream]
    assert len(whole.data or []) == 2
    assert kinds == ["image_edit.partial_image", "image_edit.completed"]
    assert [(paid.endpoint, paid.n) for paid in fake.paid] == [(Endpoint.EDITS, 2), (Endpoint.EDITS, 1)]


async def test_an_edit_needs_a_picture(fake: FakeOpenAI, wire: httpx2.AsyncClient) -> None:
    """Or it is refused."""
    answer = await wire.post("/v1/images/edits", data=IMAGE, files={"mask": ("m.png", b"x")})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "image")


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ([("image", ("a.png", b"no picture", "image/png"))], "image"),
        ([("image", ("a.gif", photo("GIF"), "image/gif"))], "image"),
        ([("image", ("a.png", photo("PNG"), "application/octet-stream"))], "image"),
        ([("image[]", ("a.png", photo("PNG"), "image/png"))] * 17, "image"),
        ([("image", ("a.png", photo("PNG"), "image/png")), ("mask", ("m.png", photo("PNG"), "image/png"))], "mask"),
        ([("image", ("a.png", photo("PNG"), "image/png")), ("mask", ("m.png", mask_of((80, 80)), "image/png"))], "mask"),
    ],
)
async def test_pictures_that_the_service_does_not_take_are_refused(
    wire: httpx2.AsyncClient, files: list[tuple[str, tuple[str, bytes, str]]], param: str
) -> None:
    """By name."""
    answer = await wire.post("/v1/images/edits", data=IMAGE, files=files)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize("wanted", [25_000, 50_000, 3_000_000, 5_000_000])
def test_pictures_have_about_the_size_that_was_asked_for(wanted: int) -> None:
    """And each is a real one, different from every other."""
    one, other = png(1024, 1024, wanted, "one"), png(1024, 1024, wanted, "other")
    assert (mark(one), mark(other)) == ("one", "other")
    assert len(one) == pytest.approx(wanted, rel=0.02)


def test_the_bomb_is_small_and_60_megapixels() -> None:
    """Whoever opens it without looking needs a lot of memory."""
    width, height = (int.from_bytes(bomb()[start : start + 4]) for start in (16, 20))
    assert width * height == 60_000_000
    assert len(bomb()) < 50_000


async def test_each_fault_strikes_once_and_in_order(fake: FakeOpenAI) -> None:
    """Then all is well again; endpoints do not share their faults."""
    fake.fail(Endpoint.IMAGES, Kind.OVERLOADED, Kind.BAD_KEY)
    async with client_of(fake) as opened:
        client = await opened.load()
        statuses = [await status_of(client) for _ in range(3)]
        assert (await client.moderations.create(input="an otter")).results
    assert statuses == [503, 401, 200]


async def status_of(client: AsyncOpenAI) -> int:
    """Ask for a picture."""
    try:
        await client.images.generate(**IMAGE)
    except APIStatusError as error:
        return error.status_code
    return 200


@asynccontextmanager
async def running_program(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Start the fake as a program; give it, and the URL it prints."""
    command = (sys.executable, "-m", "tests.fakes.openai", *options)
    program = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert program.stdout is not None
    try:
        yield program, (await program.stdout.readline()).decode().strip()
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


async def test_it_runs_as_a_program_that_can_be_told_and_asked() -> None:
    """Its first line is its URL; SIGTERM ends it in good order."""
    fault = {"endpoint": "images", "kind": "rate_limited", "headers": {"Retry-After": "3"}}
    async with running_program("--delay", "0.01", "--picture-bytes", "30000") as (program, url):
        async with httpx2.AsyncClient(base_url=url.removesuffix("/v1"), headers={"Authorization": "Bearer x"}) as wire:
            queued = await wire.post("/control/faults", json=[fault])
            nonsense = await wire.post("/control/faults", json={"endpoint": "images", "kind": "no such kind"})
            limited = await wire.post("/v1/images/generations", json=IMAGE)
            drawn = await wire.post("/v1/images/generations", json=IMAGE | {"n": 2})
            reply = (await wire.get("/control/seen")).json()
        program.send_signal(signal.SIGTERM)
        assert await program.wait() == 0
    assert (queued.json(), nonsense.status_code) == ({"queued": 1}, 400)
    assert (limited.status_code, limited.headers["retry-after"], drawn.status_code) == (429, "3", 200)
    assert len(drawn.json()["data"][0]["b64_json"]) > 30_000
    assert [seen["path"] for seen in reply["seen"]] == ["/v1/images/generations"] * 2
    assert (reply["paid_pictures"], [paid["prompt"] for paid in reply["paid"]]) == (2, ["an otter"])
    assert "Bearer x" not in json.dumps(reply)
