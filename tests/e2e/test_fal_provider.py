"""fal through its queue, which a server of ours speaks."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.health import Health
from bot.domain.images import Size
from bot.domain.money import FREE, Cost
from bot.errors import ConfigError, PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.fal.images import FalImages, build_client
from bot.providers.fal.models import known_models
from bot.providers.shared.picture_fetcher import MOST_BYTES, PictureFetcher
from tests.e2e.hosted_calls import PROMPT, draw, foreign, input_picture, read_input, wish
from tests.fakes.clock import StoppedClock
from tests.fakes.fal import FakeFal, Fault, Kind, Options
from tests.fakes.progress import ProgressLog

KEY = "fal-id:made-up"
CLOCK = StoppedClock()

Opened = Callable[..., FalImages]


@pytest.fixture
async def fake() -> AsyncIterator[FakeFal]:
    """Run the service."""
    async with FakeFal(Options(key=KEY)) as running:
        yield running


@pytest.fixture
async def opened(fake: FakeFal) -> AsyncIterator[Opened]:
    """Yield what opens a provider that draws there."""
    async with AsyncExitStack() as stack:

        def open_one(model: str = "fal-ai/flux-2-pro", key: str = KEY, largest: int = MOST_BYTES) -> FalImages:
            client = build_client("fal", key, fake.url)
            stack.push_async_callback(client.close)
            return FalImages(
                client,
                known_models()[model],
                name="fal",
                attribution="by AI",
                fetcher=PictureFetcher(fake.url, pauses=(), section="providers.fal", largest=largest),
                clock=CLOCK,
            )

        yield open_one


@pytest.mark.parametrize(("model", "cost"), [("fal-ai/flux-2-pro", 150_000), ("fal-ai/flux-2/turbo", 24_000)])
async def test_pictures_to_begin_with_are_sent_to_where_pictures_are_changed(
    fake: FakeFal, opened: Opened, model: str, cost: int
) -> None:
    """In their order, no larger than they are looked at; its addresses are the model's own all the same."""
    inputs = (input_picture(), input_picture("PNG", size=(2600, 1300)))
    provider = opened(model)
    ticket = await provider.submit(wish(inputs=inputs))
    assert ticket.cost == Cost(cost, is_estimate=True)
    drawn = await provider.collect(ticket, ProgressLog())
    assert drawn.pictures[0].startswith(b"\x89PNG")
    [call] = fake.paid
    assert call.model == f"{model}/edit"
    assert [read_input(one).size for one in call.body["image_urls"]] == [(120, 90), (2048, 1024)]
    assert {seen.path for seen in fake.seen if seen.method == "GET"} <= {
        f"/{'/'.join(model.split('/')[:2])}/requests/{call.id}{ending}" for ending in ("", "/status")
    }
    with pytest.raises(ProviderFailed):
        await provider.submit(wish(inputs=inputs * 5))
    assert len(fake.paid) == 1


async def test_a_call_is_sent_once_and_its_addresses_are_kept(fake: FakeFal, opened: Opened) -> None:
    """The service may not repeat it either; the picture's store sees no key."""
    drawn = await draw(opened("fal-ai/flux-2/klein/9b"), replace(wish(Size(1536, 1024)), seed=7))
    [call] = fake.paid
    assert call.body == {"prompt": PROMPT, "image_size": {"width": 1536, "height": 1024}, "output_format": "png", "seed": 7}
    posted = [seen for seen in fake.seen if seen.method == "POST"]
    assert [(seen.path, seen.headers["x-fal-no-retry"]) for seen in posted] == [("/fal-ai/flux-2/klein/9b", "1")]
    assert {seen.path for seen in fake.seen if seen.method == "GET"} == {
        f"/fal-ai/flux-2/requests/{call.id}/status",
        f"/fal-ai/flux-2/requests/{call.id}",
    }
    assert drawn.pictures[0].startswith(b"\x89PNG")
    assert "made-up" not in str(fake.fetched)


