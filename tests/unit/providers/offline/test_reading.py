"""Asks what the painter understands of words."""

import pytest

from bot.providers.offline.figures.cast import BY_WORD, FIGURES
from bot.providers.offline.figures.figure import Figure, Habitat, outlines
from bot.providers.offline.palettes import PALETTES, Light
from bot.providers.offline.reading import read_prompt
from bot.providers.offline.stage import TONES
from bot.providers.offline.vocabulary import COLOURS, LIGHTS, MOODS, SCENES, SEASONS, WEATHERS, Scene, Season, Weather


@pytest.mark.parametrize(
    ("prompt", "scene"),
    [
        ("The Alps", Scene.MOUNTAINS),
        ("ocean waves", Scene.SEA),
        ("FOREST", Scene.FOREST),
        ("ｆｏｒｅｓｔ", Scene.FOREST),
        ("cities of the future", Scene.CITY),
        ("a whale deep in the sea, underwater", Scene.DEEP),
        ("a city in space", Scene.SPACE),
        ("a lighthouse", Scene.SEA),
        ("an astronaut", Scene.SPACE),
        ("jazz", Scene.SHAPES),
    ],
)
def test_words_choose_the_scene(prompt: str, scene: Scene) -> None:
    """In any case and width, in the plural too, and by where a figure is at home."""
    assert read_prompt(prompt).scene is scene


@pytest.mark.parametrize(
    ("prompt", "light"),
    [("a fox at night", Light.NIGHT), ("calm night", Light.NIGHT), ("a gentle fox", Light.DAWN), ("a storm", Light.STORM)],
)
def test_words_choose_the_light(prompt: str, light: Light) -> None:
    """A time of day goes before a mood."""
    assert read_prompt(prompt).light is light


def test_words_choose_weather_and_season() -> None:
    """A storm is rain and lightning, snow is a season too."""
    assert read_prompt("a storm").weather == {Weather.RAIN, Weather.LIGHTNING}
    assert read_prompt("a fox in the snow").weather == {Weather.SNOW}
    assert read_prompt("a fox in the snow").season is Season.WINTER
    assert read_prompt("a fox").season is Season.GREEN


def test_figures_come_on_once_in_the_order_of_the_words() -> None:
    """Three at most."""
    names = [actor.figure.name for actor in read_prompt("two foxes, a fox, a cat, wolves and a dog").actors]
    assert names == ["fox", "cat", "wolf"]


def test_a_colour_belongs_to_the_figure_after_it() -> None:
    """Or to the whole picture, where none follows."""
    fox = read_prompt("a blue fox")
    assert (fox.actors[0].coat, fox.tint) == (COLOURS["blue"], None)
    hills = read_prompt("a fox, everything purple")
    assert (hills.actors[0].coat, hills.tint) == (hills.actors[0].figure.coat, COLOURS["purple"])


@pytest.mark.parametrize("prompt", ["green hills", "white mountains", "a forest"])
def test_not_every_colour_tints_the_sky(prompt: str) -> None:
    """Green hills stand under a blue sky."""
    assert read_prompt(prompt).tint is None


def test_unknown_words_always_mean_the_same() -> None:
    """And different ones differ, somewhere."""
    prompts = ["光の中の静かな時間", "قلعة", "xyzzy", "Gerechtigkeit", "🦊🦊", "", "liberté", "Ж"]
    readings = [read_prompt(prompt) for prompt in prompts]
    assert readings == [read_prompt(prompt) for prompt in prompts]
    assert len({(reading.scene, reading.light) for reading in readings}) > 3


def test_every_word_is_one_that_can_be_typed() -> None:
    """Lower case, no spaces: whatever else stands in a table is never found."""
    words = {*BY_WORD, *SCENES, *LIGHTS, *MOODS, *SEASONS, *COLOURS}.union(*WEATHERS.values())
    assert all(word == word.casefold() and word.isalpha() for word in words)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_every_figure_can_be_drawn_and_called(figure: Figure) -> None:
    """Its tones are known, its outlines have an inside, it stands on its feet, and some word brings it on."""
    assert figure in BY_WORD.values()
    shapes = [shape for part in figure.parts for shape in outlines(part.path)]
    assert all(len(shape) > 2 for shape in shapes)
    assert {part.colour for part in figure.parts} <= {*TONES, "coat", "shade", "tint", "gloom", "steam"}
    lowest = max(y for shape in shapes for _, y in shape)
    assert lowest > 94 or figure.habitat in {Habitat.SKY, Habitat.WATER}


def test_every_light_has_a_palette() -> None:
    """Each with a sky of three colours or more."""
    assert set(PALETTES) == set(Light)
    assert all(len(palette.sky) >= 3 for palettes in PALETTES.values() for palette in palettes)
