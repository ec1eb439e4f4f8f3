"""Asks whether OpenAI's own client, unpatched, draws here by changing address and key, and what other clients get."""

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types import ImagesResponse
from PIL import Image

from bot.adapters.web.reason_phrase import REASON_HEADER
from bot.domain.images import Quality, Size
from bot.domain.people import Tier
from bot.errors import PromptRefused
from bot.provider_errors import ProviderFailed, ProviderFault
from tests.e2e.rest_stage import Served, serve_rest
from tests.fakes.photos import mask_of, photo
from tests.fakes.waiting import until


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Serve the API."""
    async with serve_rest() as house:
        yield house


@pytest.fixture
async def client(served: Served) -> AsyncIterator[AsyncOpenAI]:
    """Open OpenAI's client as their documentation does, with our address and key."""
    async with AsyncOpenAI(api_key=served.secret, base_url=f"{served.address}/v1") as opened:
        yield opened


async def draw(served: Served, client: AsyncOpenAI, **asked: Any) -> ImagesResponse:
    """Ask for pictures, and have the house draw what is accepted."""
    asking = asyncio.create_task(client.images.generate(**({"prompt": "a fox"} | asked)))
    await until(lambda: asking.done() or bool(served.bench.engine.waiting))
    await served.bench.work()
    return await asking


async def post(served: Served, body: dict[str, Any], **headers: str) -> httpx2.Response:
    """Send what another client would."""
    async with httpx2.AsyncClient(timeout=30) as http:
        return await http.post(
            f"{served.address}/v1/images/generations",
            json=body,
            headers={"Authorization": f"Bearer {served.secret}"} | headers,
        )


async def test_openais_client_gets_pictures(served: Served, client: AsyncOpenAI) -> None:
    """Counted, kept and checked as any others; the bytes are the drawn ones."""
    answer = await draw(served, client, model="easel", n=2, size="1024x1024", quality="high")
    assert answer.data is not None
    [job] = [row.job for row in served.bench.jobs.rows.values()]
    assert (job.wish.count, job.wish.size, job.wish.quality) == (2, Size(1024, 1024), Quality.HIGH)
    kept = await served.bench.pictures.of_job(job.id)
    sums = [hashlib.sha256(base64.b64decode(one.b64_json or "")).hexdigest() for one in answer.data]
    assert sums == [picture.file.sha256 for picture in kept]
    assert [one.url for one in answer.data] == [None, None]
    assert (answer.output_format, answer.size) == ("png", f"{kept[0].file.width}x{kept[0].file.height}")
    assert answer.created == int(job.created_at.timestamp())


async def test_open_webui_and_librechat_get_what_they_expect(served: Served, client: AsyncOpenAI) -> None:
    """What they send is taken: a model of ours, what means nothing here, and an address where one is asked for."""
    answer = await draw(
        served,
        client,
        size="auto",
        quality="auto",
        background="auto",
        output_format="png",
        output_compression=100,
        response_format="url",
        style="vivid",
        user="somebody",
        moderation="auto",
    )
    assert answer.data is not None
    [picture] = answer.data
    assert picture.b64_json
    assert picture.url
    assert picture.url.startswith("http://easel.test/p/")


@pytest.mark.parametrize("asked", ["webp", "jpeg"])
async def test_another_kind_of_file_comes_as_it_was_asked_for(served: Served, client: AsyncOpenAI, asked: str) -> None:
    """By its bytes, and by what the answer says of them."""
    answer = await draw(served, client, output_format=asked)
    assert answer.data is not None
    content = base64.b64decode(answer.data[0].b64_json or "")
    assert (Image.open(io.BytesIO(content)).format, answer.output_format) == (asked.upper(), asked)