async def test_a_flat_price_is_billed_by_the_units_that_the_answer_names(fake: FakeFal, opened: Opened) -> None:
    """A price whose first megapixel is dearer is worked out from the size, and says that it is an estimate."""
    assert (await draw(opened("fal-ai/flux-2/klein/9b"), wish(Size(1536, 1024)))).cost == Cost(12_000)
    assert (await draw(opened(), wish(Size(1536, 1024)))).cost == Cost(45_000, is_estimate=True)
    assert len(fake.paid) == 2


async def test_the_place_in_line_is_told_and_then_that_there_is_none(fake: FakeFal, opened: Opened) -> None:
    """As the service counts it."""
    fake.options = Options(key=KEY, queue=0.4, delay=0.7)
    drawing, news = opened(), ProgressLog()
    await drawing.submit(wish())
    await draw(drawing, news=news)
    answer = [progress.ahead for progress in news.all if progress.cost is None]
    assert (answer[0], answer[-1]) == (1, None)


async def test_states_that_nobody_knows_are_still_work(fake: FakeFal, opened: Opened) -> None:
    """Neither an end nor a place in line."""
    fake.options = Options(key=KEY, delay=0.3)
    fake.fail(Fault(kind=Kind.STATE, where="DREAMING"))
    await draw(opened())


async def test_what_passes_is_asked_again_and_nothing_is_paid_twice(fake: FakeFal, opened: Opened) -> None:
    """Cut connections, errors of gateways and pages that are no answer."""
    fake.fail(
        Kind.POLL_CUT,
        Fault(kind=Kind.POLL_REPLY, status=503, body="<h1>Unavailable</h1>"),
        Fault(kind=Kind.POLL_REPLY, status=200, body="<h1>Back soon</h1>"),
    )
    await draw(opened())
    assert len(fake.paid) == 1


def policy(**extra: object) -> dict[str, object]:
    """Return the entry of an error that refuses the words."""
    message = "The content could not be processed because it contained material flagged by a content checker."
    return {"loc": ["body", "prompt"], "msg": message, "type": "content_policy_violation", "input": PROMPT, **extra}


@pytest.mark.parametrize(
    ("body", "because"),
    [
        ({"detail": [policy()]}, ""),
        ({"detail": [policy(categories=["sexual", "self-harm"])]}, " because of sexual content and self-harm"),
        ([policy(categories=["model_moderated", "violence"])], " because of violence"),
        ({"detail": [{"loc": ["body"], "type": "image_load_error", "msg": "x"}, policy(categories=7)]}, ""),
    ],
    ids=["bare", "with categories", "a list", "not the first"],
)
async def test_a_policy_violation_is_a_refusal_and_says_why(fake: FakeFal, opened: Opened, body: object, because: str) -> None:
    """With the categories that people know words for, and never the words themselves."""
    fake.fail(Fault(kind=Kind.END, status=422, body=body))
    with pytest.raises(PromptRefused) as raised:
        await draw(opened())
    assert raised.value.sentence == f"The image service will not draw this{because}; please try other words."
    assert raised.value.request_id == fake.paid[0].id
    assert PROMPT not in str(raised.value)


