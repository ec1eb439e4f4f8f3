"""Asks whether the plain rewriter leaves words alone."""

from bot.domain.health import Health
from bot.domain.money import FREE
from bot.ports.prompts import Rewriter, RewriteRequest
from bot.providers.offline.rewriter import PlainRewriter


async def test_words_are_drawn_as_they_were_typed() -> None:
    """Letter for letter, for nothing."""
    rewriter: Rewriter = PlainRewriter()
    words = await rewriter.rewrite(RewriteRequest(prompt="ein Fuchs,  im Schnee 🦊", author="a"))
    assert (words.text, words.cost) == ("ein Fuchs,  im Schnee 🦊", FREE)


async def test_a_variation_keeps_the_drawn_words() -> None:
    """They are what a new take is wanted of."""
    words = await PlainRewriter().rewrite(RewriteRequest(prompt="a fox", author="a", variation_of="a fox, oil on canvas"))
    assert words.text == "a fox, oil on canvas"


async def test_the_check_up_says_that_nothing_is_rewritten() -> None:
    """And how to change that."""
    [finding] = await PlainRewriter().check()
    assert finding.health is Health.NOTE
    assert finding.mend
