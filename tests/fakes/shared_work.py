"""What takes long and is asked elsewhere, done once for all tests, or in a quicker way."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random
from unittest.mock import patch

from PIL import Image

import bot.adapters.slack.surface
import bot.app.ai_services
import bot.providers.offline.painter
from bot.adapters.slack.message_editor import SurfaceTimings
from bot.adapters.slack.uploads import UploadTimings
from bot.domain.images import Quality, Size
from bot.moderation.word_filter.lists import WordList
from bot.moderation.word_filter.matching import Matcher
from bot.providers.offline.canvas import Canvas
from bot.providers.offline.painting import STEPS
from bot.providers.offline.reading import Reading

_TILES = (64, 64)


def share_word_filters() -> None:
    """Have all houses of this process, and of those forked from it, share the word filter where they have the same lists."""
    patch.object(bot.app.ai_services, "Matcher", _build_once).start()


def _build_once(lists: Iterable[WordList]) -> Matcher:
    return _matcher_of(tuple(lists))


_matcher_of = lru_cache(maxsize=8)(Matcher)


def paint_tiles() -> None:
    """Have the offline painter paint tiles from now on: each of its pictures takes most of the time of a test that draws."""
    patch.object(bot.providers.offline.painter, "paint", paint_in_tiles).start()


def paint_in_tiles(reading: Reading, size: Size, quality: Quality, random: Random) -> Iterator[Canvas]:
    """Paint as `bot.providers.offline.painting.paint` does, in as many steps, but only tiles in any colours."""
    canvas = Canvas(size, 1, random)
    tiles = Image.frombytes("RGB", _TILES, random.randbytes(3 * _TILES[0] * _TILES[1]))
    canvas.image = tiles.resize(canvas.image.size, Image.Resampling.NEAREST)
    for _ in range(STEPS + 1):
        yield canvas


def brief_slack_timings() -> SurfaceTimings:
    """Return the usual timings, but that a file is looked for as soon as the fake Slack has it: it has them sooner than Slack."""
    return SurfaceTimings(UploadTimings(first=0.06))


def look_soon_for_files() -> None:
    """Have Slack's surface go by `brief_slack_timings` from now on."""
    patch.object(bot.adapters.slack.surface, "SurfaceTimings", brief_slack_timings).start()
