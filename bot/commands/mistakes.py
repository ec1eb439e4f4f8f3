"""The button below a refusal by which somebody says that it was a mistake."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from bot.commands.spec import Command
from bot.domain.cases import Case, CaseDecision, CaseKind, CaseState, NewCase
from bot.domain.chat import Post
from bot.domain.content import ALWAYS_REFUSED
from bot.domain.options import Text
from bot.domain.refusals import RefusalId, RefusedWords
from bot.domain.rules import Actor
from bot.errors import BadInput, Busy, Conflict, NotYours, RefusedBy
from bot.moderation.word_filter.lists import LONGEST_PHRASE
from bot.pipeline.studio import Studio
from bot.ports.cases import Cases
from bot.ports.clock import Clock
from bot.ports.refusals import Refusals
from bot.ports.surfaces import Call
from bot.services.cases import CaseReview
from bot.services.person_lookup import PersonLookup
from bot.text import duration_text

MOST_A_DAY = 10
"""Cases that one person can open in a community."""

_MOST_EARLIER = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MistakeArgs:
    """What the button carries."""

    refusal: Annotated[str, Text("The refusal whose button was pressed", longest=64)]


def mistake(
    studio: Studio, *, refusals: Refusals, cases: Cases, review: CaseReview, people: PersonLookup, clock: Clock
) -> Command[MistakeArgs]:
    """Build the button: moderators see the words as a case, and allow them by one press."""

    async def run(call: Call, args: MistakeArgs) -> None:
        refused = await refusals.find(RefusalId(args.refusal))
        if refused is None:
            raise BadInput("That was refused too long ago to say so; please ask for it again. Nothing was changed.")
        if refused.account != (await studio.account(call.person)).id:
            raise NotYours("Only whoever asked for that can say that it was a mistake; nothing was changed.")
        _check_moderators_can_help(refused)
        earlier = await cases.about(refused.community, refused.account, most=_MOST_EARLIER)
        if any((one.words, one.decision) == (refused.words, CaseDecision.UPHOLD) for one in earlier):
            raise Conflict("The moderators have looked at these words and left it at that; please try others.")
        _check_not_too_many(refused, earlier, clock.now())
        opened = await review.open(_new_case(refused, await people.actor(call.person)))
        thanks = "Thank you: the moderators here" if opened.is_new else "The moderators here have been told already; they"
        await call.whisper(Post(f"{thanks} look at these words, and once they allow them you can ask for them again."))

    return Command("mistake", "Say that it was a mistake to refuse these words", MistakeArgs, run, is_typed=False)


def _check_not_too_many(refused: RefusedWords, earlier: Collection[Case], now: datetime) -> None:
    """Limit how many cases one person opens; words that moderators see already may be reported again."""
    if any(one.words == refused.words and one.state is CaseState.OPEN for one in earlier):
        return
    ends = sorted(one.opened_at + _DAY for one in earlier if one.kind is CaseKind.MISTAKE and one.opened_at + _DAY > now)
    if len(ends) >= MOST_A_DAY:
        wait = ends[-MOST_A_DAY] - now
        raise Busy(
            f"You have asked the moderators here to look at {MOST_A_DAY} refusals within a day, which is as many as they can; "
            f"you can ask again in {duration_text(wait)}. Nothing was changed.",
            retry_after=wait,
        )


def _check_moderators_can_help(refused: RefusedWords) -> None:
    if refused.by is RefusedBy.PROVIDER:
        raise BadInput(
            "These words passed here; it was the image service that refused them, or what it made of them, and nobody here can "
            "change that. Other words often help, and nothing was held against you."
        )
    if refused.by is RefusedBy.PICTURE_CHECK:
        raise BadInput("Your words were fine, and only what was drawn of them was stopped; drawing it again often helps.")
    if refused.category in ALWAYS_REFUSED:
        raise BadInput(
            "What is about children or about real people's bodies, no moderator here can allow. If that was wrong, please tell "
            "whoever runs this bot which words they were."
        )
    if refused.by is not RefusedBy.FILTER and len(refused.words) > LONGEST_PHRASE:
        raise BadInput(
            f"So many words cannot be allowed at once: please say it in at most {LONGEST_PHRASE} characters, and press this "
            "again if that is refused too."
        )


def _new_case(refused: RefusedWords, by: Actor) -> NewCase:
    return NewCase(
        kind=CaseKind.MISTAKE,
        community=refused.community,
        platform=refused.platform,
        tenant=refused.tenant,
        account=refused.account,
        by=by,
        reason=refused.category or "refused words",
        words=refused.words,
    )
