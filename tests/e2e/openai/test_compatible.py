"""Does any server that speaks like OpenAI draw, with the quirks that the settings name, and without a key of OpenAI's?"""

from pathlib import Path

import pytest

from bot.app.ai_services import open_ai_services
from bot.config import load
from bot.domain.images import Quality, Size
from bot.domain.money import Cost
from bot.providers.openai.images import OpenAiImages
from tests.e2e.openai.calls import request
from tests.fakes.clock import StoppedClock
from tests.fakes.openai import FakeOpenAI, Options
from tests.fakes.progress import ProgressLog

SECTION = """
    [providers.own]
    kind = "compatible"
    model = "gpt-image-2"
    base_url = "{url}"
"""


async def draw(tmp_path: Path, server: FakeOpenAI, more: str = "") -> tuple[OpenAiImages, Cost]:
    """Draw with the server, and return the provider and the cost."""
    file = tmp_path / "config.toml"
    file.write_text(f"{SECTION.format(url=server.url)}{more}")
    async with open_ai_services(load(file, environ={}), StoppedClock()) as services:
        [provider] = services.providers
        assert isinstance(provider, OpenAiImages)
        result = await provider.draw(request(), ProgressLog())
        assert len(result.pictures) == 1
        return provider, result.cost


async def test_a_model_and_an_address_are_enough(tmp_path: Path) -> None:
    """The usual sizes are drawn, and nothing is known of the price."""
    async with FakeOpenAI() as server:
        provider, cost = await draw(tmp_path, server)
        assert (provider.name, provider.model, cost) == ("own", "gpt-image-2", Cost(is_estimate=True))
        assert provider.abilities.fit(Size(3000, 2000)) == Size(1536, 1024)
        [paid] = server.paid
        assert paid is not None


async def test_its_quirks_are_settings(tmp_path: Path) -> None:
    """What it has to be told, what it does not take, and what is sent along."""
    quirks = """
        response_format = "b64_json"
        leave_out = ["safety_identifier"]
        extra_body = { background = "opaque" }
        price = { picture = 0.01, megapixel = 0.002 }
    """
    async with FakeOpenAI(Options(takes_response_format=True)) as server:
        provider, cost = await draw(tmp_path, server, quirks)
        body = server.seen[0].body
        assert (body["response_format"], body["background"]) == ("b64_json", "opaque")
        assert "safety_identifier" not in body
        assert cost.is_estimate
        assert cost == provider.estimate(request().size, Quality.LOW, 1)
        assert cost.microusd == 10_000 + -(-request().size.pixels * 2_000 // 1_000_000)


async def test_pictures_are_sent_where_the_settings_say_that_it_takes_them(tmp_path: Path) -> None:
    """With a mask, if it takes one; else nobody's picture goes there."""
    async with FakeOpenAI() as server:
        able, _ = await draw(tmp_path, server, "most_inputs = 3\ntakes_mask = true")
        assert (able.abilities.most_inputs, able.abilities.takes_mask) == (3, True)
        unable, _ = await draw(tmp_path, server, "")
        assert (unable.abilities.most_inputs, unable.abilities.takes_mask) == (0, False)


@pytest.mark.parametrize("version", ["", "2025-04-01-preview"])
async def test_azures_older_addresses_get_the_key_in_a_header_of_its_own(tmp_path: Path, version: str) -> None:
    """Everybody else does not."""
    async with FakeOpenAI() as server:
        await draw(tmp_path, server, f'api_key = "a-key"\napi_version = "{version}"')
        assert server.seen[0].headers.get("api-key") == ("a-key" if version else None)
