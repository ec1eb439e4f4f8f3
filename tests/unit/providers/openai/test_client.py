"""What the shared client refuses to be built with, and what it does not take from the environment."""

import pytest

from bot.errors import ConfigError
from bot.providers.openai.client import OpenAiClient, is_openai_itself


@pytest.mark.parametrize("address", ["nonsense", "ftp://host/v1", "http://", "http://[::1", "//host/v1"])
def test_an_address_that_is_none_is_a_settings_error(address: str) -> None:
    """One sentence, before anything is sent anywhere."""
    with pytest.raises(ConfigError, match="base URL"):
        OpenAiClient("sk-key", address)


@pytest.mark.parametrize("key", ["sk-“curly”", "sk a", "sk-\nb", "sk-\x00"])
def test_a_key_that_no_header_can_carry_is_a_settings_error_that_does_not_repeat_it(key: str) -> None:
    """Such keys come from copying; the HTTP library's own complaint would hold them in full."""
    with pytest.raises(ConfigError) as caught:
        OpenAiClient(key)
    assert "sk" not in str(caught.value)


async def test_the_environment_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only our settings read it."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://from.the.environment/v1")
    opened = OpenAiClient(" sk-key\n")
    client = await opened.load()
    assert (client.api_key, client.organization, client.project, client.admin_api_key) == ("sk-key", None, None, "")
    assert str(client.base_url) == "https://api.openai.com/v1/"
    await client.close()


async def test_calls_are_never_repeated_and_never_wait_for_ever() -> None:
    """The SDK would repeat paid calls on its own."""
    opened = OpenAiClient("", "http://localhost:8080/v1")
    client = await opened.load()
    assert client.max_retries == 0
    assert client.timeout is not None
    assert not isinstance(client.timeout, float)
    assert client.timeout.connect == 10
    assert None not in {client.timeout.read, client.timeout.write, client.timeout.pool}
    assert client.api_key == "none"
    await client.close()


@pytest.mark.parametrize(
    ("address", "is_it"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://res.openai.azure.com/openai/v1", False),
        ("https://api.openai.com.evil.example/v1", False),
        ("http://127.0.0.1:4000/v1", False),
    ],
)
async def test_openai_is_told_from_gateways_by_its_host(address: str | None, is_it: bool) -> None:
    """A gateway's list of models is believed less."""
    client = OpenAiClient("sk-key", address)
    assert is_openai_itself(client) is is_it
    await client.close()
