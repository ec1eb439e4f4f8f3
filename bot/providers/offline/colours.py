"""Colours as red, green and blue from 0 to 255, and how they mix."""

import colorsys

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two: `share` is how much of the second is in it."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def under(light: Colour, colour: Colour) -> Colour:
    """Return a thing's colour as it looks under a coloured light; white light changes nothing."""
    return (light[0] * colour[0] // 255, light[1] * colour[1] // 255, light[2] * colour[2] // 255)


def tone(hue: float, saturation: float, brightness: float) -> Colour:
    """Return a colour from a hue in degrees, and a saturation and brightness from 0 to 1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 360 / 360, saturation, brightness)
    return (round(red * 255), round(green * 255), round(blue * 255))


def hue_of(colour: Colour) -> float:
    """Return a colour's hue in degrees."""
    red, green, blue = colour
    return colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)[0] * 360


def saturation_of(colour: Colour) -> float:
    """Return how far a colour is from grey, from 0 to 1."""
    red, green, blue = colour
    return colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)[1]
