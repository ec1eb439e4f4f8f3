"""The light of a picture, and the colours that come with it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

from bot.providers.offline.colours import WHITE, Colour, hue_of, mix, saturation_of, tone, under


class Light(StrEnum):
    """The time of day, or what stands for it."""

    DAWN = "dawn"
    DAY = "day"
    SUNSET = "sunset"
    DUSK = "dusk"
    NIGHT = "night"
    STORM = "storm"


_BRIGHT = 200


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one light.

    `sky` runs from the zenith to the horizon; `lamp` is the sun's or moon's
    own colour and `halo` what it throws around itself; `ambient` is the light
    on things, `shade` the darkest place, `accent` what draws the eye; `gloom`
    is how much of the shade lies on near things, from 0 to 1.
    """

    sky: tuple[Colour, ...]
    lamp: Colour
    halo: Colour
    ambient: Colour
    shade: Colour
    accent: Colour
    gloom: float = 0.15
    is_dark: bool = False

    @property
    def haze(self) -> Colour:
        """The brightest air, just over the horizon."""
        return self.sky[-1]

    @property
    def air(self) -> Colour:
        """What far things fade into: darker than the sky behind them, so that they stand out."""
        return mix(self.sky[-2], self.sky[1], 0.4)

    def lit(self, colour: Colour, distance: float) -> Colour:
        """Return a thing's colour under this light, so far away: 0 is here, 1 is the horizon; bright things darken less."""
        is_bright = min(colour) > _BRIGHT
        ambient = mix(self.ambient, WHITE, 0.35) if is_bright else self.ambient
        gloom = self.gloom * (1 - distance) * (0.3 if is_bright else 1)
        return mix(mix(under(ambient, colour), self.shade, gloom), self.air, distance)

    def fresh(self, colour: Colour, distance: float) -> Colour:
        """Return the colour of something that should stay itself in any light: a figure, a flower."""
        return mix(under(mix(self.ambient, WHITE, 0.45), colour), self.air, distance)

    def water(self, depth: float) -> Colour:
        """Return the water's colour from the horizon (0) to the shore (1)."""
        return mix(mix(self.haze, self.sky[1], 0.45), mix(self.sky[0], self.shade, 0.35), depth)


