"""The rewriter for a house without a text model."""

from bot.domain.health import Finding, Health
from bot.domain.jobs import PreparedPrompt
from bot.domain.money import FREE, Cost
from bot.ports.prompts import RewriteRequest


class PlainRewriter:
    """Returns the words as they are; a new take on drawn words keeps those."""

    async def rewrite(self, ask: RewriteRequest) -> PreparedPrompt:
        """Return the prompt to draw, for nothing."""
        return PreparedPrompt(text=ask.variation_of or ask.prompt)

    async def soften(self, ask: RewriteRequest) -> PreparedPrompt | None:  # noqa: ARG002 - it knows no other words, whatever is asked
        """Return None: there is no model to ask."""
        return None

    def estimate(self, ask: RewriteRequest) -> Cost:  # noqa: ARG002 - it is free whatever is asked
        """Return that it is free."""
        return FREE

    async def check(self) -> tuple[Finding, ...]:
        """Return that prompts are drawn as they were typed."""
        return (
            Finding(
                "rewriting",
                Health.NOTE,
                "Prompts are drawn as they are typed: no text model is set.",
                "Set an OpenAI key to have them rewritten and checked.",
            ),
        )
