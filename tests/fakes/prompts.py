"""Whoever judges and rewrites words, as a test tells them to."""

import asyncio
from collections import deque

from bot.domain.content import Thresholds
from bot.domain.health import Finding, Health
from bot.domain.jobs import PreparedPrompt
from bot.domain.money import Cost
from bot.domain.rules import FilterVersion
from bot.ports.prompts import ALLOWED, RewriteRequest, Verdict

REWRITING_COSTS = Cost(120)


class ScriptedRewriter:
    """Gives its outcomes in order, and a fuller prompt when there are none left."""

    def __init__(self) -> None:
        self._outcomes: deque[PreparedPrompt | Exception] = deque()
        self._is_silent = False
        self.costs = REWRITING_COSTS
        self.asks: list[RewriteRequest] = []
        self.softer: PreparedPrompt | Exception | None = None
        self.softened: list[RewriteRequest] = []

    def will(self, *outcomes: PreparedPrompt | Exception) -> None:
        """Have the next asks come to these."""
        self._outcomes.extend(outcomes)

    def will_be_silent(self) -> None:
        """Have every ask wait until it is given up."""
        self._is_silent = True

    async def rewrite(self, ask: RewriteRequest) -> PreparedPrompt:
        """Return the next outcome."""
        self.asks.append(ask)
        await asyncio.sleep(0)
        if self._is_silent:
            await asyncio.Event().wait()
        outcome = self._outcomes.popleft() if self._outcomes else PreparedPrompt(f"{ask.prompt}, in soft light", REWRITING_COSTS)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def soften(self, ask: RewriteRequest) -> PreparedPrompt | None:
        """Return the softer words, once there are some."""
        self.softened.append(ask)
        if isinstance(self.softer, Exception):
            raise self.softer
        return self.softer

    def estimate(self, ask: RewriteRequest) -> Cost:
        """Guess what it does cost."""
        return self.costs

    async def check(self) -> tuple[Finding, ...]:
        """Find everything well."""
        return (Finding("rewriter", Health.OK, "it says what the test says"),)


class ScriptedStage:
    """A guard stage that gives its verdicts in order, and allows when there are none left."""

    def __init__(self, name: str = "scripted") -> None:
        self.name = name
        self._verdicts: deque[Verdict] = deque()
        self.judged: list[str] = []
        self.allowed: set[str] = set()
        self.allowing_lists: list[FilterVersion] = []
        self.rules: list[FilterVersion | Thresholds | None] = []

    def will(self, *verdicts: Verdict) -> None:
        """Have the next prompts judged so."""
        self._verdicts.extend(verdicts)

    async def judge(self, prompt: str, rules: FilterVersion | Thresholds | None = None) -> Verdict:
        """Return the next verdict."""
        self.judged.append(prompt)
        self.rules.append(rules)
        return self._verdicts.popleft() if self._verdicts else ALLOWED

    async def allows_whole(self, prompt: str, listed: FilterVersion) -> bool:
        """Allow what a test has said."""
        self.allowing_lists.append(listed)
        return prompt in self.allowed


class ScriptedPictureStage:
    """A stage that gives its verdicts on pictures in order, and allows when there are none left."""

    name = "pictures"

    def __init__(self) -> None:
        self._verdicts: deque[Verdict] = deque()
        self.judged: list[tuple[str, Thresholds]] = []

    def will(self, *verdicts: Verdict) -> None:
        """Have the next pictures judged so."""
        self._verdicts.extend(verdicts)

    async def judge_picture(self, content: bytes, media_type: str, thresholds: Thresholds) -> Verdict:
        """Return the next verdict."""
        self.judged.append((media_type, thresholds))
        return self._verdicts.popleft() if self._verdicts else ALLOWED