PALETTES: dict[Light, tuple[Palette, ...]] = {
    Light.DAWN: (
        Palette(
            sky=((104, 118, 168), (196, 158, 182), (247, 192, 168), (255, 228, 190)),
            lamp=(255, 246, 222),
            halo=(255, 226, 180),
            ambient=(232, 206, 214),
            shade=(62, 52, 92),
            accent=(240, 118, 104),
            gloom=0.3,
        ),
        Palette(
            sky=((86, 134, 160), (150, 190, 190), (236, 212, 178), (255, 236, 204)),
            lamp=(255, 250, 228),
            halo=(255, 238, 190),
            ambient=(226, 218, 206),
            shade=(36, 66, 82),
            accent=(236, 130, 92),
            gloom=0.3,
        ),
    ),
    Light.DAY: (
        Palette(
            sky=((52, 126, 196), (112, 178, 222), (186, 220, 232), (240, 240, 222)),
            lamp=(255, 252, 232),
            halo=(255, 246, 208),
            ambient=(250, 248, 238),
            shade=(26, 66, 88),
            accent=(238, 96, 72),
        ),
        Palette(
            sky=((44, 148, 178), (112, 196, 202), (188, 226, 214), (248, 240, 210)),
            lamp=(255, 250, 220),
            halo=(255, 244, 196),
            ambient=(252, 246, 228),
            shade=(18, 74, 86),
            accent=(244, 122, 66),
        ),
    ),
    Light.SUNSET: (
        Palette(
            sky=((46, 36, 92), (142, 56, 112), (232, 98, 92), (255, 178, 96), (255, 220, 142)),
            lamp=(255, 240, 190),
            halo=(255, 196, 110),
            ambient=(236, 150, 138),
            shade=(38, 18, 54),
            accent=(255, 206, 108),
            gloom=0.68,
        ),
        Palette(
            sky=((24, 66, 104), (88, 118, 138), (222, 146, 112), (252, 184, 110), (255, 222, 150)),
            lamp=(255, 244, 204),
            halo=(255, 208, 130),
            ambient=(230, 172, 140),
            shade=(20, 38, 58),
            accent=(250, 120, 76),
            gloom=0.68,
        ),
        Palette(
            sky=((92, 34, 62), (178, 54, 62), (238, 104, 68), (255, 164, 84), (255, 212, 130)),
            lamp=(255, 238, 184),
            halo=(255, 190, 96),
            ambient=(240, 138, 130),
            shade=(60, 16, 58),
            accent=(255, 214, 120),
            gloom=0.68,
        ),
    ),
    Light.DUSK: (
        Palette(
            sky=((26, 24, 72), (70, 54, 128), (156, 92, 156), (236, 142, 152), (255, 192, 164)),
            lamp=(255, 232, 214),
            halo=(255, 178, 170),
            ambient=(186, 146, 190),
            shade=(24, 16, 54),
            accent=(255, 190, 120),
            gloom=0.45,
            is_dark=True,
        ),
        Palette(
            sky=((14, 40, 76), (34, 84, 116), (98, 138, 150), (204, 170, 160), (250, 196, 160)),
            lamp=(255, 236, 210),
            halo=(255, 200, 164),
            ambient=(160, 170, 180),
            shade=(10, 26, 50),
            accent=(255, 170, 100),
            gloom=0.45,
            is_dark=True,
        ),
    ),
    Light.NIGHT: (
        Palette(
            sky=((8, 12, 38), (16, 28, 72), (36, 60, 116), (88, 118, 168)),
            lamp=(250, 246, 224),
            halo=(176, 200, 240),
            ambient=(104, 124, 178),
            shade=(6, 10, 32),
            accent=(255, 206, 110),
            gloom=0.38,
            is_dark=True,
        ),
        Palette(
            sky=((12, 10, 40), (36, 24, 80), (72, 52, 128), (132, 104, 176)),
            lamp=(255, 240, 228),
            halo=(206, 180, 244),
            ambient=(126, 112, 180),
            shade=(12, 8, 36),
            accent=(255, 190, 128),
            gloom=0.38,
            is_dark=True,
        ),
        Palette(
            sky=((4, 22, 38), (8, 48, 70), (22, 88, 104), (84, 150, 148)),
            lamp=(248, 250, 230),
            halo=(170, 226, 220),
            ambient=(92, 148, 158),
            shade=(4, 18, 32),
            accent=(255, 204, 120),
            gloom=0.38,
            is_dark=True,
        ),
    ),
    Light.STORM: (
        Palette(
            sky=((30, 36, 52), (58, 70, 88), (104, 118, 132), (172, 178, 174)),
            lamp=(236, 240, 236),
            halo=(206, 214, 214),
            ambient=(142, 154, 170),
            shade=(16, 22, 36),
            accent=(255, 214, 120),
            gloom=0.45,
            is_dark=True,
        ),
        Palette(
            sky=((38, 32, 58), (74, 64, 98), (124, 108, 132), (196, 174, 166)),
            lamp=(246, 236, 230),
            halo=(222, 204, 204),
            ambient=(158, 146, 170),
            shade=(22, 16, 40),
            accent=(255, 198, 120),
            gloom=0.45,
            is_dark=True,
        ),
    ),
}


def palette_for(light: Light, tint: Colour | None, choice: Random) -> Palette:
    """Choose a palette of the light; a tint turns all of it towards one colour."""
    palette = choice.choice(PALETTES[light])
    return palette if tint is None else _tinted(palette, tint)


def _tinted(palette: Palette, tint: Colour) -> Palette:
    """Keep how bright each colour is and give it the tint's hue, a little to either side of it as the sky falls."""
    hue, strength = hue_of(tint), saturation_of(tint)
    last = len(palette.sky) - 1
    sky = tuple(_turned(colour, hue - 14 + 34 * step / last, strength, 0.85) for step, colour in enumerate(palette.sky))
    return replace(
        palette,
        sky=sky,
        lamp=mix(palette.lamp, WHITE, 0.3),
        halo=_turned(palette.halo, hue + 20, strength, 0.7),
        ambient=_turned(palette.ambient, hue, strength, 0.55),
        shade=_turned(palette.shade, hue - 14, strength, 0.8),
        accent=mix(palette.accent, tone(hue + 165, 0.6 * strength, 1.0), 0.5),
    )


def _turned(colour: Colour, hue: float, strength: float, share: float) -> Colour:
    """Return a colour of another hue that is as bright."""
    brightness = max(colour) / 255
    saturation = strength * (0.25 + 0.75 * saturation_of(colour) if strength else 0)
    return mix(colour, tone(hue, min(0.92, saturation + 0.15 * strength), brightness), share)
