"""The table of providers cannot rot: docs/providers.md is compared with what each kind builds from its example."""

import inspect
import re
import tomllib
from contextlib import AsyncExitStack
from pathlib import Path

from bot.app.openai_services import OpenAiClients
from bot.app.provider_instance import ProviderInstance
from bot.app.provider_kinds import BUILDERS
from bot.app.system import SystemClock
from bot.config import KINDS, Settings
from bot.domain.images import Abilities
from bot.ports.images import Provider

ROOT = Path(__file__).parents[2]
PRICE_SOURCES = {
    "bfl": "the credits that the answer names",
    "comfyui": "seconds x `price`; free without one",
    "compatible": "usage in the answer x `price`, or pictures and megapixels x `price`; unknown without one",
    "fal": "the units that the answer names x the price list",
    "offline": "free",
    "openai": "usage in the answer x the price list",
    "openai-background": "usage in the answer x the price list",
    "openai-batch": "usage in the answer x half the price list",
    "replicate": "the price list, or seconds x `price`",
    "runpod": "seconds x `price`",
}
"""Where the cost of each kind comes from, which no declaration says."""

MOST_LINES = 250
LARGER_PACKAGES = {
    "comfyui": "it draws by one workflow and changes pictures by another, which it has to upload first",
    "offline": "it is a program that draws",
    "openai": "it has text models and moderation too",
    "openai_batch": "it is a lane with uploads and result files",
}
"""What may have more lines than a kind of image service should need, each with the reason."""

PAGE = (ROOT / "docs" / "providers.md").read_text()


def settings_of_examples() -> Settings:
    """Read the example of each kind, with a key, and with what is built in about its model."""
    text = re.sub(r"^#(?=[\[a-z])", "", (ROOT / "config.example.toml").read_text(), flags=re.MULTILINE)
    examples = tomllib.loads(text)["providers"]
    for example in examples.values():
        for overridden in ("sizes", "size_rule", "qualities", "most", "previews", "price", "api_keys"):
            example.pop(overridden, None)
        if "api_key" in KINDS[example["kind"]].model_fields:
            example["api_key"] = "a-key"
    return Settings(providers=examples)


async def build_providers() -> dict[str, Provider]:
    """Build one provider of each kind."""
    settings = settings_of_examples()
    async with AsyncExitStack() as stack:
        clients = OpenAiClients(stack)
        return {
            section.kind: BUILDERS[section.kind](ProviderInstance(name, section, settings, SystemClock(), stack, clients, name))
            for name, section in settings.all_providers.items()
        }


def sizes_text(abilities: Abilities) -> str:
    """Say which sizes are drawn."""
    if abilities.free is not None:
        return f"any up to {abilities.free.max_pixels / 1_000_000:.1f} megapixels"
    return ", ".join(map(str, abilities.sizes)) if len(abilities.sizes) <= 3 else f"{len(abilities.sizes)} sizes"


def first_sentence(provider: Provider, method: str) -> str:
    """Return what a method of the provider says that it does."""
    found = inspect.getdoc(getattr(type(provider), method, None)) or ""
    return found.partition("\n")[0].rstrip(".")


async def provider_table() -> str:
    """Draw the table from what is built."""
    rows = [
        "| kind | its example | text | pictures in | mask | sizes | pictures a call | previews | ticket | cancel | price from |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, provider in sorted((await build_providers()).items()):
        able = provider.abilities
        can = ["yes", f"up to {able.most_inputs}" if able.most_inputs else "no", "yes" if able.takes_mask else "no"]
        cells = [sizes_text(able), str(able.most), str(able.previews or "no")]
        ticket = "yes" if hasattr(provider, "submit") else "no"
        facts = [ticket, first_sentence(provider, "cancel") or "the call is dropped", PRICE_SOURCES[kind]]
        rows.append(f"| {' | '.join([f'`{kind}`', f'`{provider.model}`', *can, *cells, *facts])} |")
    return "\n".join(rows)


async def test_a_kind_fits_in_one_small_package() -> None:
    """What others could use goes into bot/providers/shared, so that a new kind is written in a day."""
    packages = {type(provider).__module__.rpartition(".")[0] for provider in (await build_providers()).values()}
    lines = {
        package.rpartition(".")[2]: sum(
            len(file.read_text().splitlines()) for file in (ROOT / package.replace(".", "/")).rglob("*.py")
        )
        for package in packages
    }
    assert {package for package, count in lines.items() if count > MOST_LINES} <= set(LARGER_PACKAGES), lines


async def test_the_table_of_providers_is_drawn_from_the_code() -> None:
    """Whoever changes a kind pastes what this prints."""
    found = re.search(r"<!-- kinds -->\n(.*?)\n?<!-- /kinds -->", PAGE, re.DOTALL)
    table = await provider_table()
    assert found
    assert found[1] == table, f"put this between the marks in docs/providers.md:\n{table}"