@pytest.mark.parametrize(("asked", "wished"), [(None, None), ("easel", None), ("painter", "painter"), ("painter-1", "painter")])
async def test_a_model_is_known_by_its_name_here_and_by_its_makers(
    served: Served, client: AsyncOpenAI, asked: str | None, wished: str | None
) -> None:
    """So that clients that come with a model's name need no other."""
    await draw(served, client, model=asked)
    [job] = [row.job for row in served.bench.jobs.rows.values()]
    assert job.wish.model == wished


async def test_what_is_on_offer_is_listed(client: AsyncOpenAI) -> None:
    """And nothing else is."""
    assert [model.id async for model in client.models.list()] == ["easel", "painter"]
    assert [(await client.models.retrieve(name)).owned_by for name in ("easel", "painter")] == ["easel", "easel"]
    with pytest.raises(openai.NotFoundError, match="no such model"):
        await client.models.retrieve("gpt-image-2")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"n": 10}, "n is a whole number from 1 to 4"),
        ({"n": 0}, "n is a whole number"),
        ({"stream": True}, "not streamed"),
        ({"model": "dall-e-3"}, "no such model"),
        ({"size": "huge"}, "width x height"),
        ({"quality": "best"}, "quality can be"),
        ({"background": "transparent"}, "No image model here can leave the background clear"),
        ({"output_format": "tiff"}, "output_format can be png, webp or jpeg"),
        ({"output_format": "jpeg", "background": "transparent"}, "A JPEG has no clear background"),
        ({"background": "green"}, "background can be auto, opaque or transparent"),
        ({"prompt": "x" * 33_000}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"response_format": "svg"}, "response_format"),
        ({"n": "two"}, "n: "),
    ],
)
async def test_what_cannot_be_drawn_is_one_sentence(served: Served, asked: dict[str, Any], sentence: str) -> None:
    """In OpenAI's shape, and nothing is counted or accepted."""
    answer = await post(served, {"prompt": "a fox"} | asked)
    error = answer.json()["error"]
    assert answer.status_code in {400, 404}
    assert sentence in error["message"]
    assert error["type"] == "invalid_request_error"
    assert answer.headers["x-should-retry"] == "false"
    assert served.bench.jobs.rows == {}


async def test_a_body_that_is_none_is_one_sentence(served: Served) -> None:
    """No JSON, or no object."""
    async with httpx2.AsyncClient() as http:
        for body in (b"{", b"[]", b""):
            answer = await http.post(
                f"{served.address}/v1/images/generations",
                content=body,
                headers={"Authorization": f"Bearer {served.secret}", "Content-Type": "application/json"},
            )
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


async def test_the_sentence_stands_in_the_first_line_too(served: Served) -> None:
    """Open WebUI shows nothing else, so it is one plain line, whatever was sent; our own field goes no further."""
    answer = await post(served, {"prompt": "a fox", "model": "dall-e-2"})
    assert (answer.status_code, answer.reason_phrase) == (404, answer.json()["error"]["message"])
    answer = await post(served, {"prompt": "a fox", "size": "5\r\nSet-Cookie: a=b;é"})
    assert answer.reason_phrase.isascii()
    assert "Set-Cookie: a=b;e" in answer.reason_phrase
    assert not {"set-cookie", REASON_HEADER} & set(answer.headers)


async def test_a_wrong_key_is_told(served: Served) -> None:
    """As OpenAI's client expects it."""
    async with AsyncOpenAI(api_key="easel_no", base_url=f"{served.address}/v1") as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            await client.images.generate(prompt="a fox")
    assert raised.value.code == "invalid_api_key"


async def test_words_that_are_refused_are_refused_as_openai_does(served: Served, client: AsyncOpenAI) -> None:
    """Before or after they are accepted; nothing is counted."""
    served.bench.painter.will(PromptRefused(rule="violence", sentence="That is not drawn here."))
    with pytest.raises(openai.BadRequestError, match="not drawn here") as raised:
        await draw(served, client)
    assert (raised.value.code, raised.value.type) == ("moderation_blocked", "image_generation_user_error")
    assert (await served.bench.quota_status()).spent == 0


