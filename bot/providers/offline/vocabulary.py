"""What words mean to the painter: places, lights, moods, weathers, seasons and colours.

A plural is looked up by its singular, so the tables hold singulars only.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from bot.providers.offline.colours import Colour
from bot.providers.offline.palettes import Light

Meaning = TypeVar("Meaning")


class Scene(StrEnum):
    """The kinds of picture that can be painted."""

    MOUNTAINS = "mountains"
    HILLS = "hills"
    SEA = "sea"
    FOREST = "forest"
    CITY = "city"
    DESERT = "desert"
    SPACE = "space"
    MEADOW = "meadow"
    DEEP = "deep"
    TABLE = "table"
    SHAPES = "shapes"


class Weather(StrEnum):
    """What the sky does."""

    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    LIGHTNING = "lightning"
    CLOUDS = "clouds"
    AURORA = "aurora"
    RAINBOW = "rainbow"


class Season(StrEnum):
    """What covers the land."""

    GREEN = "green"
    AUTUMN = "autumn"
    WINTER = "winter"
    BLOSSOM = "blossom"


def by_word(table: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """Turn a table from meaning to its words into one from word to meaning; the first to name a word has it."""
    return {word: meaning for meaning, words in reversed(list(table.items())) for word in words.split()}


SCENES: dict[str, Scene] = by_word(
    {
        Scene.MOUNTAINS: (
            "mountain alp alpine peak summit cliff himalaya volcano lake river glacier fjord everest fuji valley canyon rock"
        ),
        Scene.HILLS: ("hill countryside farm village country field pasture road path land landscape vineyard home cottage"),
        Scene.SEA: (
            "sea ocean coast beach shore harbour harbor bay island wave sail sailing pirate port surf surfer tide lagoon"
        ),
        Scene.FOREST: "forest wood woodland jungle rainforest taiga grove woods elf fairy",
        Scene.CITY: (
            "city town street skyline metropolis downtown urban tokyo york london paris berlin venice rome "
            "istanbul amsterdam neon cyberpunk traffic rooftop alley futuristic skyscraper"
        ),
        Scene.DESERT: "desert dune sand sahara egypt arizona mars oasis mesa",
        Scene.SPACE: (
            "space galaxy cosmos cosmic planet universe nebula orbit orbital saturn jupiter asteroid interstellar "
            "spaceship constellation alien satellite"
        ),
        Scene.MEADOW: (
            "meadow garden flower lavender tulip sunflower poppy rose lily blossoming daisy wildflower grass prairie park "
            "picnic bee spring"
        ),
        Scene.DEEP: "underwater reef coral aquarium seabed mermaid submarine abyss diver",
        Scene.TABLE: "table library cozy cosy kitchen still desk bread lamp window room interior bowl plate shelf office bedroom",
        Scene.SHAPES: (
            "abstract geometric pattern shape bauhaus minimal logo icon circle triangle square music jazz idea dream love "
            "time mathematics poster wallpaper chaos harmony"
        ),
    }
)

LIGHTS: dict[str, Light] = by_word(
    {
        Light.DAWN: "dawn sunrise morning early",
        Light.DAY: "day noon daylight sunny summer midday sunshine afternoon",
        Light.SUNSET: "sunset evening",
        Light.DUSK: "dusk twilight",
        Light.NIGHT: (
            "night midnight moon moonlit moonlight star starry nocturnal aurora northern borealis firefly haunted halloween"
        ),
        Light.STORM: "storm stormy thunder thunderstorm lightning tempest rain rainy raining hurricane",
    }
)

MOODS: dict[str, Light] = by_word(
    {
        Light.DAWN: "spring misty pastel dreamy soft gentle calm peaceful serene cute baby",
        Light.DAY: "bright cheerful happy playful fresh tropical fun",
        Light.SUNSET: "golden warm romantic amber fire fiery epic dramatic autumn",
        Light.DUSK: "magic magical mystical enchanted neon mysterious lantern surreal fantasy lonely",
        Light.NIGHT: "dark darkness spooky scary cosmic sleeping dream",
        Light.STORM: "gloomy moody noir melancholy sad angry",
    }
)

WEATHERS: dict[Weather, frozenset[str]] = {
    weather: frozenset(words.split())
    for weather, words in {
        Weather.RAIN: "rain rainy raining drizzle umbrella monsoon storm stormy thunderstorm tempest hurricane",
        Weather.SNOW: "snow snowy snowing snowfall blizzard winter christmas xmas snowflake flurry",
        Weather.FOG: "fog foggy mist misty haze hazy",
        Weather.LIGHTNING: "lightning thunder thunderstorm storm stormy tempest",
        Weather.CLOUDS: "cloud cloudy overcast balloon airplane sky flying",
        Weather.AURORA: "aurora borealis northern polar",
        Weather.RAINBOW: "rainbow",
    }.items()
}

SEASONS: dict[str, Season] = by_word(
    {
        Season.GREEN: "summer green spring lush",
        Season.AUTUMN: "autumn autumnal october november harvest halloween maple fallen",
        Season.WINTER: (
            "winter snow snowy ice icy frozen frost frosty cold arctic polar christmas xmas antarctic blizzard penguin"
        ),
        Season.BLOSSOM: "blossom cherry sakura spring easter",
    }
)

COLOURS: dict[str, Colour] = {
    "red": (206, 54, 52),
    "crimson": (176, 28, 58),
    "scarlet": (216, 44, 36),
    "ruby": (176, 24, 74),
    "orange": (240, 136, 44),
    "rust": (176, 84, 44),
    "copper": (192, 112, 68),
    "yellow": (246, 204, 68),
    "gold": (232, 184, 72),
    "golden": (232, 184, 72),
    "green": (84, 158, 92),
    "emerald": (24, 148, 104),
    "olive": (132, 136, 64),
    "mint": (140, 212, 180),
    "teal": (28, 140, 144),
    "turquoise": (52, 190, 184),
    "cyan": (64, 196, 220),
    "blue": (58, 112, 204),
    "navy": (34, 52, 112),
    "indigo": (70, 60, 160),
    "azure": (70, 150, 230),
    "purple": (128, 74, 168),
    "violet": (146, 92, 196),
    "lavender": (176, 152, 220),
    "lilac": (190, 158, 214),
    "magenta": (206, 60, 150),
    "pink": (240, 140, 176),
    "rose": (222, 104, 128),
    "peach": (250, 178, 140),
    "brown": (134, 88, 58),
    "beige": (222, 200, 164),
    "white": (244, 244, 240),
    "silver": (196, 202, 212),
    "grey": (138, 142, 150),
    "gray": (138, 142, 150),
    "black": (44, 44, 44),
}
