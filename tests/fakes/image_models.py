"""Image models on offer, for tests that are not about them."""

from bot.domain.image_models import ImageModelOffer, ImageModels

ONE_MODEL = ImageModels((ImageModelOffer(name="painter", model="painter-1"),))
"""One that everybody may use and that counts as usual."""
