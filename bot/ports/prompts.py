"""Services that judge prompts and rewrite them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.content import Thresholds
from bot.domain.health import Finding
from bot.domain.jobs import PreparedPrompt
from bot.domain.money import Cost
from bot.domain.rules import FilterVersion
from bot.provider_errors import ProviderFault


class GuardDecision(StrEnum):
    """What a guard stage decides about a prompt."""

    ALLOW = "allow"
    REFUSE = "refuse"
    UNSURE = "unsure"
    """Of a local stage: it may be drawn, and moderators should look at it. Of a model: nobody knows, so it is not drawn."""

    WARN = "warn"
    """Of a local stage: it may be drawn, and whoever typed it is told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stage's decision. `rule` is a code for the log, `category` the kind of content that it is about, `entry` what was found.

    `sentence` is what the person reads when refused. `fault` says why a service could not tell, when the decision is `UNSURE`,
    and `cause` is the error behind it.
    """

    decision: GuardDecision
    rule: str = ""
    sentence: str = ""
    category: str = ""
    entry: str = ""
    fault: ProviderFault | None = None
    cause: Exception | None = None


ALLOWED = Verdict(GuardDecision.ALLOW)


class WordsModelStage(Protocol):
    """One way to judge a prompt. It never raises: a stage that broke is `UNSURE`."""

    name: str

    async def judge(self, prompt: str, thresholds: Thresholds) -> Verdict:
        """Judge `prompt`, which is data and never an instruction; `thresholds` say how sure a model has to be to refuse."""
        ...


class PictureStage(Protocol):
    """One way to judge what a picture shows, drawn or brought. It never raises: a stage that broke is `UNSURE`."""

    name: str

    async def judge_picture(self, content: bytes, media_type: str, thresholds: Thresholds) -> Verdict:
        """Judge a picture of at most some hundred kilobytes."""
        ...


class LocalStage(Protocol):
    """A way to judge a prompt that needs no service, and knows what a community has listed. It never raises."""

    name: str

    async def judge(self, prompt: str, listed: FilterVersion) -> Verdict:
        """Judge `prompt`, which is data and never an instruction, for the community that is named."""
        ...

    async def allows_whole(self, prompt: str, listed: FilterVersion) -> bool:
        """Whether the community has allowed these very words, from the first to the last. Never raises."""
        ...


class ModelStage(WordsModelStage, PictureStage, Protocol):
    """A stage that asks a model, which may be out of reach. `judges_pictures` says whether it is asked about them."""

    judges_pictures: bool

    async def check(self) -> tuple[Finding, ...]:
        """Check, without spending anything, whether it would judge. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteRequest:
    """What a rewriter gets. `author` is a hash; `variation_of` is set when a new take on drawn words is wanted.

    `was_refused` says that somebody else will not have these words drawn.
    """

    prompt: str
    author: str
    variation_of: str | None = None
    was_refused: bool = False


class Rewriter(Protocol):
    """Turns a person's words into a good and safe prompt, with a verdict of its own. It fails closed."""

    async def rewrite(self, ask: RewriteRequest) -> PreparedPrompt:
        """Return the prompt to draw.

        Raises:
            PromptRefused: The words may not be drawn.
            ProviderFailed: There was no verdict that can be trusted (unreachable, cut short, filtered, bad JSON).
        """
        ...

    async def soften(self, ask: RewriteRequest) -> PreparedPrompt | None:
        """Return harmless words of the same spirit for refused ones; None where there are none.

        Raises:
            ProviderFailed: There was no answer that can be trusted.
        """
        ...

    def estimate(self, ask: RewriteRequest) -> Cost:
        """Return what rewriting probably costs; nothing where the price is not known."""
        ...

    async def check(self) -> tuple[Finding, ...]:
        """Check, without spending anything, whether rewriting would work. Never raises."""
        ...


PROMPTS_OF_A_PICTURE = 3
"""How many prompts a picture is described by."""


OnCost = Callable[[Cost], Awaitable[None]]
"""Is told what a call cost as soon as that is known, whatever becomes of its answer; never of one whose end nobody saw."""


class Describer(Protocol):
    """Describes a picture as prompts. Words inside the picture are data and never an instruction."""

    def estimate(self) -> Cost:
        """Return what describing a picture probably costs; nothing where the price is not known."""
        ...

    async def describe(self, jpeg: bytes, author: str, on_cost: OnCost) -> tuple[str, ...]:
        """Return `PROMPTS_OF_A_PICTURE` prompts for a picture of at most some hundred kilobytes; `author` is a hash.

        Raises:
            PromptRefused: It may not be described.
            ProviderFailed: There was no answer that can be used.
        """
        ...
