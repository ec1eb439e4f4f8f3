"""Colours of pictures, as Pillow reads them."""

from PIL import Image


def convert_mode(image: Image.Image, mode: str) -> Image.Image:
    """Return the picture in another mode of Pillow's that has eight bits a channel."""
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own `convert` cuts off what is brighter than 255, so all is white
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert(mode)
