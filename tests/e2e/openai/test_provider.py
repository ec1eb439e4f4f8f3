"""Pictures through the real SDK from a fake OpenAI, when all goes well and when it does not."""

import asyncio
import logging

import pytest
from openai.types.image_generate_params import ImageGenerateParamsStreaming

from bot.domain.images import Quality, Size
from bot.domain.money import Cost
from bot.provider_errors import ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.models import ImageModel
from bot.providers.openai.unsupported_parameters import UnsupportedParameters
from tests.e2e.openai.calls import AUTHOR, GPT_IMAGE_2, KEY, PROMPT, client_of, failure_of, images, mark, request
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind, Options
from tests.fakes.progress import ProgressLog

STREAMED_AND_WHOLE = pytest.mark.parametrize("count", [1, 2], ids=["streamed", "whole"])

LITELLM_TO_AZURE = {
    "error": {
        "message": 'litellm.BadRequestError: AzureException BadRequestError - {"error": {"message": '
        '"Unknown parameter: \'extra_body\'.", "param": "extra_body"}}. Received Model Group=images',
        "type": None,
        "param": None,
        "code": "400",
    }
}
"""LiteLLM's issue 16059."""


async def test_one_picture_comes_with_its_previews_in_order(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Streamed; the finished bytes are untouched, and the bill is exact."""
    news = ProgressLog()
    drawn = await images(client).draw(request(), news)
    assert [mark(progress.preview or b"") for progress in news.shown] == ["preview 0 of 1", "preview 1 of 1"]
    assert [progress.share for progress in news.shown] == [pytest.approx(1 / 3), pytest.approx(2 / 3)]
    assert [mark(picture) for picture in drawn.pictures] == ["picture 0 of call 1"]
    assert (drawn.model, drawn.request_id) == ("gpt-image-2", fake.seen[0].request_id)
    assert drawn.cost == Cost((len(PROMPT) // 4 + 6) * 5 + (1756 + 200) * 30)


async def test_several_pictures_are_one_call_that_is_not_streamed(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """The API streams one at a time only, and one call is cheaper than several."""
    news = ProgressLog()
    drawn = await images(client).draw(request(3), news)
    assert [mark(picture) for picture in drawn.pictures] == [f"picture {position} of call 1" for position in range(3)]
    assert news.shown == []
    assert "stream" not in fake.seen[0].body
    assert drawn.cost == Cost((len(PROMPT) // 4 + 6) * 5 + 3 * 1756 * 30)
    assert [(paid.n, paid.prompt) for paid in fake.paid] == [(3, PROMPT)]


async def test_what_is_sent_is_what_was_asked_for_and_no_more(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Every name is one of the SDK's; OpenAI would refuse `response_format`."""
    await images(client).draw(request(size=Size(1536, 864), quality=Quality.LOW), ProgressLog())
    assert fake.seen[0].body == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "size": "1536x864",
        "quality": "low",
        "n": 1,
        "safety_identifier": AUTHOR,
        "stream": True,
        "partial_images": 2,
    }
    assert fake.seen[0].body.keys() <= ImageGenerateParamsStreaming.__annotations__.keys()


@pytest.mark.parametrize("wanted", [0, 3, 9])
async def test_there_are_never_more_previews_than_model_and_operator_want(
    client: OpenAiClient, fake: FakeOpenAI, wanted: int
) -> None:
    """None at all means no stream."""
    news = ProgressLog()
    await images(client, previews=wanted).draw(request(), news)
    assert len(news.shown) == fake.seen[0].body.get("partial_images", 0) == min(wanted, 3)


async def test_a_gateway_can_be_told_how_to_answer(client: OpenAiClient) -> None:
    """And that nobody's author is sent to it."""
    async with FakeOpenAI(Options(takes_response_format=True)) as gateway, client_of(gateway) as other:
        await images(other, response_format="b64_json", unsupported=UnsupportedParameters("openai", ("safety_identifier",))).draw(
            request(), ProgressLog()
        )
        assert gateway.seen[0].body["response_format"] == "b64_json"
        assert "safety_identifier" not in gateway.seen[0].body


