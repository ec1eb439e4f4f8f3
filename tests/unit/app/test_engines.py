"""Which engine do the settings give, and what is said where it cannot be had?"""

import sys
from pathlib import Path

import pytest

from bot.app.engines import open_engine
from bot.config import Settings
from bot.errors import ConfigError
from storage.engines.local import LocalEngine
from tests.fakes.clock import StoppedClock

SHARED = {"engine": {"url": "redis://:very-secret-indeed@redis.example.org"}}


async def test_without_an_address_jobs_stay_in_this_process(tmp_path: Path) -> None:
    """And nothing of Redis is loaded."""
    before = set(sys.modules)
    async with open_engine(Settings(data_dir=tmp_path), StoppedClock()) as engine:
        assert isinstance(engine, LocalEngine)
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] in {"redis", "docket"}}


async def test_a_missing_package_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And never with the password of the address."""
    monkeypatch.setitem(sys.modules, "docket", None)
    monkeypatch.delitem(sys.modules, "storage.engines.docket", raising=False)
    settings = Settings.model_validate({"data_dir": tmp_path, **SHARED})
    with pytest.raises(ConfigError, match=r"pip install easel\[redis\]") as refusal:
        async with open_engine(settings, StoppedClock()):
            pass
    assert "very-secret" not in f"{refusal.value.user_text} {settings!r}"
