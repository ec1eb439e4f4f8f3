"""Gateways that answer almost like OpenAI: what they do not take, how they label and pack, and a machine without free files."""

import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.ai_services import open_ai_services
from bot.config import Settings, load
from bot.domain.content import USUAL_THRESHOLDS
from bot.domain.gateways import OmittableParameter
from bot.errors import is_out_of_files
from bot.moderation.guard import Guard
from bot.ports.prompts import ALLOWED, GuardDecision, RewriteRequest
from bot.provider_errors import GuardUnavailable, OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.images import OpenAiImages
from bot.providers.openai.models import text_model
from bot.providers.openai.moderation import OpenAiModeration
from bot.providers.openai.rewriter import OpenAiRewriter
from bot.providers.openai.system_prompt import SYSTEM_PROMPT
from bot.providers.openai.unsupported_parameters import UnsupportedParameters
from tests.e2e.openai.calls import AUTHOR, PROMPT, client_of, failure_of, images, mark, request
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import Endpoint, FakeOpenAI, Fault, Kind, Options
from tests.fakes.progress import ProgressLog

ASK = RewriteRequest(prompt=PROMPT, author=AUTHOR)

FASTAPI = {"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"}
MISTRAL = {"object": "error", "message": {"detail": [FASTAPI]}, "type": "invalid_request_error", "param": None, "code": None}
VLLM = {
    "object": "error",
    "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted'}]",
    "type": "BadRequestError",
    "code": 400,
}
DEEPSEEK = {
    "error": {
        "message": "Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, "
        "expected one of `system`, `user`, `assistant`, `tool`, `latest_reminder` at line 1 column 60",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_request_error",
    }
}
QWEN = {
    "error": {"message": "developer is not one of ['system', 'assistant', 'user', 'tool', 'function'] - 'messages.['0].role'"}
}
OLD_OPENAI = {
    "error": {
        "message": "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        "param": "response_format",
    }
}
DEEPSEEK_FORMAT = {"error": {"message": "This response_format type is unavailable now", "type": "invalid_request_error"}}
GROQ = {"error": {"message": "property 'safety_identifier' is unsupported", "type": "invalid_request_error"}}
"""As they were reported in public by people who ran into them."""


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAI]:
    """Yield a gateway on this machine."""
    async with FakeOpenAI() as server:
        yield server


def rewriter(client: OpenAiClient, *unsupported: OmittableParameter) -> OpenAiRewriter:
    """Return a rewriter as the house would make it."""
    return OpenAiRewriter(
        client, text_model("gpt-4o-mini"), clock=StoppedClock(), unsupported=UnsupportedParameters("rewriter", unsupported)
    )


@pytest.mark.parametrize(
    ("status", "answer", "parameter"),
    [
        (400, DEEPSEEK, "developer"),
        (400, QWEN, "developer"),
        (400, OLD_OPENAI, "json_schema"),
        (400, DEEPSEEK_FORMAT, "json_schema"),
        (422, {"detail": [FASTAPI]}, "max_completion_tokens"),
        (422, MISTRAL, "max_completion_tokens"),
        (400, VLLM, "max_completion_tokens"),
        (400, GROQ, "safety_identifier"),
    ],
    ids=["deepseek", "qwen", "old-openai", "deepseek-format", "fastapi", "mistral", "vllm", "groq"],
)
async def test_the_rewriter_does_without_what_a_gateway_does_not_take(
    client: OpenAiClient, fake: FakeOpenAI, status: int, answer: object, parameter: str
) -> None:
    """It says the same in another way, at once and with every later wish."""
    fake.fail(Endpoint.CHAT, Fault(kind=Kind.ERROR_ANSWER, status=status, answer=answer))
    house = rewriter(client)
    assert [(await house.rewrite(ASK)).text for _ in range(2)] == [f"A careful picture of: {PROMPT}"] * 2
    first, second, third = (seen.body for seen in fake.seen)
    assert second == third
    assert _said(first) == {"developer", "json_schema", "max_completion_tokens", "safety_identifier"}
    assert _said(first) - _said(second) == {parameter}
    assert second.get("max_tokens") == (first["max_completion_tokens"] if parameter == "max_completion_tokens" else None)


