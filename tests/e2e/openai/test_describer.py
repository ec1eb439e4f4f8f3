"""Describing a picture through the real SDK from a fake OpenAI: what is sent, and that anything but prompts is none."""

import base64
import json

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter

from bot.domain.money import FREE, Cost
from bot.errors import PromptRefused
from bot.provider_errors import ProviderFailed
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.describer import OpenAiDescriber
from bot.providers.openai.models import text_model
from bot.providers.openai.rewriter import OpenAiRewriter
from tests.e2e.openai.calls import AUTHOR, failure_of
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind
from tests.fakes.photos import photo

PROMPTS = ["a fox", "a fox in ink", "a hare at dawn"]
GOOD = Fault(kind=Kind.VERDICT, answer={"prompts": PROMPTS})


def describer(client: OpenAiClient, model: str = "gpt-6-luna") -> OpenAiDescriber:
    """Return one as the house would make it."""
    return OpenAiDescriber(client, OpenAiRewriter(client, text_model(model), clock=StoppedClock()))


class Bill:
    """Hears what calls cost."""

    def __init__(self) -> None:
        self.costs: list[Cost] = []

    async def add(self, cost: Cost) -> None:
        """Write it down."""
        self.costs.append(cost)


@pytest.fixture
def bill() -> Bill:
    """Return an empty one."""
    return Bill()


async def test_the_picture_is_sent_and_three_prompts_come_back(client: OpenAiClient, fake: FakeOpenAI, bill: Bill) -> None:
    """In a form that the SDK's types know; what was charged is what it costs."""
    fake.fail(Endpoint.CHAT, GOOD)
    assert await describer(client).describe(photo(), AUTHOR, bill.add) == tuple(PROMPTS)
    [cost] = bill.costs
    assert cost.microusd > 0
    assert not cost.is_estimate
    assert describer(client).estimate().is_estimate
    body = fake.seen[-1].body
    TypeAdapter(CompletionCreateParamsNonStreaming).validate_python(body)
    [picture] = json.loads(json.dumps(body["messages"]))[1]["content"]
    assert base64.b64decode(picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,")) == photo()


@pytest.mark.parametrize(
    "answer", [{"prompts": []}, {"prompts": ["a", "b", " "]}, {"prompts": "a fox"}, "no JSON", {"prompts": PROMPTS, "more": 1}]
)
async def test_what_holds_no_three_prompts_is_no_answer(
    client: OpenAiClient, fake: FakeOpenAI, bill: Bill, answer: object
) -> None:
    """Nothing is made up for them, and what was charged is told all the same."""
    fake.fail(Endpoint.CHAT, Fault(kind=Kind.VERDICT, answer=answer))
    assert isinstance(await failure_of(lambda: describer(client).describe(photo(), AUTHOR, bill.add)), ProviderFailed)
    [cost] = bill.costs
    assert cost.microusd > 0
    assert not cost.is_estimate


@pytest.mark.parametrize(("kind", "error"), [(Kind.NO_CHOICES, ProviderFailed), (Kind.MODEL_REFUSAL, PromptRefused)])
async def test_what_goes_wrong_is_told(
    client: OpenAiClient, fake: FakeOpenAI, bill: Bill, kind: Kind, error: type[Exception]
) -> None:
    """A refusal is no failure, and both were paid for."""
    fake.fail(Endpoint.CHAT, Fault(kind=kind, answer={"prompts": PROMPTS}))
    assert isinstance(await failure_of(lambda: describer(client).describe(photo(), AUTHOR, bill.add)), error)
    assert [cost.microusd > 0 for cost in bill.costs] == [True]


@pytest.mark.parametrize(
    ("kind", "costs"),
    [(Kind.RATE_LIMITED, [FREE]), (Kind.OLD_REFUSAL, [FREE]), (Kind.CUT_AFTER_PAID, []), (Kind.BAD_GATEWAY, [])],
)
async def test_a_call_that_was_surely_not_charged_says_so(
    client: OpenAiClient, fake: FakeOpenAI, bill: Bill, kind: Kind, costs: list[Cost]
) -> None:
    """Of one whose end nobody saw nothing is said."""
    fake.fail(Endpoint.CHAT, Fault(kind=kind, answer={"prompts": PROMPTS}))
    await failure_of(lambda: describer(client).describe(photo(), AUTHOR, bill.add))
    assert bill.costs == costs