async def test_a_picture_that_the_checker_blackened_is_a_refusal(fake: FakeFal, opened: Opened) -> None:
    """It is paid for all the same, and nobody is shown a black square."""
    images = [{"url": f"{fake.origin}/delivery/x.png"}]
    fake.fail(Fault(kind=Kind.END, status=200, body={"images": images, "has_nsfw_concepts": [True]}))
    news = ProgressLog()
    with pytest.raises(PromptRefused):
        await draw(opened(), news=news)
    assert news.all[-1].cost == Cost(30_000, is_estimate=True)


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        (Fault(kind=Kind.END, status=504, body={"detail": "x", "error_type": "startup_timeout"}), ProviderFault.OVERLOADED),
        (
            Fault(kind=Kind.END, headers={"X-Fal-Error-Type": "runner_scheduling_failure"}, body={"detail": "x"}),
            ProviderFault.OVERLOADED,
        ),
        (
            Fault(kind=Kind.END, status=422, headers={"X-Fal-Retryable": "true"}, body={"detail": [{"type": "x"}]}),
            ProviderFault.OVERLOADED,
        ),
        (
            Fault(kind=Kind.END, status=422, body={"detail": [{"loc": ["body", "image_size"], "type": "less_than"}]}),
            ProviderFault.BAD_REQUEST,
        ),
        (Fault(kind=Kind.END, status=200, body={"images": []}), ProviderFault.BAD_ANSWER),
        (Fault(kind=Kind.END, status=200, body={"images": [{"url": 7}]}), ProviderFault.BAD_ANSWER),
        (Fault(kind=Kind.END, status=200, body={"video": {}}), ProviderFault.BAD_ANSWER),
    ],
    ids=["startup", "scheduling", "retryable", "size", "none", "no address", "a film"],
)
async def test_a_call_that_ends_without_a_picture_has_failed(
    fake: FakeFal, opened: Opened, end: Fault, fault: ProviderFault
) -> None:
    """What fal says itself ends the call; it is not billed then."""
    fake.fail(end)
    with pytest.raises(ProviderFailed) as raised:
        await draw(opened())
    assert raised.value.fault is fault
    assert not isinstance(raised.value, OutcomeUnknown)
    assert fake.paid[0].id in str(raised.value)


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "not https"),
        ("https://169.254.169.254/latest/meta-data", "not on the public internet"),
        ("gone", "status 403"),
    ],
)
async def test_an_address_that_leads_elsewhere_is_not_followed(fake: FakeFal, opened: Opened, where: str, reason: str) -> None:
    """And a link that has run out is a failure like any other."""
    fake.fail(Fault(kind=Kind.PICTURE, where=where))
    with pytest.raises(ProviderFailed) as raised:
        await draw(opened())
    assert reason in str(raised.value)
    assert fake.paid[0].id in str(raised.value)


async def test_two_gigabytes_are_not_taken(fake: FakeFal, opened: Opened) -> None:
    """Only as much as a picture may have."""
    fake.fail(Fault(kind=Kind.PICTURE, where="huge"))
    with pytest.raises(ProviderFailed, match="larger than 1000000 bytes"):
        await draw(opened(largest=1_000_000))


async def test_a_call_that_is_forgotten_is_an_unknown_outcome(fake: FakeFal, opened: Opened) -> None:
    """A result is kept for an hour."""
    fake.fail(Kind.FORGET)
    drawing = opened()
    ticket = await drawing.submit(wish())
    assert ticket.expires_at - CLOCK.now() == timedelta(hours=1)
    with pytest.raises(OutcomeUnknown, match="knows nothing of it"):
        await drawing.collect(ticket, ProgressLog())


@pytest.mark.parametrize("address", ["https://queue.evil.run/x", "http://queue.fal.run/x", "https://fal.run.evil.org/", ""])
async def test_a_ticket_that_leads_to_somebody_else_takes_no_key_there(opened: Opened, address: str) -> None:
    """Whatever the service answered, or somebody wrote into the database."""
    drawing = opened()
    ticket = foreign(await drawing.submit(wish()), address)
    with pytest.raises(ProviderFailed):
        await drawing.collect(ticket, ProgressLog())
    assert await drawing.cancel(ticket) is None


async def test_a_ticket_of_somebody_else_collects_nothing(opened: Opened) -> None:
    """The service shows a call to its own account only."""
    ticket = await opened().submit(wish())
    with pytest.raises(ProviderFailed) as raised:
        await opened(key="another").collect(ticket, ProgressLog())
    assert raised.value.fault is ProviderFault.BAD_KEY


