"""Black Forest Labs through its API, which a server of ours speaks."""

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import structlog

from bot.domain.health import Health
from bot.domain.images import Quality, Size
from bot.domain.inputs import InputContent, InputRole
from bot.domain.money import Cost
from bot.errors import ConfigError, PromptRefused
from bot.provider_errors import OutcomeUnknown, ProviderFailed, ProviderFault
from bot.providers.bfl.images import BflImages, build_client
from bot.providers.bfl.models import known_models
from bot.providers.shared.picture_fetcher import MOST_BYTES, PictureFetcher
from tests.e2e.hosted_calls import PROMPT, draw, foreign, input_picture, read_input, wish
from tests.fakes.bfl import FakeBfl, Fault, Kind, Options
from tests.fakes.clock import StoppedClock
from tests.fakes.progress import ProgressLog

KEY = "bfl-made-up"
CLOCK = StoppedClock()


@pytest.fixture
async def fake() -> AsyncIterator[FakeBfl]:
    """Run the service."""
    async with FakeBfl(Options(key=KEY)) as running:
        yield running


Opened = Callable[..., BflImages]


@pytest.fixture
async def opened(fake: FakeBfl) -> AsyncIterator[Opened]:
    """Yield what opens a provider that draws there."""
    async with AsyncExitStack() as stack:

        def open_one(model: str = "flux-2-pro", key: str = KEY, largest: int = MOST_BYTES) -> BflImages:
            client = build_client("flux", key, fake.url)
            stack.push_async_callback(client.close)
            return BflImages(
                client,
                known_models()[model],
                name="flux",
                attribution="by AI",
                fetcher=PictureFetcher(fake.url, pauses=(), section="providers.flux", largest=largest),
                clock=CLOCK,
            )

        yield open_one


async def test_flux_2_is_asked_for_pixels_and_bills_what_its_answer_says(fake: FakeBfl, opened: Opened) -> None:
    """Its cost is in credits of a cent; the picture's store sees no key."""
    drawn = await draw(opened(), wish(Size(1536, 1024)))
    [call] = fake.paid
    assert call.body == {"prompt": PROMPT, "width": 1536, "height": 1024, "output_format": "png"}
    assert drawn.cost == Cost(45_000)
    assert drawn.request_id == call.id
    assert drawn.pictures[0].startswith(b"\x89PNG")
    assert KEY not in str(fake.fetched)


async def test_pictures_to_begin_with_are_sent_in_their_order(fake: FakeBfl, opened: Opened) -> None:
    """No larger than they are looked at, and nothing is sent of what the model does not take: it would be paid for."""
    inputs = (input_picture(), input_picture("PNG", size=(2600, 1300), mode="RGBA"), input_picture("WEBP", size=(2600, 130)))
    drawn = await draw(opened(), wish(inputs=inputs))
    [call] = fake.paid
    assert base64.b64decode(call.body["input_image"]) == inputs[0].content
    second, third = (read_input(call.body[f"input_image_{number}"]) for number in (2, 3))
    assert (second.size, second.format, third.size, third.format) == ((2048, 1024), "PNG", (2048, 102), "JPEG")
    assert drawn.cost == Cost(30_000 + 3 * 15_000)
    await draw(opened("flux-3-image"), wish(inputs=inputs[:2]))
    assert [read_input(one).size for one in fake.paid[1].body["images"]] == [(120, 90), (2048, 1024)]
    for model, count in (("flux-2-klein-4b", 5), ("flux-2-pro", 9)):
        with pytest.raises(ProviderFailed):
            await draw(opened(model), wish(inputs=inputs[:1] * count))
    with pytest.raises(ProviderFailed):
        await draw(opened(), wish(inputs=(inputs[0], InputContent(InputRole.MASK, b"", "image/png"))))
    assert len(fake.paid) == 2


