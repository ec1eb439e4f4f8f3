"""Does each provider that the settings name become one, by its kind and under its own name?"""

import sys
from pathlib import Path

import pytest

from bot.app.ai_services import call_limits, open_ai_services
from bot.app.provider_kinds import BUILDERS
from bot.app.system import SystemClock
from bot.config import KINDS, Settings, load
from bot.domain.call_limits import CallLimits
from bot.domain.content import USUAL_THRESHOLDS
from bot.domain.health import Health
from bot.domain.images import DrawingId, ImageRequest, Lane, Progress, Quality, Size
from bot.domain.money import TokenPrices
from bot.domain.people import GUEST
from bot.errors import ConfigError
from bot.ports.images import TicketProvider
from bot.ports.prompts import GuardDecision
from bot.provider_errors import OutcomeUnknown, ProviderFailed

KEY = {"OPENAI_API_KEY": "sk-made-up"}


def settings(tmp_path: Path, text: str, **environ: str) -> Settings:
    """Read settings from a file and variables."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load(file, environ={"EASEL_DATA_DIR": str(tmp_path), **environ})


async def names_of(settings: Settings) -> tuple[list[str], list[str]]:
    """Return the providers in the order of fall-back, and those that draw on request."""
    async with open_ai_services(settings, SystemClock()) as services:
        return [found.name for found in services.providers], [found.name for found in services.on_request]


async def ignore(progress: Progress) -> None:
    """No news, no answer."""


async def test_the_sdk_is_not_needed_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes a second to import. Where that fails later on, a wish knows that nothing was sent, and checks say so."""
    for name in [name for name in sys.modules if name.startswith(("bot.providers.openai.", "bot.providers.openai_background."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openai", None)
    chosen = settings(tmp_path, '[providers.slow]\nkind = "openai-background"', **KEY, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    async with open_ai_services(chosen, SystemClock()) as services:
        assert [found.name for found in services.all_providers] == ["openai", "slow"]
        for name, check in services.checks:
            assert [finding.health for finding in await check()] == [Health.WRONG], name
        [stage] = services.model_stages
        assert (await stage.judge("a fox", USUAL_THRESHOLDS)).decision is GuardDecision.UNSURE
        drawer = services.providers[0]
        assert not isinstance(drawer, TicketProvider)
        asked = ImageRequest(
            drawing=DrawingId("d"), prompt="a fox", size=Size(1024, 1024), quality=Quality.MEDIUM, count=1, author=""
        )
        with pytest.raises(ProviderFailed, match="library") as caught:
            await drawer.draw(asked, on_progress=ignore)
        assert not isinstance(caught.value, OutcomeUnknown)


def test_every_kind_has_its_builder() -> None:
    """One that has none is no kind: none becomes another in silence."""
    assert set(BUILDERS) == set(KINDS)


async def test_providers_come_in_the_order_of_the_settings(tmp_path: Path) -> None:
    """Each as it is named."""
    order = {**KEY, "EASEL_DRAWING__PROVIDERS": "offline,openai"}
    assert await names_of(settings(tmp_path, "", **order)) == (["offline", "openai"], [])


TWO = """
[providers.second]
kind = "openai"
model = "gpt-image-1.5"
[providers.preview]
kind = "offline"
"""


async def test_without_an_order_the_key_of_openai_comes_first_and_then_the_named_ones(tmp_path: Path) -> None:
    """Whoever has one section and nothing else need not name it again."""
    assert await names_of(settings(tmp_path, TWO, **KEY)) == (["openai", "second", "preview"], [])
    assert await names_of(settings(tmp_path, '[providers.preview]\nkind = "offline"')) == (["preview"], [])


async def test_openai_in_the_background_takes_the_key_of_openai(tmp_path: Path) -> None:
    """It draws one at a time, whatever its model can, and costs a little more than that."""
    text = '[drawing]\nproviders = ["later", "openai"]\n[providers.later]\nkind = "openai-background"\n'
    async with open_ai_services(settings(tmp_path, text, **KEY), SystemClock()) as services:
        later, openai = services.providers
        assert (later.name, later.model, later.abilities.most, later.abilities.previews) == ("later", "gpt-image-2", 1, 0)
        square = Size(1024, 1024)
        assert later.estimate(square, Quality.LOW, 4) != openai.estimate(square, Quality.LOW, 1)


async def test_one_that_is_not_in_the_order_draws_on_request(tmp_path: Path) -> None:
    """It is built and checked all the same."""
    text = f'[drawing]\nproviders = ["preview"]\n{TWO}'
    assert await names_of(settings(tmp_path, text, **KEY)) == (["preview"], ["second"])
    async with open_ai_services(settings(tmp_path, text, **KEY), SystemClock()) as services:
        assert {"preview", "second"} <= {name for name, _ in services.checks}


async def test_a_key_may_stand_in_the_environment_or_in_a_secret_file(tmp_path: Path) -> None:
    """The section says the rest."""
    text = '[providers.second]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"'
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "providers__second__api_key").write_text("from-file\n")
    found = settings(tmp_path, text, EASEL_SECRETS_DIR=str(folder)).all_providers["second"]
    assert found.api_key.get_secret_value() == "from-file"  # type: ignore[attr-defined]  # the section's kind has one
    environ = {"EASEL_PROVIDERS__SECOND__API_KEY": "from-variable", "EASEL_SECRETS_DIR": str(folder)}
    found = settings(tmp_path, text, **environ).all_providers["second"]
    assert found.api_key.get_secret_value() == "from-variable"  # type: ignore[attr-defined]  # as above


async def test_a_section_describes_its_model(tmp_path: Path) -> None:
    """What it leaves out is built in."""
    text = """
        [providers.own]
        kind = "openai"
        api_key = "k"
        model = "own-model"
        sizes = ["512x512"]
        price = { text_in = 1, image_in = 2, out = 3 }
        [providers.known]
        kind = "openai"
        api_key = "k"
        most = 2
    """
    async with open_ai_services(settings(tmp_path, text), SystemClock()) as services:
        own, known = services.providers
    assert (own.model, own.abilities.sizes) == ("own-model", (Size(512, 512),))
    assert own.estimate(Size(512, 512), Quality.LOW, 1).microusd > 0
    assert (known.model, known.abilities.most) == ("gpt-image-2", 2)
    assert known.abilities.free is not None
    assert own.attribution == "AI-generated by own-model"


async def test_a_model_that_nobody_knows_is_an_error_that_names_its_setting(tmp_path: Path) -> None:
    """Of a section as of `[openai]`."""
    for text, where in (
        ('[providers.own]\nkind = "openai"\nmodel = "gpt-imagine-2"', "[providers.own] model"),
        ('[openai]\nimage_model = "gpt-imagine-2"', "[openai] image_model"),
    ):
        with pytest.raises(ConfigError) as caught:
            async with open_ai_services(settings(tmp_path, text, **KEY), SystemClock()):
                pass
        assert caught.value.user_text.startswith(f"{where} “gpt-imagine-2” is not known: take ")


def test_call_limits_are_those_of_each_section(tmp_path: Path) -> None:
    """One without any has no entry."""
    text = f"[openai]\ncalls_at_once = 2\n{TWO}calls_per_minute = 5\n"
    assert call_limits(settings(tmp_path, text, **KEY)) == {
        "openai": CallLimits(at_once=2),
        "preview": CallLimits(per_minute=5),
    }


def test_time_limits_are_those_of_the_section_over_those_of_all(tmp_path: Path) -> None:
    """By quality."""
    house = settings(tmp_path, '[drawing.timeouts]\nlow = "1m"\n[providers.x]\nkind = "offline"\ntimeouts = { high = "1h" }')
    limits = {quality: limit.total_seconds() for quality, limit in house.time_limits(house.providers["x"]).items()}
    assert limits == {Quality.LOW: 60, Quality.MEDIUM: 240, Quality.HIGH: 3600}


def test_prices_by_tokens_and_by_unit_become_micro_dollars(tmp_path: Path) -> None:
    """Dollars in the settings."""
    text = '[providers.x]\nkind = "openai"\napi_key = "k"\nprice = { text_in = 0.5, image_in = 0, out = 30 }'
    price = settings(tmp_path, text).providers["x"].price  # type: ignore[union-attr]  # the section's kind has one
    assert price is not None
    assert price.tokens == TokenPrices(text_in=500_000, image_in=0, out=30_000_000)
    assert price.units is None


@pytest.mark.parametrize("kind", ["bfl", "fal"])
async def test_a_service_with_nothing_but_a_key_draws(tmp_path: Path, kind: str) -> None:
    """Its section need not be named in the order."""
    text = f'[providers.flux]\nkind = "{kind}"\nprice = {{ picture = 0.5 }}'
    async with open_ai_services(settings(tmp_path, text, EASEL_PROVIDERS__FLUX__API_KEY="k"), SystemClock()) as services:
        [found] = services.providers
        assert found.name == "flux"
        assert found.estimate(Size(1024, 1024), Quality.MEDIUM, 1).microusd == 500_000


@pytest.mark.parametrize("kind", ["bfl", "fal"])
@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("", "EASEL_PROVIDERS__FLUX__API_KEY"),
        ('api_key = "k"\nmodel = "flux-2-por"', "[providers.flux] model"),
        ('api_key = "k\\nX: 1"', "[providers.flux] api_key"),
        ('api_key = "k"\nbase_url = "http:// "', "base_url"),
        ('api_key = "k"\nprice = { picture = -1 }', "price"),
        ('api_key = "k"\nprice = { second = 1 }', "price by picture and megapixel"),
    ],
    ids=["no key", "model", "line break", "address", "negative", "seconds"],
)
async def test_a_service_that_is_set_wrongly_is_named_with_its_setting(
    tmp_path: Path, kind: str, text: str, setting: str
) -> None:
    """In one sentence, before anything is drawn."""
    with pytest.raises(ConfigError) as raised:
        async with open_ai_services(settings(tmp_path, f'[providers.flux]\nkind = "{kind}"\n{text}'), SystemClock()):
            pass
    assert setting in raised.value.user_text


@pytest.mark.parametrize("kind", ["bfl", "fal"])
async def test_a_model_that_is_not_known_draws_what_its_section_says(tmp_path: Path, kind: str) -> None:
    """At a price that nobody knows, unless it is named there."""
    text = f'[providers.x]\nkind = "{kind}"\nmodel = "new"\nsizes = ["640x480"]\napi_key = "k"'
    async with open_ai_services(settings(tmp_path, text), SystemClock()) as services:
        [found] = services.providers
        assert found.abilities.sizes == (Size(640, 480),)
        assert found.estimate(Size(640, 480), Quality.MEDIUM, 1).microusd == 0


BATCHES = '[providers.later]\nkind = "openai-batch"\n'


async def test_the_relaxed_lane_draws_on_request_for_half_the_price(tmp_path: Path) -> None:
    """A price in its section is that of batches."""
    square = Size(1024, 1024)
    async with open_ai_services(settings(tmp_path, BATCHES, **KEY), SystemClock()) as services:
        [openai], [later] = services.providers, services.on_request
        whole, half = (one.estimate(square, Quality.HIGH, 2).microusd for one in (openai, later))
        assert half < whole <= 2 * half + 20_000
        assert services.models.order(None, GUEST, lane=Lane.RELAXED) == ("later",)
    priced = f"{BATCHES}price = {{ text_in = 0, image_in = 0, out = 30 }}"
    async with open_ai_services(settings(tmp_path, priced, **KEY), SystemClock()) as services:
        assert services.on_request[0].estimate(square, Quality.HIGH, 2).microusd > half


async def test_what_the_batch_api_does_not_take_is_said(tmp_path: Path) -> None:
    """With what it takes; and a relaxed one has no place in the order."""
    with pytest.raises(ConfigError, match="is not drawn in batches: take gpt-image-2"):
        async with open_ai_services(settings(tmp_path, f'{BATCHES}model = "gpt-image-2.6-flare"', **KEY), SystemClock()):
            pass
    with pytest.raises(ConfigError, match="later, which draws in the relaxed lane"):
        settings(tmp_path, f'[drawing]\nproviders = ["later"]\n{BATCHES}', **KEY)


OWN = '[providers.home]\nkind = "bfl"\nmodel = "flux-2-pro"\napi_key = "k"'


@pytest.mark.parametrize(
    ("text", "says", "draws"),
    [
        ("", "because no OpenAI key is set", "Pictures are offline previews, drawn by a program without AI."),
        (OWN, "because [providers.home] is set.", "Pictures are drawn by flux-2-pro."),
    ],
)
async def test_visitors_hear_what_draws_and_who_runs_it_also_why(tmp_path: Path, text: str, says: str, draws: str) -> None:
    """The names of settings mean nothing to visitors."""
    async with open_ai_services(settings(tmp_path, text), SystemClock()) as services:
        assert services.visitor_notices == (draws,)
        [notice] = services.notices
        assert says in notice
        assert services.providers[0].attribution.count("is set") == 0