async def test_a_parameter_that_a_gateway_names_as_wrong_is_left_out_from_then_on(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """It was not drawn, so it is asked for once more; the next wish knows."""
    provider = images(client, response_format="url")
    await provider.draw(request(), ProgressLog())
    await provider.draw(request(), ProgressLog())
    assert ["response_format" in seen.body for seen in fake.seen] == [True, False, False]
    assert len(fake.paid) == 2


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ({"error": {"message": "Unknown parameter: 'quality'.", "param": "quality"}}, {"quality"}),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "safety_identifier"], "msg": "no"}]}, {"safety_identifier"}),
        ({"error": {"message": "litellm.UnsupportedParamsError: no support for parameters: {'size': '1x1'}"}}, {"size"}),
        ({"error": {"message": "Streaming with partial_images is not supported", "code": "400"}}, {"stream", "partial_images"}),
        ({"error": {"message": 'json: unknown field "n"'}}, {"n"}),
        (LITELLM_TO_AZURE, {"stream", "partial_images", "safety_identifier"}),
    ],
)
async def test_gateways_name_parameters_in_many_ways(
    client: OpenAiClient, fake: FakeOpenAI, answer: object, gone: set[str]
) -> None:
    """What the picture loses by it is said beside it."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.ERROR_ANSWER, status=400, answer=answer))
    drawn = await images(client).draw(request(), ProgressLog())
    first, second = (seen.body for seen in fake.seen)
    assert set(first) - set(second) == gone
    reply = gone & {"size", "quality"}
    assert drawn.notes == tuple(f"the service does not take a {name}, so it chose its own" for name in reply)


@STREAMED_AND_WHOLE
@pytest.mark.parametrize("kind", [Kind.NO_USAGE, Kind.STRANGE_USAGE])
async def test_a_bill_without_usage_is_estimated_and_says_so(
    client: OpenAiClient, fake: FakeOpenAI, kind: Kind, count: int
) -> None:
    """By the formula, close to what it really was."""
    fake.fail(Endpoint.IMAGES, kind)
    drawn = await images(client, previews=0).draw(request(count), ProgressLog())
    assert drawn.cost.is_estimate
    assert drawn.cost.microusd == pytest.approx(count * 1756 * 30, rel=0.01)


async def test_a_model_without_prices_costs_nobody_knows_what(client: OpenAiClient) -> None:
    """That is an estimate too."""
    model = ImageModel("gpt-image-2", abilities=GPT_IMAGE_2.abilities)
    drawn = await images(client, model=model).draw(request(), ProgressLog())
    assert drawn.cost == Cost(0, is_estimate=True)


@pytest.mark.parametrize(
    ("wanted", "count"), [(Size(1000, 1000), 1), (Size(512, 512), 1), (Size(4096, 1024), 1), (Size(1024, 1024), 11)]
)
async def test_what_the_model_cannot_do_is_never_sent(client: OpenAiClient, fake: FakeOpenAI, wanted: Size, count: int) -> None:
    """So it cannot cost anything."""
    error = await failure_of(lambda: images(client).draw(request(count, size=wanted), ProgressLog()))
    assert isinstance(error, ProviderFailed)
    assert error.fault is ProviderFault.BAD_REQUEST
    assert fake.seen == []


async def test_a_whole_answer_where_a_stream_was_asked_for_is_taken(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Gateways without streaming give it, and it is paid for."""
    fake.fail(Endpoint.IMAGES, Kind.JSON_TO_STREAM)
    drawn = await images(client).draw(request(), ProgressLog())
    assert [mark(picture) for picture in drawn.pictures] == ["picture 0 of call 1"]
    assert drawn.request_id == fake.seen[0].request_id


async def test_a_sloppy_stream_is_good_enough(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """What is not known is left out, and previews that cannot be read are only previews."""
    news = ProgressLog()
    fake.fail(Endpoint.IMAGES, Kind.SLOPPY_STREAM)
    drawn = await images(client).draw(request(), news)
    assert [mark(picture) for picture in drawn.pictures] == ["picture 0 of call 1"]
    assert news.shown == []


@pytest.mark.parametrize("kind", [Kind.NOT_A_PICTURE, Kind.BOMB])
async def test_whether_bytes_are_a_good_picture_is_for_others_to_say(client: OpenAiClient, fake: FakeOpenAI, kind: Kind) -> None:
    """They are passed on as they came, unopened."""
    fake.fail(Endpoint.IMAGES, kind)
    [picture] = (await images(client).draw(request(), ProgressLog())).pictures
    assert picture.startswith(b"\x89PNG" if kind is Kind.BOMB else b"<html>")


@STREAMED_AND_WHOLE
async def test_whoever_has_waited_long_enough_hangs_up(client: OpenAiClient, fake: FakeOpenAI, count: int) -> None:
    """Cancelling passes through and closes the connection; the client is good for the next call."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.SLOW_DRIP, after=1))
    calling = asyncio.create_task(images(client).draw(request(count), ProgressLog()))
    await fake.until(lambda state: len(state.paid) == 1)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await fake.until(lambda state: state.gone == 1)
    assert len((await images(client).draw(request(), ProgressLog())).pictures) == 1


async def test_many_at_once_do_not_mix_up_their_pictures(client: OpenAiClient) -> None:
    """Each gets what its own call drew."""
    provider = images(client)
    all_drawn = await asyncio.gather(*(provider.draw(request(1 + turn % 2), ProgressLog()) for turn in range(8)))
    calls = [{mark(picture).rpartition(" ")[2] for picture in drawn.pictures} for drawn in all_drawn]
    assert all(len(call) == 1 for call in calls)
    assert len(set.union(*calls)) == len(calls)


async def test_neither_key_nor_prompt_gets_into_the_log(
    client: OpenAiClient, fake: FakeOpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even at the loudest for the key; the prompt not from info up."""
    caplog.set_level(logging.DEBUG)
    fake.fail(
        Endpoint.IMAGES,
        Kind.NONE,
        Fault(kind=Kind.BAD_KEY, says=KEY),
        Kind.CUT_MID_STREAM,
        Fault(kind=Kind.ERROR_ANSWER, status=400, answer={"error": {"message": PROMPT}}),
    )
    await images(client).draw(request(), ProgressLog())
    for _ in range(3):
        await failure_of(lambda: images(client).draw(request(), ProgressLog()))
    assert not [record for record in caplog.records if KEY in record.getMessage() or KEY in str(record.exc_info)]
    assert not [record for record in caplog.records if record.levelno >= logging.INFO and PROMPT in record.getMessage()]


async def test_what_calls_need_is_loaded_before_them(client: OpenAiClient) -> None:
    """The SDK imports each resource when it is first asked for, which a machine without files could not do then."""
    sdk = await client.load()
    assert {"chat", "images", "models", "moderations", "responses"} <= set(vars(sdk))
    assert "completions" in vars(sdk.chat)
