"""What people say about a picture without wanting anything of it."""

import re

_SAID = """
    amazing awesome beautiful brilliant cool cute fantastic gorgeous great haha hahaha incredible is it it's lol love lovely
    loving much nice ok okay omg perfect pretty really so stunning such thank thanks that that's this thx ty very wonderful wow
    yay yes you
    danke das dir echt großartig hübsch ist ja klasse mega schön sehr super toll vielen wunderschön
    beau belle bravo c'est génial j'adore joli jolie magnifique merci oui parfait trop très
    bonita bonito encanta genial gracias hermosa hermoso increíble me muchas muy perfecto precioso qué sí
"""
"""Words of applause and thanks, and those that stand between them, in the languages that easel speaks."""

_WORDS = frozenset(_SAID.split())
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def is_remark(words: str) -> bool:
    """Whether words are only thanks or praise: signs and faces, or no word that could say what to draw."""
    spoken = _WORD.findall(words.casefold().replace("’", "'"))
    return bool(words.strip()) and all(word in _WORDS for word in spoken)