@pytest.mark.parametrize(
    ("wanted", "aspect", "resolution", "cost"),
    [
        (Size(1536, 1024), "3:2", "1k", 48_000),
        (Size(1024, 1536), "2:3", "1k", 48_000),
        (Size(512, 512), "1:1", "768sq", 41_000),
        (Size(1920, 1080), "16:9", "1.5k", 70_000),
        (Size(3840, 2160), "16:9", "2k", 100_000),
    ],
    ids=str,
)
async def test_flux_3_is_asked_for_an_aspect_and_may_not_search_the_web(
    fake: FakeBfl, opened: Opened, wanted: Size, aspect: str, resolution: str, cost: int
) -> None:
    """Searching would send the words to others, and is on unless one says no."""
    drawing = opened("flux-3-image")
    size = drawing.abilities.fit(wanted)
    assert drawing.estimate(size, Quality.MEDIUM, 1) == Cost(cost, is_estimate=True)
    drawn = await draw(drawing, wish(size))
    assert drawn.cost == Cost(cost)
    assert fake.paid[0].body == {"prompt": PROMPT, "aspect_ratio": aspect, "resolution": resolution, "grounding": False}


async def test_states_that_nobody_knows_are_still_work(fake: FakeBfl, opened: Opened) -> None:
    """One is logged once, with the call's id."""
    fake.options = Options(key=KEY, delay=0.3)
    fake.fail(Fault(kind=Kind.STATE, where="Dreaming"))
    with structlog.testing.capture_logs() as logs:
        await draw(opened())
    [logged] = [line for line in logs if line["event"] == "provider.state"]
    assert (logged["state"], logged["request_id"]) == ("dreaming", fake.paid[0].id)


async def test_what_passes_is_asked_again_and_nothing_is_paid_twice(fake: FakeBfl, opened: Opened) -> None:
    """Cut connections, errors of gateways and pages that are no answer."""
    fake.fail(
        Kind.POLL_CUT,
        Fault(kind=Kind.POLL_REPLY, status=502, body="<h1>Bad Gateway</h1>"),
        Fault(kind=Kind.POLL_REPLY, status=200, body="<h1>Back soon</h1>"),
    )
    await draw(opened())
    assert len(fake.paid) == 1


@pytest.mark.parametrize(
    ("reasons", "because"),
    [
        (["Derivative Works Filter"], " because of protected characters or brands"),
        (["Violence", "brand new"], " because of violence"),
        (None, ""),
    ],
    ids=str,
)
@pytest.mark.parametrize("state", ["Request Moderated", "Content Moderated"])
async def test_moderated_is_a_refusal_and_says_why(
    fake: FakeBfl, opened: Opened, state: str, reasons: list[str] | None, because: str
) -> None:
    """With the reasons that people know words for."""
    details = {"Moderation Reasons": reasons} if reasons else None
    fake.fail(Fault(kind=Kind.END, body={"status": state, "details": details}))
    with pytest.raises(PromptRefused) as raised:
        await draw(opened())
    assert raised.value.sentence == f"The image service will not draw this{because}; please try other words."
    assert raised.value.request_id == fake.paid[0].id


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ({"status": "Ready", "result": None}, "ready without a picture"),
        ({"status": "Ready", "result": {"sample": ""}}, "ready without a picture"),
        ({"status": "Ready", "result": "https://x"}, "ready without a picture"),
        ({"status": "Error"}, "state error"),
        ({"status": "Failed", "result": {}}, "state failed"),
    ],
    ids=str,
)
async def test_an_end_without_a_picture_is_a_failure_that_names_the_call(
    fake: FakeBfl, opened: Opened, end: dict[str, object], reason: str
) -> None:
    """What it cost was told before."""
    fake.fail(Fault(kind=Kind.END, body=end))
    news = ProgressLog()
    with pytest.raises(ProviderFailed) as raised:
        await draw(opened(), news=news)
    assert reason in str(raised.value)
    assert f"request_id={fake.paid[0].id}" in str(raised.value)
    assert news.all[-1].cost == Cost(30_000)


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("http://127.0.0.1:9/picture.png", "not https"),
        ("https://127.0.0.1:9/picture.png", "name it in [providers.flux] picture_hosts"),
        ("https://10.0.0.7/picture.png", "not on the public internet"),
        ("file:///etc/passwd", "no host"),
        ("gone", "status 403"),
    ],
)
async def test_an_address_that_leads_elsewhere_is_not_followed(fake: FakeBfl, opened: Opened, where: str, reason: str) -> None:
    """And a link that has run out is a failure like any other."""
    fake.fail(Fault(kind=Kind.PICTURE, where=where))
    with pytest.raises(ProviderFailed) as raised:
        await draw(opened())
    assert reason in str(raised.value)
    assert f"request_id={fake.paid[0].id}" in str(raised.value)


