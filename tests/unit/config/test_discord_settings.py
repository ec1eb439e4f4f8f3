"""Are mistakes in `[discord]` named before anything is started?"""

from pathlib import Path

import pytest

from bot.config import load
from bot.errors import ConfigError


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("shard_ids = [1]", "each of them is below shard_count"),
        ("shard_count = 0\nshard_ids = [0]", "shard_ids needs shard_count"),
        ("gateway = false", "gateway = false needs public_key"),
        ('public_key = "xyz"', "64 letters and digits"),
        ('pictures = "link"', "needs .web. public_url or .objects. public_url"),
        ('pictures = "link"\n[web]\npublic_url = "http://easel.example"', "begin with https://"),
        ('pictures = "link"\n[web]\npublic_url = "https://localhost"', "begin with https://"),
        ('gateway_url = "https://x.example"', "must begin with wss://"),
        ('proxy = "proxy.example:3128"', "discord.*proxy.*must be an address that begins with http://"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, lines: str, sentence: str) -> None:
    """In one sentence that names the setting."""
    file = tmp_path / "config.toml"
    file.write_text(f"[discord]\n{lines}\n")
    with pytest.raises(ConfigError, match=sentence):
        load(file, environ={})


def test_what_goes_together_is_taken(tmp_path: Path) -> None:
    """Two of four shards, and HTTP."""
    file = tmp_path / "config.toml"
    file.write_text(f'[discord]\nshard_count = 4\nshard_ids = [2, 3]\npublic_key = "{"A" * 64}"\ngateway = false\n')
    assert load(file, environ={}).discord.shard_ids == (2, 3)
