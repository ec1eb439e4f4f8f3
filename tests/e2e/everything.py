"""Importing this imports all of easel, so that processes forked afterwards need not."""

import gc
import importlib
import pkgutil

import bot
import storage
from bot.app.ai_services import build_matcher
from bot.config import Settings
from tests.fakes.shared_work import paint_tiles, share_word_filters

gc.disable()  # as at a start
for _package in (bot, storage):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        if not _module.name.endswith((".__main__", ".migrations.env")):  # those act when they are imported
            importlib.import_module(_module.name)

# What most of them would do again.
share_word_filters()
build_matcher(Settings())
paint_tiles()

# What is there already is not gone through by the garbage collections of each of them, nor copied for that.
gc.collect()
gc.freeze()
gc.enable()
