"""`/gallery --state`: all wishes of a person, however they ended, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.commands.dispatcher import KnowsCost
from bot.commands.page_argument import LONGEST_ARGUMENT, PageArgument, describe_search, offer_older, read_page_argument
from bot.commands.spec import Command
from bot.domain.chat import Button, Details, Post
from bot.domain.jobs import Job, JobId, JobState
from bot.domain.options import Text
from bot.domain.wish_history import PastWish, WishQuery, WishStatus
from bot.domain.wishes import Wish
from bot.errors import BadInput
from bot.pipeline import posts
from bot.pipeline.lineage_posts import input_note
from bot.pipeline.studio import Studio
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call
from bot.ports.wish_history import WishHistory
from bot.services.picture_links import PictureLinks
from bot.text import pluralize, truncate

_A_PAGE = 8
"""Wishes that a page lists: so many fit into a message with all that is said of each."""

_LONGEST_TITLE = 60
_LONGEST_REASON = 200

_HEADS = {
    WishStatus.ALL: "All that you asked for",
    WishStatus.WAITING: "What you asked for and is not drawn yet",
    WishStatus.FAILED: "What you asked for and no picture came of",
}
_NOTHING = {
    WishStatus.ALL: "You have not asked for a picture yet. Type /imagine and say what you would like to see.",
    WishStatus.WAITING: "Nothing of yours waits to be drawn.",
    WishStatus.FAILED: "A picture came of all that you asked for.",
}
_STANDS = {JobState.QUEUED: "waits", JobState.RUNNING: "is being drawn", JobState.KEPT: "is drawn, and about to be shown"}
_DRAWN_AGAIN = {JobState.FAILED, JobState.CANCELLED}


class WishPages:
    """Lists the caller's own wishes, in private."""

    def __init__(
        self,
        *,
        studio: Studio,
        history: WishHistory,
        links: PictureLinks,
        sent_messages: SentMessages,
        knows_cost: KnowsCost,
    ) -> None:
        self._studio = studio
        self._history = history
        self._links = links
        self._sent_messages = sent_messages
        self._knows_cost = knows_cost

    async def show(self, call: Call, query: WishQuery, before: JobId | None = None) -> None:
        """Show the newest wishes of the query, or those that were accepted before one."""
        account = await self._studio.account(call.person)
        found = await self._history.find(account.id, query, most=_A_PAGE + 1, before=before)
        if not found:
            await call.whisper(Post(_say_nothing(query, before)))
            return
        page = found[:_A_PAGE]
        knows_cost = await self._knows_cost(call.person)
        lines = [f"{number}. {self._line(wish, knows_cost=knows_cost)}" for number, wish in enumerate(page, start=1)]
        last = PageArgument(page[-1].job.id, query.since, query.status, query.words) if len(found) > len(page) else None
        more, older = offer_older("older_wishes", last)
        search = describe_search(query.words, query.since)
        head = f"{_HEADS[query.status]}{', older ones,' if before else ''}{search} ({len(page)}):{more}"
        details = (Details("What became of them", "\n".join(lines)),)
        message = await call.whisper(Post(head, details=details, buttons=(*_again(page), *older)))
        if message is not None:
            for wish in page:
                await self._sent_messages.add(wish.job.id, message)

    def _line(self, wish: PastWish, *, knows_cost: bool) -> str:
        job = wish.job
        name = truncate(posts.title(job), _LONGEST_TITLE)
        facts = (
            _options(job.wish),
            *input_note(job, None, self._links),
            _weight(wish),
            str(wish.cost) if knows_cost and wish.cost.microusd else "",
            f"{job.created_at:%d %B %Y}",
            job.id,
        )
        return " · ".join([f"{name} – {_fate(wish)}", *(fact for fact in facts if fact)])


def _options(wish: Wish) -> str:
    """Return the options that differ from the defaults."""
    usual = Wish(prompt=wish.prompt).to_options()
    return ", ".join(f"{name} {value}" for name, value in wish.to_options().items() if usual.get(name) != value)


def _fate(wish: PastWish) -> str:
    """Return where the wish stands, or how it ended, in the words that were shown then."""
    job = wish.job
    if job.is_stopped:
        return "cancelled; what is drawn of it is about to be shown"
    if not job.state.is_final:
        return _STANDS[job.state]
    if job.state is JobState.DONE:
        return pluralize(wish.visible, "picture") if wish.visible else "no picture of it can be seen any more"
    said = job.ending.text if job.ending else ""
    return truncate(said, _LONGEST_REASON).rstrip(".") or str(job.state)


def _weight(wish: PastWish) -> str:
    """Return what the wish counts for: what is set aside while it is open, and what was spent afterwards."""
    if not wish.counted:
        return ""
    return f"{wish.counted} {'counted' if wish.job.state.is_final else 'set aside'}"


def _again(page: Sequence[PastWish]) -> tuple[Button, ...]:
    """Return buttons that draw wishes again which may succeed then, as their own messages have."""
    return tuple(
        Button(f"Draw {number} again", "again", wish.job.id)
        for number, wish in enumerate(page, start=1)
        if _may_be_drawn_again(wish.job)
    )


def _may_be_drawn_again(job: Job) -> bool:
    return job.state in _DRAWN_AGAIN and job.erased_at is None


def _say_nothing(query: WishQuery, before: JobId | None) -> str:
    if before is not None:
        return f"You asked for nothing before that there; /gallery --state {query.status} begins again with the newest."
    if query.words or query.since:
        search = describe_search(query.words, query.since)
        return f"You asked for nothing{search}. /gallery --state all lists all that you did ask for."
    return _NOTHING[query.status]


def _read_argument(argument: str) -> tuple[WishQuery, JobId]:
    """Return the query and the wish that a button carries.

    Raises:
        BadInput: It was not written by a button of ours.
    """
    try:
        found = read_page_argument(argument)
        query = WishQuery(status=WishStatus(found.kind), words=found.words, since=found.since)
    except ValueError:
        raise BadInput("That button does not work any more; /gallery --state all begins again with the newest.") from None
    return query, JobId(found.last)


@dataclass(frozen=True, slots=True)
class OlderWishesArgs:
    """What the button below a page of wishes carries."""

    after: Annotated[str, Text("The page before, and what was looked for", longest=LONGEST_ARGUMENT)]


def older_wishes(pages: WishPages) -> Command[OlderWishesArgs]:
    """Build the Older button below a page of wishes."""

    async def run(call: Call, args: OlderWishesArgs) -> None:
        await pages.show(call, *_read_argument(args.after))

    return Command("older_wishes", "See older wishes", OlderWishesArgs, run, is_typed=False)
