"""What the painter makes of a prompt: a scene, its light and weather, and who is in it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from random import Random
from typing import TypeVar

from bot.providers.offline.colours import Colour
from bot.providers.offline.figures.cast import BY_WORD
from bot.providers.offline.figures.figure import Figure
from bot.providers.offline.palettes import Light
from bot.providers.offline.vocabulary import COLOURS, LIGHTS, MOODS, SCENES, SEASONS, WEATHERS, Scene, Season, Weather

Meaning = TypeVar("Meaning")

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 400
_MOST_ACTORS = 3
_PRETTY = (Light.SUNSET, Light.DAWN, Light.DAY, Light.DUSK, Light.NIGHT, Light.SUNSET)
_GREEN = {Scene.MOUNTAINS, Scene.HILLS, Scene.FOREST, Scene.MEADOW}
_COLD = (Light.DAWN, Light.DUSK, Light.DAY, Light.DAWN, Light.NIGHT)
_ANYWHERE = (Scene.MOUNTAINS, Scene.HILLS, Scene.SEA, Scene.FOREST, Scene.SHAPES, Scene.MEADOW, Scene.DESERT, Scene.SHAPES)


_KNOWN = frozenset().union(BY_WORD, SCENES, LIGHTS, MOODS, SEASONS, *WEATHERS.values())


@dataclass(frozen=True, slots=True)
class PlacedFigure:
    """A figure in the picture, in its own colour or the one that the words gave it."""

    figure: Figure
    coat: Colour


@dataclass(frozen=True, slots=True)
class Reading:
    """What to paint. The same words always give the same reading; `tint` is a colour that the words give to everything."""

    scene: Scene
    light: Light
    weather: frozenset[Weather]
    season: Season
    tint: Colour | None
    actors: tuple[PlacedFigure, ...]


def read_prompt(prompt: str) -> Reading:
    """Find the known words, and let the words as a whole decide what they do not say."""
    words = [_singular(word) for word in _WORD.findall(unicodedata.normalize("NFKC", prompt).casefold())[:_MOST_WORDS]]
    chance = Random(sha256(prompt.encode("utf-8", "surrogatepass")).digest())  # noqa: S311 -- the same words must give the same
    actors = _actors(words)
    scene = _scene(words) or chance.choice(actors[0].figure.homes if actors else _ANYWHERE)
    season = _first(words, SEASONS) or Season.GREEN
    return Reading(
        scene=scene,
        light=_first(words, LIGHTS) or _first(words, MOODS) or chance.choice(_usual_lights(scene, season)),
        weather=frozenset(weather for weather, names in WEATHERS.items() if not names.isdisjoint(words)),
        season=season,
        tint=_tint(words),
        actors=actors,
    )


def _scene(words: list[str]) -> Scene | None:
    """Return the first scene that is named; under water and among the stars everything else is only scenery."""
    named = [SCENES[word] for word in words if word in SCENES]
    return next((scene for scene in (Scene.DEEP, Scene.SPACE) if scene in named), named[0] if named else None)


def _usual_lights(scene: Scene, season: Season) -> tuple[Light, ...]:
    """Return the lights to choose from where the words name none."""
    if scene is Scene.SPACE:
        return (Light.NIGHT,)
    return _COLD if season is Season.WINTER else _PRETTY


def _singular(word: str) -> str:
    """Return the word as the tables have it: `foxes` is a fox, `wolves` a wolf, `glass` stays glass."""
    for ending, stem in (("ves", "f"), ("ies", "y"), ("es", ""), ("s", "")):
        singular = word.removesuffix(ending) + stem
        if word.endswith(ending) and _is_known(singular):
            return singular
    return word


def _is_known(word: str) -> bool:
    return word in _KNOWN


def _first(words: Iterable[str], table: Mapping[str, Meaning]) -> Meaning | None:
    return next((table[word] for word in words if word in table), None)


def _actors(words: list[str]) -> tuple[PlacedFigure, ...]:
    """Return each figure once, in the order of the words; a colour just before its word becomes its coat."""
    actors: dict[str, PlacedFigure] = {}
    for before, word in zip(["", *words], words, strict=False):
        figure = BY_WORD.get(word)
        if figure is not None and figure.name not in actors:
            actors[figure.name] = PlacedFigure(figure, COLOURS.get(before, figure.coat))
    return tuple(actors.values())[:_MOST_ACTORS]


def _tint(words: list[str]) -> Colour | None:
    """Return the first colour that does not belong to a figure; white is no tint, nor is green where only the land is green."""
    pairs = zip_longest(words, words[1:], fillvalue="")
    loose = [word for word, after in pairs if after not in BY_WORD and not (word == "green" and SCENES.get(after) in _GREEN)]
    return next((COLOURS[word] for word in loose if word in COLOURS and word != "white"), None)