async def test_what_failed_is_told_and_not_tried_again(served: Served, client: AsyncOpenAI) -> None:
    """The client obeys `x-should-retry`."""
    served.bench.painter.will(ProviderFailed("painter", "broken", fault=ProviderFault.BAD_REQUEST))
    with pytest.raises(openai.InternalServerError, match="did not understand"):
        await draw(served, client)
    assert len(served.bench.jobs.rows) == 1


async def test_a_day_that_is_used_up_is_told_and_not_tried_again() -> None:
    """With what OpenAI calls it."""
    async with serve_rest(Tier("guest")) as served, AsyncOpenAI(api_key=served.secret, base_url=f"{served.address}/v1") as client:
        with pytest.raises(openai.RateLimitError) as raised:
            await client.images.generate(prompt="a fox", n=4)
    assert raised.value.code == "insufficient_quota"
    assert served.bench.jobs.rows == {}


async def test_a_client_that_has_lost_the_answer_gets_the_same_pictures(served: Served, client: AsyncOpenAI) -> None:
    """It repeats the call by itself, and says so; nothing is drawn or counted twice."""
    first = await draw(served, client)
    again = await post(served, {"prompt": "a fox"}, **{"x-stainless-retry-count": "1"})
    assert first.data is not None
    assert again.json()["data"][0]["b64_json"] == first.data[0].b64_json
    other = asyncio.create_task(post(served, {"prompt": "another fox"}, **{"x-stainless-retry-count": "1"}))
    await until(lambda: bool(served.bench.engine.waiting))
    await served.bench.work()
    assert (await other).status_code == 200
    assert (await served.bench.quota_status()).spent == 2


async def test_the_same_idempotency_key_is_the_same_job(served: Served) -> None:
    """And another request under it is refused."""
    first = asyncio.create_task(post(served, {"prompt": "a fox"}, **{"Idempotency-Key": "k-1"}))
    await until(lambda: bool(served.bench.engine.waiting))
    await served.bench.work()
    again = await post(served, {"prompt": "a fox"}, **{"Idempotency-Key": "k-1"})
    assert again.json() == (await first).json()
    conflict = await post(served, {"prompt": "an owl"}, **{"Idempotency-Key": "k-1"})
    assert (conflict.status_code, conflict.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "images/generations", 405), ("GET", "nothing", 404)])
async def test_other_addresses_are_one_sentence(served: Served, method: str, path: str, status: int) -> None:
    """In the same shape."""
    async with httpx2.AsyncClient() as http:
        answer = await http.request(method, f"{served.address}/v1/{path}", headers={"Authorization": f"Bearer {served.secret}"})
    assert answer.status_code == status
    assert answer.json()["error"]["message"].endswith(".")


def takes_pictures(served: Served) -> None:
    """Have the house's model take pictures to begin with."""
    served.bench.painter.abilities = replace(served.bench.painter.abilities, most_inputs=16, takes_mask=True)
    offers = tuple(replace(offer, most_inputs=16) for offer in served.bench.models.offers)
    object.__setattr__(served.bench.models, "offers", offers)


async def edit(served: Served, client: AsyncOpenAI, **asked: Any) -> ImagesResponse:
    """Ask for changed pictures, and have the house draw what is accepted."""
    asking = asyncio.create_task(client.images.edit(**({"prompt": "make it night", "model": "easel"} | asked)))
    await until(lambda: asking.done() or bool(served.bench.engine.waiting))
    await served.bench.work()
    return await asking


