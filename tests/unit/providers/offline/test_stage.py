"""Asks whether figures come on where they belong, once, and are seen there."""

from dataclasses import replace
from random import Random

import pytest
from PIL import ImageChops

from bot.domain.images import Size
from bot.providers.offline.canvas import Canvas
from bot.providers.offline.figures.cast import BY_WORD, FIGURES
from bot.providers.offline.figures.figure import Figure, Habitat
from bot.providers.offline.palettes import PALETTES, Light
from bot.providers.offline.reading import PlacedFigure, read_prompt
from bot.providers.offline.stage import Stage
from bot.providers.offline.terrain import flat
from bot.providers.offline.view import View

GROUND = (120, 130, 140)


def a_view(*figures: Figure, light: Light = Light.DAY) -> View:
    """Return a plain grey canvas, and those figures waiting."""
    canvas = Canvas(Size(120, 120), 2, Random(3))  # noqa: S311 - chance for pictures
    canvas.wash((GROUND,))
    actors = tuple(PlacedFigure(figure, figure.coat) for figure in figures)
    return View(canvas, PALETTES[light][0], replace(read_prompt(""), actors=actors), (0.2, 0.2))


def painted(view: View) -> tuple[int, int, int, int] | None:
    """Return the box of what is not plain any more."""
    with view.canvas.image.copy() as plain:
        plain.paste(GROUND, (0, 0, plain.width, plain.height))
        return ImageChops.difference(view.canvas.image, plain).getbbox()


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
@pytest.mark.parametrize("light", [Light.DAY, Light.NIGHT])
def test_every_figure_is_seen_at_its_place(figure: Figure, light: Light) -> None:
    """Above its foot, and about as tall as it says."""
    view = a_view(figure, light=light)
    Stage(view, is_afloat=True).enter(set(Habitat), flat(0.9), middle=0.5, scale=1, distance=0)
    box = painted(view)
    assert box is not None
    assert box[1] < 0.9 * 120 - figure.tall * 120 * 0.7
    assert box[0] < 60 < box[2]


def test_a_figure_comes_on_once() -> None:
    """Whoever has been seen is not expected any more."""
    view = a_view(BY_WORD["fox"])
    stage = Stage(view, is_afloat=False)
    assert stage.expects(Habitat.GROUND, Habitat.SKY)
    stage.enter({Habitat.SKY}, flat(0.5), middle=0.5, scale=1, distance=0)
    assert painted(view) is None
    stage.enter({Habitat.GROUND}, flat(0.5), middle=0.5, scale=1, distance=0)
    assert not stage.expects(*Habitat)
    before = view.canvas.image.tobytes()
    stage.enter({Habitat.GROUND}, flat(0.9), middle=0.5, scale=1, distance=0)
    assert view.canvas.image.tobytes() == before


def test_what_floats_shows_nothing_under_water() -> None:
    """A boat's hull ends at the line; only a faint image of it hangs beneath, which a boat on land does not have."""
    boat = BY_WORD["boat"]
    boxes = []
    for is_afloat in (True, False):
        view = a_view(boat)
        Stage(view, is_afloat=is_afloat).enter({Habitat.WATER}, flat(0.6), middle=0.5, scale=1, distance=0)
        boxes.append(painted(view))
    afloat, ashore = boxes
    assert afloat is not None
    assert ashore is not None
    assert afloat[3] > ashore[3] > 0.6 * 120


def test_two_who_come_one_after_the_other_keep_apart() -> None:
    """The second goes to the other side."""
    view = a_view(BY_WORD["lighthouse"], BY_WORD["cactus"])
    stage = Stage(view, is_afloat=False)
    stage.enter({Habitat.LANDMARK}, flat(0.9), middle=0.3, scale=0.5, distance=0)
    first = painted(view)
    stage.enter({Habitat.GROUND}, flat(0.9), middle=0.35, scale=0.5, distance=0)
    both = painted(view)
    assert first is not None
    assert both is not None
    assert first[2] < 60 < both[2]
