"""What a check-up finds about key and model, for free."""

from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest

from bot.app.setup_page import check_openai_key
from bot.config import Settings
from bot.domain.health import Finding, Health
from bot.providers.openai.client import OpenAiClient
from bot.providers.openai.images import OpenAiImages
from bot.providers.openai.model_check import check_model
from bot.providers.openai.models import Model, known_models, text_model
from bot.providers.openai.rewriter import OpenAiRewriter
from tests.e2e.openai.calls import KEY, client_of
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import Endpoint, FakeOpenAI, Kind

TODAY = StoppedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
OTTER_1 = Model("otter-1", shuts_down=date(2026, 12, 1), replacement="otter-2")


def health(findings: tuple[Finding, ...]) -> dict[str, Health]:
    """Return each subject's state."""
    return {finding.subject: finding.health for finding in findings}


async def test_all_is_well_with_a_model_that_stays(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """Key and model are named; nothing was paid."""
    provider = OpenAiImages(client, known_models()["gpt-image-2"], clock=TODAY, attribution="x")
    assert health(await provider.check()) == {"openai: key": Health.OK, "openai: model gpt-image-2": Health.OK}
    assert [seen.path for seen in fake.seen] == ["/v1/models"]
    assert fake.paid == []


async def test_a_rewriter_whose_model_goes_soon_says_when_and_what_then(client: OpenAiClient) -> None:
    """gpt-4o-mini is the default, and it goes on 2027-01-14."""
    findings = await OpenAiRewriter(client, text_model("gpt-4o-mini"), clock=TODAY).check()
    shutdown = findings[-1]
    assert (shutdown.subject, shutdown.health) == ("rewriter: shutdown of gpt-4o-mini", Health.NOTE)
    assert shutdown.text == "It will be shut down on 2027-01-14, in 54 days."
    assert shutdown.mend == "gpt-6-luna takes its place by itself on 2026-12-15; change to it before, or pin the model."
    [pinned] = (await OpenAiRewriter(client, text_model("gpt-4o-mini"), clock=TODAY, is_pinned=True).check())[-1:]
    assert (pinned.mend, pinned.due) == ("Change to gpt-6-luna.", date(2027, 1, 14))


async def test_a_key_that_is_in_no_settings_can_be_tried(fake: FakeOpenAI) -> None:
    """As the owner does on the page: for free, and what is said has nothing of the key."""
    settings = Settings.model_validate({"openai": {"base_url": fake.url}})
    good = await check_openai_key(KEY, settings, TODAY)
    assert health(good) == {"openai: key": Health.OK, "openai: model gpt-image-2": Health.OK}
    bad = await check_openai_key("sk-of-somebody-else", settings, TODAY)
    assert (health(bad)["openai: key"], "sk-of" in str(bad)) == (Health.WRONG, False)
    assert fake.paid == []


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("2026-11-21", Health.WRONG),
        ("2026-10-01T00:00:00Z", Health.WRONG),
        ("2026-11-22", Health.NOTE),
        ("2027-02-19", Health.NOTE),
        ("2027-02-20", None),
        (None, Health.NOTE),
        ("some day", Health.NOTE),
    ],
)
async def test_the_services_own_date_counts_more_than_our_tables(
    client: OpenAiClient, fake: FakeOpenAI, listed: str | None, expected: Health | None
) -> None:
    """Wrong from the day on, a note for the 90 days before; where it names no date, ours (2026-12-01) counts."""
    fake.state.models["otter-1"] = listed
    findings = await check_model(client, OTTER_1, service="x", clock=TODAY)
    assert health(findings).get("x: shutdown of otter-1") is expected
    assert health(findings)["x: model otter-1"] is Health.OK


async def test_our_table_counts_even_when_nobody_can_be_asked(fake: FakeOpenAI) -> None:
    """A model's last day does not depend on the network."""
    async with FakeOpenAI() as gone:
        pass
    async with client_of(gone) as client:
        findings = await check_model(client, OTTER_1, service="x", clock=TODAY)
    assert health(findings) == {"x: service": Health.WRONG, "x: shutdown of otter-1": Health.NOTE}
    assert findings[0].text == "The service could not be reached."
    assert findings[0].mend


