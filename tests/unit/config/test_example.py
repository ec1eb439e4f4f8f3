"""Is `config.example.toml` complete, true, and nothing but the defaults?"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.config import KINDS, Settings, load
from bot.config.model_settings import ModelSettings, PriceSettings, SizeRuleSettings
from bot.config.provider_section import RemoteProviderSettings

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"


def paths(table: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield every setting of a TOML table as `section.key`."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from paths(value, f"{above}{key}.")
        else:
            yield above + key


def declared(section: BaseModel, above: str = "") -> Iterator[str]:
    """Yield every setting of a section, tables by their default entries."""
    for key in type(section).model_fields:
        value = getattr(section, key)
        if isinstance(value, BaseModel):
            yield from declared(value, f"{above}{key}.")
        elif isinstance(value, Mapping):
            yield from (f"{above}{key}.{entry}" for entry in value)
        else:
            yield above + key


def everything() -> dict[str, Any]:
    """Read the example with the settings that are commented out put in."""
    text = re.sub(r"^#(?=[\[a-z])", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    return tomllib.loads(text)


def test_it_loads_and_equals_the_defaults() -> None:
    """Copying it changes nothing."""
    assert load(EXAMPLE, environ={}) == Settings()


def test_every_setting_occurs_in_it_and_nothing_else() -> None:
    """With those that are commented out because they are secrets or examples."""
    table = everything()
    models = table.pop("models")
    table.pop("providers")
    assert set(paths(table)) == set(declared(Settings()))
    [example] = models.values()
    assert set(example) == set(ModelSettings.model_fields)
    assert set(example["price"]) == set(PriceSettings.model_fields)
    assert set(example["size_rule"]) == set(SizeRuleSettings.model_fields)


def test_every_kind_of_provider_has_an_example_with_what_only_it_has() -> None:
    """What all kinds have stands in the first one."""
    examples = {example["kind"]: example for example in everything()["providers"].values()}
    assert set(examples) == set(KINDS)
    for kind, example in examples.items():
        others = {field for other in KINDS.values() if other is not KINDS[kind] for field in other.model_fields}
        assert set(KINDS[kind].model_fields) - others <= set(example)
        assert set(example) <= set(KINDS[kind].model_fields)
    assert set(RemoteProviderSettings.model_fields) <= set(examples["openai"])


def test_the_examples_of_providers_load() -> None:
    """With a key, which is a secret and empty there, and sizes instead of the rule of sizes."""
    examples = everything()["providers"]
    for example in examples.values():
        for other_way in ("size_rule", "api_keys"):
            example.pop(other_way, None)
        if "api_key" in example:
            example["api_key"] = "a-key"
    assert set(Settings(providers=examples).all_providers) == set(examples)


def test_every_default_that_is_no_secret_stands_in_it() -> None:
    """What is commented out is a secret, belongs to the example of a model or provider, or is worked out where it is not set."""
    hidden = set(paths(everything())) - set(paths(tomllib.loads(EXAMPLE.read_text())))
    secrets = {
        "engine.url",
        "objects.access_key",
        "objects.secret_key",
        "openai.api_key",
        "membership.stripe_secret",
        "monitoring.sentry_dsn",
        "discord.token",
        "discord.proxy",
        "slack.bot_token",
        "slack.app_token",
        "slack.signing_secret",
        "slack.client_secret",
        "slack.token_keys",
    }
    assert {path for path in hidden if not path.startswith(("models.", "providers.", "worker.slots."))} == secrets


def test_every_group_of_lines_is_explained() -> None:
    """A comment stands before each setting, or before the group that it belongs to."""
    text = EXAMPLE.read_text()
    groups = [group.strip().splitlines() for group in text.split("\n\n") if group.strip()]
    assert [group[0] for group in groups if not group[0].startswith("# ")] == []