def _said(body: dict[str, object]) -> set[str]:
    """Return which of the parameters a call has."""
    messages = body["messages"]
    assert isinstance(messages, list)
    roles = [message["role"] for message in messages]
    assert roles in (["developer", "user"], ["system", "user"])
    assert messages[0]["content"].startswith(SYSTEM_PROMPT)
    has_schema = "response_format" in body
    assert (messages[0]["content"] == SYSTEM_PROMPT) is has_schema
    named = {name for name in ("max_completion_tokens", "safety_identifier") if name in body}
    return named | ({"developer"} & set(roles)) | ({"json_schema"} if has_schema else set())


async def test_an_operator_can_spare_a_gateway_the_first_try(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """With the same names."""
    await rewriter(client, "developer", "json_schema", "max_completion_tokens", "safety_identifier").rewrite(ASK)
    [seen] = fake.seen
    assert _said(seen.body) == set()
    assert seen.body["max_tokens"] == 4096


async def test_words_that_name_a_parameter_leave_nothing_out(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Some services repeat the words in their complaint; what a person typed says nothing about the service."""
    words = "a sign with 'developer' and max_completion_tokens"
    fake.fail(Endpoint.CHAT, Fault(kind=Kind.ERROR_ANSWER, status=400, answer={"error": {"message": f"No: {words}"}}))
    error = await failure_of(lambda: rewriter(client).rewrite(RewriteRequest(prompt=words, author=AUTHOR)))
    assert isinstance(error, ProviderFailed)
    assert len(fake.seen) == 1


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "<think>\nHarmless.\n</think>\n{}"])
async def test_a_wrapped_verdict_is_a_verdict(client: OpenAiClient, fake: FakeOpenAI, wrapped: str) -> None:
    """Models that reason aloud or write Markdown are taken at their word."""
    said = '{"verdict":"allowed","reason_code":"ok","rewritten_prompt":"An otter.","safer_prompt":null}'
    fake.fail(Endpoint.CHAT, Fault(kind=Kind.VERDICT, answer=wrapped.replace("{}", said)))
    assert (await rewriter(client).rewrite(ASK)).text == "An otter."


@pytest.mark.parametrize(
    ("previews", "label"), [(0, "text/plain"), (0, "text/event-stream"), (2, "application/json"), (2, "text/html")]
)
async def test_a_wrong_label_spoils_no_answer(client: OpenAiClient, fake: FakeOpenAI, previews: int, label: str) -> None:
    """It is paid for; what it is shows in how it begins."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.MISLABELED, says=label))
    news = ProgressLog()
    drawn = await images(client, previews=previews).draw(request(), news)
    assert [mark(picture) for picture in drawn.pictures] == ["picture 0 of call 1"]
    assert len(news.shown) == previews
    assert not drawn.cost.is_estimate


async def test_events_that_are_named_on_their_own_line_are_known(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """As server-sent events are meant to be."""
    fake.fail(Endpoint.IMAGES, Kind.NAMED_EVENTS)
    news = ProgressLog()
    drawn = await images(client).draw(request(), news)
    assert [mark(picture) for picture in drawn.pictures] == ["picture 0 of call 1"]
    assert [mark(progress.preview or b"") for progress in news.shown] == ["preview 0 of 1", "preview 1 of 1"]


@pytest.mark.parametrize(("previews", "beginning"), [(0, '{"a": "'), (1, 'data: {"a": "')], ids=["whole", "stream"])
async def test_a_bomb_in_the_answer_to_a_paid_call_is_not_unpacked(
    client: OpenAiClient, fake: FakeOpenAI, previews: int, beginning: str
) -> None:
    """It was asked not to be packed at all, and what becomes of the picture is not known."""
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.PACKED_BOMB, says=beginning))
    error = await failure_of(lambda: images(client, previews=previews).draw(request(), ProgressLog()))
    assert isinstance(error, OutcomeUnknown)
    assert (error.fault, error.request_id) == (ProviderFault.BAD_ANSWER, fake.seen[0].request_id)
    assert f"more than {(1 + previews) * 64 * 1024 * 1024} bytes" in str(error)
    assert fake.seen[0].headers["accept-encoding"] == "identity"


async def test_a_bomb_among_words_is_not_unpacked(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Neither from the rewriter nor from the moderation: both fail closed."""
    for endpoint in (Endpoint.CHAT, Endpoint.MODERATIONS):
        fake.fail(endpoint, Fault(kind=Kind.PACKED_BOMB, says='{"a": "'))
    error = await failure_of(lambda: rewriter(client).rewrite(ASK))
    assert isinstance(error, ProviderFailed)
    assert (await OpenAiModeration(client).judge(PROMPT, USUAL_THRESHOLDS)).decision is GuardDecision.UNSURE


async def test_the_settings_tell_what_a_gateway_does_not_take_and_where_its_pictures_are(
    fake: FakeOpenAI, tmp_path: Path
) -> None:
    """The same names hold for pictures and for words."""
    file = tmp_path / "config.toml"
    here = fake.origin.replace("127.0.0.1", "localhost")
    file.write_text(f"""
        [openai]
        api_key = "sk-key"
        base_url = "{fake.url}"
        leave_out = ["safety_identifier", "stream", "developer"]
        picture_hosts = ["localhost"]
    """)
    fake.fail(Endpoint.IMAGES, Fault(kind=Kind.URL, where=f"{here}/files/picture"))
    async with open_ai_services(load(file, environ={}), StoppedClock()) as ai_services:
        [provider] = ai_services.providers
        assert isinstance(provider, OpenAiImages)
        drawn = await provider.draw(request(), ProgressLog())
        await ai_services.rewriter.rewrite(ASK)
    assert [mark(picture) for picture in drawn.pictures] == ["served"]
    pictures, words = (seen.body for seen in fake.seen)
    assert {"safety_identifier", "stream", "partial_images"}.isdisjoint(pictures)
    assert _said(words) == {"json_schema", "max_completion_tokens"}


async def test_a_machine_that_opens_no_more_files_is_told_from_a_service_that_is_away(
    client: OpenAiClient, fake: FakeOpenAI
) -> None:
    """By all three callers, so that the job waits instead of ending."""
    assert await OpenAiModeration(client).judge(PROMPT, USUAL_THRESHOLDS) == ALLOWED
    await rewriter(client).rewrite(ASK)
    await images(client).draw(request(), ProgressLog())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(3):
        async with client_of(fake) as fresh:
            calls = (
                lambda: Guard(local=(), models=(OpenAiModeration(fresh),)).check_models(PROMPT, USUAL_THRESHOLDS),
                lambda: rewriter(fresh).rewrite(ASK),
                lambda: images(fresh).draw(request(), ProgressLog()),
            )
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
            try:
                error = await failure_of(calls[number])
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert isinstance(error, (GuardUnavailable, ProviderFailed)[number > 0])
        assert not isinstance(error, OutcomeUnknown)
        assert is_out_of_files(error)


def second_provider(folder: Path, address: str) -> Settings:
    """Return settings with a key for `[openai]`, and a provider with a key and an address of its own, which draws."""
    file = folder / "config.toml"
    file.write_text(f"""
        [openai]
        api_key = "sk-other"
        [drawing]
        providers = ["second"]
        [providers.second]
        kind = "openai"
        api_key = "sk-key"
        base_url = "{address}"
    """)
    return load(file, environ={})


async def test_a_named_provider_asks_with_its_own_key_and_its_advice_names_its_own_section(tmp_path: Path) -> None:
    """Not with that of `[openai]`, which this service does not know."""
    async with FakeOpenAI(Options(key="sk-key")) as service:
        there = service.origin.replace("127.0.0.1", "localhost")
        service.fail(Endpoint.IMAGES, Fault(kind=Kind.URL, where=f"{there}/files/picture"))
        async with open_ai_services(second_provider(tmp_path, service.url), StoppedClock()) as ai_services:
            [provider] = ai_services.providers
            assert isinstance(provider, OpenAiImages)
            error = await failure_of(lambda: provider.draw(request(), ProgressLog()))
            assert "name it in [providers.second] picture_hosts" in str(error)
            await provider.draw(request(), ProgressLog())
        slip = second_provider(tmp_path, service.url.removesuffix("/v1"))
        async with open_ai_services(slip, StoppedClock()) as ai_services:
            [finding, *_] = await ai_services.providers[0].check()
        assert finding.mend == f"Set [providers.second] base_url to {service.url}."
