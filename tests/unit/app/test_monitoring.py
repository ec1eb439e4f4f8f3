"""Does a process open what it was asked for, and say in one sentence what is missing for that?"""

import logging
import sys
from typing import Any

import pytest

from bot.app.monitoring import open_monitoring
from bot.app.roles import Role
from bot.config import Settings
from bot.config.monitoring_settings import MonitoringSettings
from bot.errors import ConfigError


async def test_by_default_nothing_is_watched_and_nothing_imported() -> None:
    """What nobody reads costs nothing, at the start least of all."""
    before = set(sys.modules)
    async with open_monitoring(Settings(), Role.ALL, has_metrics=False) as monitoring:
        assert monitoring.metrics is None
    new = set(sys.modules) - before
    assert [name for name in new if name.partition(".")[0] in {"prometheus_client", "opentelemetry", "sentry_sdk"}] == []


@pytest.mark.parametrize(
    ("package", "chosen", "extra"),
    [
        ("opentelemetry.sdk.trace", MonitoringSettings(otlp_url="http://127.0.0.1:4318"), "easel[otel]"),
        ("sentry_sdk", MonitoringSettings(sentry_dsn="https://1@sentry.example.org/1"), "easel[sentry]"),  # type: ignore[arg-type]  # it is read as a secret
    ],
)
async def test_a_missing_extra_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, package: str, chosen: Any, extra: str
) -> None:
    """One sentence, before anything else happens."""
    for name in [
        name for name in sys.modules if name.startswith(("bot.adapters.monitoring.tracing", "bot.adapters.monitoring.error"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError, match="pip install") as caught:
        async with open_monitoring(Settings(monitoring=chosen), Role.WEB, has_metrics=False):
            pass
    assert extra in caught.value.user_text


async def test_a_dsn_that_is_none_is_a_mistake_in_the_settings() -> None:
    """And it is a secret: the sentence does not repeat it."""
    pytest.importorskip("sentry_sdk", reason="needs easel[sentry]")
    settings = Settings(monitoring=MonitoringSettings(sentry_dsn="nonsense"))  # type: ignore[arg-type]  # it is read as a secret
    with pytest.raises(ConfigError, match="sentry_dsn") as caught:
        async with open_monitoring(settings, Role.WEB, has_metrics=False):
            pass
    assert "nonsense" not in caught.value.user_text


async def test_reports_end_with_the_process() -> None:
    """The next one in the same interpreter, a test's say, reports nothing of this one's."""
    pytest.importorskip("sentry_sdk", reason="needs easel[sentry]")
    before = list(logging.getLogger().handlers)
    settings = Settings(monitoring=MonitoringSettings(sentry_dsn="https://1@127.0.0.1:9/1"))  # type: ignore[arg-type]  # it is read as a secret
    async with open_monitoring(settings, Role.WEB, has_metrics=False):
        assert len(logging.getLogger().handlers) == len(before) + 1
    assert logging.getLogger().handlers == before
