"""Every figure there is, by name and by the words that call it."""

from bot.providers.offline.figures import animals, people, things, wild_animals
from bot.providers.offline.figures.figure import Figure

FIGURES: tuple[Figure, ...] = (*animals.FIGURES, *wild_animals.FIGURES, *things.FIGURES, *people.FIGURES)

BY_WORD: dict[str, Figure] = {word: figure for figure in reversed(FIGURES) for word in figure.words.split()}
