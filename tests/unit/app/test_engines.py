"""Which engine do the settings give, and what is said where it cannot be had?"""

import sys
from pathlib import Path

import pytest

from bot.app.engines import open_engine
from bot.config import Settings
from bot.errors import ConfigError
from storage.engines.local import LocalEngine
from storage.events.local import LocalEvents
from tests.fakes.clock import StoppedClock


async def test_without_an_address_jobs_stay_in_this_process(tmp_path: Path) -> None:
    """And nothing of any broker is loaded."""
    before = set(sys.modules)
    async with open_engine(Settings(data_dir=tmp_path), StoppedClock(), LocalEvents()) as engine:
        assert isinstance(engine, LocalEngine)
    assert not {
        name for name in set(sys.modules) - before if name.partition(".")[0] in {"redis", "docket", "aio_pika", "aiokafka"}
    }


@pytest.mark.parametrize(
    ("scheme", "package", "module", "extra"),
    [
        ("redis", "docket", "storage.engines.docket", "redis"),
        ("amqps", "aio_pika", "storage.engines.amqp", "rabbitmq"),
        ("kafka", "aiokafka", "storage.engines.kafka", "kafka"),
    ],
)
async def test_a_missing_package_is_named_with_how_to_install_it(
    scheme: str, package: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And never with the password of the address."""
    monkeypatch.setitem(sys.modules, package, None)
    for name in (module, "storage.engines.amqp_session", "storage.engines.kafka_reader", "storage.rabbitmq", "storage.kafka"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    name = "" if scheme == "kafka" else ":very-secret-indeed@"
    url = f"{scheme}://{name}broker.example.org"
    settings = Settings.model_validate({"data_dir": tmp_path, "engine": {"url": url}})
    with pytest.raises(ConfigError, match=rf"pip install easel\[{extra}\]") as refusal:
        async with open_engine(settings, StoppedClock(), LocalEvents()):
            pass
    assert "very-secret" not in f"{refusal.value.user_text} {settings!r}"