async def test_two_gigabytes_are_not_taken(fake: FakeBfl, opened: Opened) -> None:
    """Only as much as a picture may have."""
    fake.fail(Fault(kind=Kind.PICTURE, where="huge"))
    with pytest.raises(ProviderFailed, match="larger than 1000000 bytes"):
        await draw(opened(largest=1_000_000))


async def test_a_link_that_has_run_out_is_no_picture(fake: FakeBfl, opened: Opened) -> None:
    """The service keeps it for ten minutes, and the call is not asked for again after thirty."""
    fake.options = Options(key=KEY, link_seconds=-1)
    with pytest.raises(ProviderFailed, match="status 403"):
        await draw(opened())
    ticket = await opened().submit(wish())
    assert ticket.expires_at - CLOCK.now() == timedelta(minutes=30)


async def test_a_call_that_is_forgotten_is_an_unknown_outcome(fake: FakeBfl, opened: Opened) -> None:
    """Nobody says whether it was drawn."""
    fake.fail(Kind.FORGET)
    with pytest.raises(OutcomeUnknown, match="knows nothing of it"):
        await draw(opened())


@pytest.mark.parametrize("address", ["https://api.evil.org/v1/get_result?id=1", "http://api.bfl.ai/v1/get_result", ""])
async def test_a_ticket_that_leads_to_somebody_else_takes_no_key_there(fake: FakeBfl, opened: Opened, address: str) -> None:
    """Whatever the service answered, or somebody wrote into the database."""
    drawing = opened()
    ticket = foreign(await drawing.submit(wish()), address)
    with pytest.raises(ProviderFailed):
        await drawing.collect(ticket, ProgressLog())


async def test_a_ticket_of_somebody_else_collects_nothing(fake: FakeBfl, opened: Opened) -> None:
    """The service shows a call to its own account only."""
    ticket = await opened().submit(wish())
    with pytest.raises(OutcomeUnknown):
        await opened(key="another").collect(ticket, ProgressLog())


async def test_a_call_that_is_not_stopped_costs_what_it_costs(fake: FakeBfl, opened: Opened) -> None:
    """The service has no way to stop one, nor to be asked for one whose answer got lost."""
    drawing = opened()
    ticket = await drawing.submit(wish())
    assert await drawing.cancel(ticket) == Cost(30_000)
    assert drawing.known_ticket(wish().drawing) is None


NOT_TAKEN = [
    (Fault(kind=Kind.REPLY, status=402, body={"detail": "Insufficient credits"}), ProviderFault.OUT_OF_MONEY),
    (Fault(kind=Kind.REPLY, status=403, body={"detail": "Not authenticated"}), ProviderFault.BAD_KEY),
    (Fault(kind=Kind.REPLY, status=429, headers={"Retry-After": "7"}), ProviderFault.RATE_LIMITED),
    (Fault(kind=Kind.REPLY, status=429, body={"detail": "24 active tasks"}), ProviderFault.RATE_LIMITED),
    (Fault(kind=Kind.REPLY, status=404, body={"detail": "Not Found"}), ProviderFault.BAD_REQUEST),
    (Fault(kind=Kind.REPLY, status=503, body={"error": "Model is warming up"}), ProviderFault.LOADING),
]