async def test_openais_client_changes_pictures(served: Served, client: AsyncOpenAI) -> None:
    """One, or several with a mask; words and bytes are as they were sent."""
    takes_pictures(served)
    answer = await edit(served, client, image=("house.png", photo("PNG")), n=2, size="1024x1024")
    assert len(answer.data or []) == 2
    [single] = [row.job for row in served.bench.jobs.rows.values()]
    assert (single.wish.prompt, single.wish.count, [one.role for one in single.wish.inputs]) == ("make it night", 2, ["base"])
    files = [("house.jpg", photo()), ("logo.webp", photo("WEBP"))]
    await edit(served, client, image=files, mask=("mask.png", mask_of((120, 90))), prompt="a fox")
    [several] = [row.job for row in served.bench.jobs.rows.values() if row.job.id != single.id]
    assert [one.role for one in several.wish.inputs] == ["base", "reference", "mask"]
    assert [one.media_type for one in served.bench.painter.requests[-1].inputs] == ["image/jpeg", "image/webp", "image/png"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"image": b"no picture"}, "is no picture that can be used here"),
        ({"image": [photo()] * 17}, "16 pictures at most, and these are 17"),
        ({"image": photo(), "mask": mask_of((90, 120))}, "both have to be of one size"),
        ({"image": photo(), "mask": mask_of((120, 90), None)}, "transparent nowhere"),
        ({"image": photo(), "prompt": ""}, "prompt"),
        ({"image": photo(), "n": 9}, "n is a whole number"),
        ({"image": photo(), "model": "elsewhere"}, "no such model"),
    ],
)
async def test_what_cannot_be_changed_is_told_and_not_counted(
    served: Served, client: AsyncOpenAI, asked: dict[str, Any], says: str
) -> None:
    """In OpenAI's shape, with one sentence of ours."""
    takes_pictures(served)
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as refused:
        await edit(served, client, **asked)
    assert says in str(refused.value)
    assert served.bench.jobs.rows == {}


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{}", "application/json", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Disposition: form-data; name=prompt\r\n\r\na fox\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (bytes(105 * 1024 * 1024), "multipart/form-data; boundary=x", 413),
    ],
)
async def test_what_is_no_form_is_told(served: Served, content: bytes, media_type: str, status: int) -> None:
    """Whoever sends it."""
    headers = {"Authorization": f"Bearer {served.secret}", "Content-Type": media_type}
    async with httpx2.AsyncClient(timeout=60) as http:
        answer = await http.post(f"{served.address}/v1/images/edits", content=content, headers=headers)
    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (status, True)


async def test_the_form_of_librechat_is_taken(served: Served) -> None:
    """Its fields are `auto`, its pictures are streamed, and so its length is told nowhere."""
    takes_pictures(served)
    fields = {"model": "easel", "prompt": "make it night", "quality": "auto", "size": "auto"}
    picture = httpx2.Request("POST", "http://x", data=fields, files=[("image[]", ("a.png", photo("PNG"), "image/png"))])
    whole = picture.read()

    async def parts() -> AsyncIterator[bytes]:
        yield whole[:100]
        yield whole[100:]

    headers = {"Authorization": f"Bearer {served.secret}", "Content-Type": picture.headers["Content-Type"]}
    async with httpx2.AsyncClient(timeout=30) as http:
        asking = asyncio.create_task(http.post(f"{served.address}/v1/images/edits", content=parts(), headers=headers))
        await until(lambda: asking.done() or bool(served.bench.engine.waiting))
        await served.bench.work()
        answer = await asking
    assert (answer.status_code, bool(answer.json()["data"][0]["b64_json"])) == (200, True)
    assert answer.request.headers["Transfer-Encoding"] == "chunked"


async def test_an_edit_that_is_asked_for_again_is_the_same_one(served: Served, client: AsyncOpenAI) -> None:
    """Where the client lost the answer; another picture is another wish."""
    takes_pictures(served)
    again = {"x-stainless-retry-count": "1"}
    await edit(served, client, image=photo())
    await edit(served, client, image=photo(), extra_headers=again)
    assert len(served.bench.jobs.rows) == 1
    await edit(served, client, image=photo("PNG"), extra_headers=again)
    assert len(served.bench.jobs.rows) == 2
