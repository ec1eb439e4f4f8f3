"""Pictures that begin with others, through the real SDK from a fake OpenAI that looks at every file."""

from dataclasses import replace
from typing import get_type_hints

import pytest
from openai.types.image_edit_params import ImageEditParamsStreaming

from bot.domain.images import Background, FileFormat, ImageRequest
from bot.domain.inputs import InputContent, InputRole
from bot.domain.money import Cost
from bot.errors import PromptRefused
from bot.moderation.formats import find_extension
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.models import TOKENS_OF_AN_INPUT, known_models
from tests.e2e.openai.calls import GPT_IMAGE_2, PROMPT, failure_of, images, mark, request
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.openai.form_files import FormFile
from tests.fakes.openai.images import TOKENS_OF_AN_INPUT as BILLED
from tests.fakes.photos import mask_of, photo
from tests.fakes.progress import ProgressLog

PHOTO = InputContent(InputRole.BASE, photo(), "image/jpeg")
LOGO = InputContent(InputRole.REFERENCE, photo("PNG"), "image/png")
DRAWING = InputContent(InputRole.REFERENCE, photo("WEBP"), "image/webp")
MASK = InputContent(InputRole.MASK, mask_of((120, 90)), "image/png")


def changing(*inputs: InputContent, count: int = 1) -> ImageRequest:
    """Ask for something that begins with these."""
    return replace(request(count), inputs=inputs)


def sent(fake: FakeOpenAI, name: str) -> list[bytes]:
    """Return the files of that name that came."""
    files = fake.seen[-1].body.get(name, [])
    assert isinstance(files, list)
    return [file.content for file in files if isinstance(file, FormFile)]


@pytest.mark.parametrize("count", [1, 2], ids=["streamed", "whole"])
async def test_pictures_and_mask_are_sent_as_they_are(client: OpenAiClient, fake: FakeOpenAI, count: int) -> None:
    """All of them, in their order; the bill has what reading them costs."""
    news = ProgressLog()
    drawn = await images(client).draw(changing(PHOTO, LOGO, DRAWING, MASK, count=count), news)
    assert (sent(fake, "image[]"), sent(fake, "mask")) == ([PHOTO.content, LOGO.content, DRAWING.content], [MASK.content])
    assert [paid.endpoint for paid in fake.paid] == [Endpoint.EDITS]
    assert [mark(picture) for picture in drawn.pictures] == [f"picture {number} of call 1" for number in range(count)]
    assert len([one for one in news.shown if one.preview]) == (2 if count == 1 else 0)
    out = 1756 * count + (200 if count == 1 else 0)
    assert drawn.cost == Cost((len(PROMPT) // 4 + 6) * 5 + 3 * BILLED * 8 + out * 30)


@pytest.mark.parametrize("inputs", [(), (PHOTO,)], ids=["words", "picture"])
async def test_a_clear_background_is_asked_for_in_a_form_that_has_one(
    client: OpenAiClient, fake: FakeOpenAI, inputs: tuple[InputContent, ...]
) -> None:
    """As PNG; and of a model that has none nothing is asked."""
    wanted = replace(changing(*inputs), background=Background.CLEAR)
    await images(client).draw(wanted, ProgressLog())
    asked = fake.seen[-1].body
    assert (asked["background"], asked["output_format"]) == ("transparent", "png")
    await images(client).draw(replace(wanted, format=FileFormat.WEBP), ProgressLog())
    assert fake.seen.pop().body["output_format"] == "webp"
    opaque = images(client, model=replace(GPT_IMAGE_2, abilities=replace(GPT_IMAGE_2.abilities, draws_clear=False)))
    assert isinstance(await failure_of(lambda: opaque.draw(wanted, ProgressLog())), ProviderFailed)
    assert len(fake.seen) == 1


@pytest.mark.parametrize("inputs", [(), (PHOTO,)], ids=["words", "picture"])
async def test_another_kind_of_file_is_asked_for_by_name(
    client: OpenAiClient, fake: FakeOpenAI, inputs: tuple[InputContent, ...]
) -> None:
    """Streamed and whole; a gateway that does not know the parameter is asked without it, and easel turns what comes."""
    drawn = [
        await images(client, previews=previews).draw(replace(changing(*inputs), format=FileFormat.JPEG), ProgressLog())
        for previews in (0, 2)
    ]
    assert [find_extension(one.pictures[0]) for one in drawn] == ["jpg", "jpg"]
    where = Endpoint.EDITS if inputs else Endpoint.IMAGES
    unknown = {"error": {"message": "Unknown parameter: 'output_format'.", "param": "output_format", "code": "unknown_parameter"}}
    fake.fail(where, Fault(kind=Kind.ERROR_ANSWER, status=400, answer=unknown))
    drawn = [await images(client).draw(replace(changing(*inputs), format=FileFormat.JPEG), ProgressLog())]
    assert (find_extension(drawn[0].pictures[0]), "output_format" in fake.seen[-1].body) == ("png", False)


async def test_a_single_picture_is_sent_alone(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """And nothing that the SDK's types do not know."""
    await images(client).draw(changing(PHOTO), ProgressLog())
    assert sent(fake, "image") == [PHOTO.content]
    known = set(get_type_hints(ImageEditParamsStreaming))
    assert set(fake.seen[-1].body) <= known


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=Kind.MODERATION_BLOCKED), PromptRefused),
        (Fault(kind=Kind.CUT_MID_STREAM, after=1), OutcomeUnknown),
    ],
)
async def test_what_goes_wrong_is_told_as_of_any_call(
    client: OpenAiClient, fake: FakeOpenAI, fault: Fault, error: type[Exception]
) -> None:
    """Refused, or not seen to end."""
    fake.fail(Endpoint.EDITS, fault)
    assert isinstance(await failure_of(lambda: images(client).draw(changing(PHOTO), ProgressLog())), error)


@pytest.mark.parametrize("inputs", [[PHOTO] * 17, [PHOTO, MASK]])
async def test_what_the_model_does_not_take_is_not_sent(
    client: OpenAiClient, fake: FakeOpenAI, inputs: list[InputContent]
) -> None:
    """It might be paid for."""
    able = replace(GPT_IMAGE_2.abilities, takes_mask=False)
    provider = images(client, model=replace(GPT_IMAGE_2, abilities=able))
    failure = await failure_of(lambda: provider.draw(changing(*inputs), ProgressLog()))
    assert isinstance(failure, ProviderFailed)
    assert failure.fault is ProviderFault.BAD_REQUEST
    assert fake.seen == []


async def test_a_bill_without_usage_is_estimated_with_what_was_read(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """No less than it may be."""
    fake.fail(Endpoint.EDITS, Fault(kind=Kind.NO_USAGE))
    changed = await images(client, previews=0).draw(changing(PHOTO, LOGO), ProgressLog())
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.NO_USAGE))
    plain = await images(client, previews=0).draw(request(), ProgressLog())
    assert changed.cost.microusd - plain.cost.microusd == 2 * TOKENS_OF_AN_INPUT * 8


def test_every_model_of_openais_says_what_a_picture_costs_to_read() -> None:
    """For budgets, before the bill comes."""
    for model in known_models().values():
        assert model.abilities.input_cost.microusd > 0
        assert (model.abilities.most_inputs, model.abilities.takes_mask) == (16, True)