@pytest.mark.parametrize(("fault", "meaning"), NOT_TAKEN, ids=lambda each: str(getattr(each, "status", each)))
async def test_a_call_that_is_not_taken_is_not_paid(fake: FakeBfl, opened: Opened, fault: Fault, meaning: ProviderFault) -> None:
    """And how long one is to wait is told where the service says so."""
    fake.fail(fault)
    with pytest.raises(ProviderFailed) as raised:
        await opened().submit(wish())
    assert raised.value.fault is meaning
    assert not isinstance(raised.value, OutcomeUnknown)
    assert raised.value.retry_after == (timedelta(seconds=7) if fault.headers else None)
    assert not fake.paid


@pytest.mark.parametrize(
    ("detail", "may_be_refusal"),
    [
        ("no", True),
        ([{"loc": ["body", "prompt"], "msg": "x", "type": "value_error"}], True),
        ([{"loc": ["body", "width"], "msg": "x", "type": "value_error"}], False),
    ],
    ids=["without a reason", "the prompt", "the width"],
)
async def test_a_request_that_is_wrong_may_be_refused_words(
    fake: FakeBfl, opened: Opened, detail: object, may_be_refusal: bool
) -> None:
    """Unless it names something else: in doubt nobody else is asked."""
    fake.fail(Fault(kind=Kind.REPLY, status=422, body={"detail": detail}))
    with pytest.raises(ProviderFailed) as raised:
        await opened().submit(wish())
    assert raised.value.may_be_refusal is may_be_refusal


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        (Fault(kind=Kind.CUT_BEFORE), 0),
        (Fault(kind=Kind.CUT_AFTER_PAID), 1),
        (Fault(kind=Kind.GARBAGE), 1),
        (Fault(kind=Kind.REPLY, status=500), 0),
        (Fault(kind=Kind.REPLY, status=502, body="<h1>Bad Gateway</h1>"), 0),
    ],
    ids=lambda each: str(getattr(each, "kind", each)),
)
async def test_a_call_whose_answer_was_not_seen_is_sent_once(fake: FakeBfl, opened: Opened, fault: Fault, calls: int) -> None:
    """It may have been taken, and is never sent again."""
    fake.fail(fault)
    with pytest.raises(OutcomeUnknown):
        await opened().submit(wish())
    assert len(fake.paid) == calls
    assert len([seen for seen in fake.seen if seen.method == "POST"]) == 1


@pytest.mark.parametrize("answered", [None, -1, "4.5", True, float("inf")], ids=str)
async def test_a_cost_that_makes_no_sense_is_estimated(fake: FakeBfl, opened: Opened, answered: object) -> None:
    """As by the price list."""
    fake.fail(Fault(kind=Kind.GARBAGE, body={"cost": answered}))
    assert (await draw(opened())).cost == Cost(30_000, is_estimate=True)


@pytest.mark.parametrize("key", ["bfl-\nkey", "bfl-key\r\nX-Other: 1", "bfl-schlüssel"])
def test_a_key_with_a_line_break_is_named_and_not_shown(key: str) -> None:
    """In one sentence with the setting."""
    with pytest.raises(ConfigError) as raised:
        build_client("flux", key)
    assert "[providers.flux] api_key" in raised.value.user_text
    assert key not in raised.value.user_text


async def test_the_checkup_asks_for_credits(fake: FakeBfl, opened: Opened) -> None:
    """That is free, and needs the key."""
    [found] = await opened().check()
    assert (found.subject, found.health) == ("flux: key", Health.OK)
    [found] = await opened(key="another").check()
    assert (found.subject, found.health) == ("flux: key", Health.WRONG)
    assert not fake.paid


async def test_what_the_model_cannot_do_is_not_sent(fake: FakeBfl, opened: Opened) -> None:
    """Nor paid for."""
    with pytest.raises(ProviderFailed, match="beyond flux-2-pro"):
        await opened().submit(wish(Size(100, 100)))
    with pytest.raises(ProviderFailed, match="beyond flux-2-pro"):
        await opened().submit(wish(quality=Quality.HIGH))
    assert not fake.seen