async def test_a_model_that_a_gateway_does_not_list_is_only_a_note(client: OpenAiClient) -> None:
    """Azure lists models and draws with deployments; others list nothing of what they know."""
    assert health(await check_model(client, Model("my-deployment"), service="x", clock=TODAY)) == {
        "x: key": Health.OK,
        "x: model my-deployment": Health.NOTE,
    }


@pytest.mark.parametrize("kind", [Kind.NO_MODEL, Kind.GARBAGE, Kind.ERROR_IN_200])
async def test_a_gateway_without_a_list_is_only_a_note(client: OpenAiClient, fake: FakeOpenAI, kind: Kind) -> None:
    """It may draw all the same."""
    fake.fail(Endpoint.MODELS, kind)
    assert health(await check_model(client, Model("m"), service="x", clock=TODAY)) == {"x: service": Health.NOTE}


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        (Kind.BAD_KEY, "x: key", Health.WRONG),
        (Kind.OUT_OF_MONEY, "x: key", Health.WRONG),
        (Kind.UNVERIFIED, "x: key", Health.NOTE),
        (Kind.RATE_LIMITED, "x: service", Health.WRONG),
        (Kind.SERVER_ERROR, "x: service", Health.WRONG),
        (Kind.BAD_GATEWAY, "x: service", Health.WRONG),
        (Kind.CUT_BEFORE, "x: service", Health.WRONG),
        (Kind.MODERATION_BLOCKED, "x: service", Health.WRONG),
    ],
)
async def test_trouble_is_named_with_a_way_to_mend_it(
    client: OpenAiClient, fake: FakeOpenAI, kind: Kind, subject: str, expected: Health
) -> None:
    """It never raises."""
    fake.fail(Endpoint.MODELS, kind)
    [finding] = await check_model(client, Model("m"), service="x", clock=TODAY)
    assert (finding.subject, finding.health) == (subject, expected)
    assert finding.text.endswith(".")
    assert finding.mend.endswith(".")


async def test_a_service_that_does_not_answer_is_not_waited_for(client: OpenAiClient, fake: FakeOpenAI) -> None:
    """The look has a budget of its own."""
    fake.fail(Endpoint.MODELS, Kind.SLOW_DRIP)
    [finding] = await check_model(client, Model("m"), service="x", clock=TODAY, time_limit=timedelta(seconds=0.2))
    assert (finding.health, finding.text) == (Health.WRONG, "The service took too long to answer.")


async def test_a_wrong_key_is_named_as_such_without_being_shown(fake: FakeOpenAI) -> None:
    """The service repeats a part of it in its answer."""
    async with client_of(fake, "sk-mistaken-9876543210") as client:
        [finding] = await check_model(client, Model("m"), service="x", clock=TODAY)
    assert (finding.subject, finding.health) == ("x: key", Health.WRONG)
    assert finding.text == "The service does not accept it."
    assert not any(part in str(finding) for part in ("sk-", "mistaken", "3210"))


class Rerouted(httpx2.AsyncHTTPTransport):
    """Sends every request to the fake, wherever it was meant to go."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = httpx2.URL(origin)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Change the address and nothing else."""
        request.url = request.url.copy_with(scheme="http", host=self._origin.host, port=self._origin.port)
        return await super().handle_async_request(request)


async def test_openai_itself_lists_all_that_a_key_may_use(fake: FakeOpenAI) -> None:
    """There a model that is not listed is wrong, and the way out is named."""
    async with OpenAiClient(KEY, transport=Rerouted(fake.origin)) as client:
        missing = Model("gpt-image-7", replacement="gpt-image-2")
        [_, finding] = await check_model(client, missing, service="x", clock=TODAY)
    assert (finding.subject, finding.health) == ("x: model gpt-image-7", Health.WRONG)
    assert finding.mend.startswith("Choose gpt-image-2, or see in the account")


async def test_an_address_without_v1_is_named_with_the_one_that_works(fake: FakeOpenAI) -> None:
    """The commonest slip with gateways."""
    client = OpenAiClient(KEY, fake.url.removesuffix("/v1"))
    try:
        findings = await check_model(client, text_model("gpt-4o-mini"), service="openai", clock=TODAY)
    finally:
        await client.close()
    wrong = findings[0]
    assert (wrong.subject, wrong.health) == ("openai: address", Health.WRONG)
    assert wrong.mend == f"Set OPENAI_BASE_URL to {fake.url}."
