"""Does the doctor go on hearing answers while it loads what the vendors wrote?"""

import asyncio
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

WATCH = """
import asyncio, sys, threading
from bot.config import load
from bot.doctor import examine

loaded = {}

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in {"discord", "slack_bolt", "openai", "aioboto3"}:
            loaded[name] = "here" if threading.current_thread() is threading.main_thread() else "beside"

sys.meta_path.insert(0, Watch())
asyncio.run(examine(load()))
print(*(f"{name}={where}" for name, where in sorted(loaded.items())))
"""
ENVIRON = {
    "OPENAI_API_KEY": "sk-test",
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "DISCORD_TOKEN": "token",
    "EASEL_DISCORD__API_URL": "http://127.0.0.1:1/api/v10",
    "EASEL_DISCORD__GATEWAY_URL": "ws://127.0.0.1:1",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "EASEL_SLACK__API_URL": "http://127.0.0.1:1/api",
    "EASEL_OBJECTS__URL": "s3://nobody",
    "EASEL_OBJECTS__ENDPOINT_URL": "http://127.0.0.1:1",
    "EASEL_OBJECTS__ACCESS_KEY": "test",
    "EASEL_OBJECTS__SECRET_KEY": "test",
}


@pytest.mark.needs("s3")
async def test_vendors_are_loaded_beside_the_loop(tmp_path: Path) -> None:
    """On a slow machine that takes longer than PostgreSQL has for an answer, and it would be found to be away."""
    environ = {"PYTHONPATH": str(Path(__file__).parents[2]), "EASEL_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", **ENVIRON}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WATCH, cwd=tmp_path, env=environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().splitlines()[-1] == "aioboto3=beside discord=beside openai=beside slack_bolt=beside"