async def test_a_call_that_still_waits_is_cancelled_for_nothing(fake: FakeFal, opened: Opened) -> None:
    """One that is worked on, or was, costs nobody knows what; and it may be asked again."""
    fake.options = Options(key=KEY, queue=60)
    drawing = opened()
    ticket = await drawing.submit(wish())
    assert await drawing.cancel(ticket) == FREE
    assert not fake.paid
    fake.options = Options(key=KEY, delay=60)
    assert await drawing.cancel(await drawing.submit(wish())) is None
    fake.options = Options(key=KEY)
    assert await drawing.cancel(await drawing.submit(wish())) is None


LOCKED = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (Fault(kind=Kind.REPLY, status=401), ProviderFault.BAD_KEY),
        (Fault(kind=Kind.REPLY, status=403, body={"detail": LOCKED}), ProviderFault.OUT_OF_MONEY),
        (Fault(kind=Kind.REPLY, status=403), ProviderFault.NOT_PERMITTED),
        (Fault(kind=Kind.REPLY, status=404), ProviderFault.BAD_REQUEST),
        (Fault(kind=Kind.REPLY, status=429, headers={"Retry-After": "7"}), ProviderFault.RATE_LIMITED),
        (Fault(kind=Kind.REPLY, status=503, body={"detail": "x", "error_type": "internal_error"}), ProviderFault.OVERLOADED),
    ],
    ids=["key", "money", "permission", "model", "rate", "overload"],
)
async def test_a_call_that_is_not_taken_is_not_paid(fake: FakeFal, opened: Opened, reply: Fault, meaning: ProviderFault) -> None:
    """What it means is told apart."""
    fake.fail(reply)
    with pytest.raises(ProviderFailed) as raised:
        await opened().submit(wish())
    assert raised.value.fault is meaning
    assert not isinstance(raised.value, OutcomeUnknown)
    assert not fake.paid


async def test_words_may_be_refused_at_once(fake: FakeFal, opened: Opened) -> None:
    """Before anybody works on them."""
    fake.fail(Fault(kind=Kind.REPLY, status=422, body={"detail": [policy(categories=["hate"])]}))
    with pytest.raises(PromptRefused, match="content_policy_violation:hate"):
        await opened().submit(wish())


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (Fault(kind=Kind.CUT_BEFORE), 0),
        (Fault(kind=Kind.CUT_AFTER_PAID), 1),
        (Fault(kind=Kind.GARBAGE), 1),
        (Fault(kind=Kind.GARBAGE, body={"status_url": None}), 1),
        (Fault(kind=Kind.REPLY, status=502, body="<h1>Bad Gateway</h1>"), 0),
    ],
    ids=["cut before", "cut after", "nothing", "no address", "gateway"],
)
async def test_a_call_whose_answer_was_not_seen_is_sent_once(fake: FakeFal, opened: Opened, fault: Fault, calls: int) -> None:
    """The client of fal itself would send it up to ten times."""
    fake.fail(fault)
    with pytest.raises(OutcomeUnknown):
        await opened().submit(wish())
    assert len(fake.paid) == calls
    assert len([seen for seen in fake.seen if seen.method == "POST"]) == 1


def test_a_key_with_a_line_break_is_named_and_not_shown() -> None:
    """In one sentence with the setting."""
    with pytest.raises(ConfigError) as raised:
        build_client("fal", "id:\nsecret")
    assert "[providers.fal] api_key" in raised.value.user_text
    assert "secret" not in raised.value.user_text


async def test_the_checkup_asks_for_a_call_that_is_nobodys(fake: FakeFal, opened: Opened) -> None:
    """That is free, and needs the key."""
    [found] = await opened().check()
    assert (found.subject, found.health) == ("fal: key", Health.OK)
    [found] = await opened(key="another").check()
    assert (found.subject, found.health) == ("fal: key", Health.WRONG)
    assert not fake.paid
