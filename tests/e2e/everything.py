"""Importing this imports all of easel, so that processes forked afterwards need not."""

import gc
import importlib
import pkgutil

import bot
import storage
from bot.app.ai_services import build_matcher
from bot.config import Settings
from tests.fakes.shared_work import look_soon_for_files, paint_tiles, share_word_filters

_WHEN_NEEDED = (
    "aiofiles",
    "anyio._backends._asyncio",
    "asyncpg",
    "boto3.s3.inject",
    "docket.tasks",
    "httpcore2",
    "openai.resources.chat.completions",
    "openai.resources.images",
    "openai.resources.models",
    "openai.resources.moderations",
    "openai.resources.responses",
    "pydantic.v1",
    "rich._emoji_codes",
    "s3transfer.manager",
    "slack_bolt.listener_matcher.async_builtins",
    "truststore",
    "typer._adapters",
    "typer._click.decorators",
    "uvicorn.lifespan.off",
)
"""What easel or its packages only import where it is needed, which most of the processes do."""

gc.disable()  # as at a start
for _package in (bot, storage):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if not _module.name.endswith((".__main__", ".migrations.env")):  # those act when they are imported
            importlib.import_module(_module.name)
for _name in _WHEN_NEEDED:
    importlib.import_module(_name)

# What most of them would do again.
share_word_filters()
build_matcher(Settings())
paint_tiles()
look_soon_for_files()

# What is there already is not gone through by the garbage collections of each of them, nor copied for that.
gc.collect()
gc.freeze()
gc.enable()
