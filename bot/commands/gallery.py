"""`/gallery`: one's own pictures again, by words and by day, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from bot.commands.page_argument import LONGEST_ARGUMENT, PageArgument, describe_search, offer_older, read_page_argument
from bot.commands.spec import Command
from bot.commands.wishes import WishPages
from bot.domain.chat import Button, Details, Post, PostPicture
from bot.domain.jobs import Job
from bot.domain.options import Choice, Text, Until
from bot.domain.people import AccountId
from bot.domain.picture_search import PictureQuery, search_words
from bot.domain.pictures import Picture, PictureId
from bot.domain.wish_history import WishQuery, WishStatus
from bot.errors import BadInput
from bot.pipeline import posts
from bot.pipeline.studio import Studio
from bot.ports.clock import Clock
from bot.ports.picture_search import PictureSearch
from bot.ports.removals import SentMessages
from bot.ports.surfaces import Call
from bot.services.gallery import Gallery
from bot.services.picture_links import PictureLinks
from bot.services.quotas import Quotas
from bot.text import truncate

_A_PAGE = 10
"""Pictures that a page shows; no platform takes more than ten in a message."""

_LONGEST_WORDS = 100

_FIRST_DAY = date(2000, 1, 1)
"""Nothing is older; the first days that a calendar knows are none in every time zone."""

_LONGEST_TITLE = 60

_FAVOURITES = "f"


class GalleryPages:
    """Shows the caller pages of their own pictures, in private."""

    def __init__(
        self,
        *,
        studio: Studio,
        gallery: Gallery,
        search: PictureSearch,
        links: PictureLinks,
        sent_messages: SentMessages,
        quotas: Quotas,
        clock: Clock,
    ) -> None:
        self._studio = studio
        self._gallery = gallery
        self._search = search
        self._links = links
        self._sent_messages = sent_messages
        self._quotas = quotas
        self._clock = clock

    async def show_first(self, call: Call, query: PictureQuery) -> None:
        """Show the newest pictures of the query; without one, also what was taken down."""
        account = await self._studio.account(call.person)
        found = await self._search.find(account.id, query, most=_A_PAGE + 1)
        details = () if query.is_narrow else await self._describe_taken_down(account.id)
        if found:
            await self._show(call, query, found, "Your newest pictures", details)
        elif query.is_narrow:
            await call.whisper(
                Post(f"No picture of yours was found{_format_query(query)}. /gallery alone shows your newest ones.")
            )
        else:
            nothing = "No picture of yours can be seen now." if details else "You have no pictures yet."
            await call.whisper(Post(f"{nothing} Type /imagine and say what you would like to see.", details=details))

    async def show_older(self, call: Call, query: PictureQuery, before: PictureId) -> None:
        """Show the pictures of the query that come after one."""
        account = await self._studio.account(call.person)
        found = await self._search.find(account.id, query, most=_A_PAGE + 1, before=before)
        if not found:
            raise BadInput("There are no older pictures of yours there; /gallery begins again with the newest.")
        await self._show(call, query, found, "Older pictures of yours")

    async def newest(self, call: Call, most: int) -> tuple[Picture, ...]:
        """Return the caller's newest pictures."""
        return await self._search.find((await self._studio.account(call.person)).id, PictureQuery(), most=most)

    async def show(self, call: Call, found: Sequence[Picture], head: str) -> None:
        """Show pictures that somebody may see, below a headline."""
        jobs, shown = await self._prepare(found)
        post = Post(
            head, pictures=shown, details=(_listing(jobs, found),), more=_choices(jobs, found), links=posts.originals(shown)
        )
        await self._whisper(call, jobs, post)

    async def since(self, call: Call, typed: date | timedelta) -> datetime:
        """Return the moment that somebody means by a date in their time zone, or by how long ago it was."""
        if isinstance(typed, timedelta):
            return self._clock.now() - typed
        zone = (await self._quotas.effective_limits(call.person, call.place)).of_community.settings.zone
        return datetime.combine(max(typed, _FIRST_DAY), datetime.min.time(), zone).astimezone(UTC)

    async def _show(
        self, call: Call, query: PictureQuery, found: Sequence[Picture], head: str, details: tuple[Details, ...] = ()
    ) -> None:
        """Whisper a page; its last picture only shows that there are more."""
        page = found[:_A_PAGE]
        jobs, shown = await self._prepare(page)
        kind = _FAVOURITES if query.only_favourites else ""
        last = PageArgument(page[-1].id, query.since, kind, query.words) if len(found) > len(page) else None
        more, older = offer_older("older_pictures", last)
        post = Post(
            f"{head}{_format_query(query)} ({len(page)}):{more}",
            pictures=shown,
            details=(_listing(jobs, page), *details),
            links=posts.originals(shown),
            buttons=older,
            more=_choices(jobs, page),
        )
        await self._whisper(call, jobs, post)

    async def _prepare(self, page: Sequence[Picture]) -> tuple[dict[str, Job], tuple[PostPicture, ...]]:
        """Return the jobs of pictures, and the pictures as a post shows them."""
        jobs = {name: await self._studio.find(name) for name in dict.fromkeys(picture.job for picture in page)}
        return jobs, tuple(posts.post_picture(jobs[picture.job], picture, self._links) for picture in page)

    async def _whisper(self, call: Call, jobs: dict[str, Job], post: Post) -> None:
        """Whisper a post, and record which jobs a message shows that stays."""
        message = await call.whisper(post)
        if message is not None:
            for job in jobs.values():
                await self._sent_messages.add(job.id, message)

    async def _describe_taken_down(self, account: AccountId) -> tuple[Details, ...]:
        removals = await self._gallery.latest_taken_down(account, _A_PAGE)
        lines = [posts.tombstone(await self._studio.find(removal.job), removal) for removal in removals]
        return (Details("Taken down", "\n".join(lines)),) if lines else ()


def _listing(jobs: dict[str, Job], page: Sequence[Picture]) -> Details:
    """Return which picture is which, with their ids."""
    numbered = ((number, jobs[picture.job], picture.id) for number, picture in enumerate(page, start=1))
    lines = [
        f"{number}. {truncate(posts.title(job), _LONGEST_TITLE)} · {job.created_at:%d %B %Y} · {id_}"
        for number, job, id_ in numbered
    ]
    return Details("What they are", "\n".join(lines))


def _choices(jobs: dict[str, Job], page: Sequence[Picture]) -> tuple[Button, ...]:
    """Return a button for each picture that shows it by itself."""
    return tuple(posts.show_button(number, jobs[picture.job], picture.id) for number, picture in enumerate(page, start=1))


def _format_query(query: PictureQuery) -> str:
    """Return the query as a sentence repeats it."""
    favourites = " among your favourites" if query.only_favourites else ""
    return f"{favourites}{describe_search(query.words, query.since)}"


def _read_argument(argument: str) -> tuple[PictureQuery, PictureId]:
    """Return the query and the picture that a button carries.

    Raises:
        BadInput: It was not written by a button of ours.
    """
    try:
        found = read_page_argument(argument)
    except ValueError:
        raise BadInput("That button does not work any more; /gallery begins again with the newest.") from None
    query = PictureQuery(words=found.words, since=found.since, only_favourites=found.kind == _FAVOURITES)
    return query, PictureId(found.last)


class Only(StrEnum):
    """Which pictures alone are shown."""

    FAVOURITES = "favourites"


@dataclass(frozen=True, slots=True)
class GalleryArgs:
    """What `/gallery` takes."""

    words: Annotated[str, Text("Only pictures whose words begin with these", longest=_LONGEST_WORDS)] = ""
    since: Annotated[date | timedelta | None, Until("Only pictures since a day such as 2026-11-01, or of a time such as 30d")] = (
        None
    )
    only: Annotated[Only | None, Choice("Only your favourites", Only)] = None
    state: Annotated[
        WishStatus | None,
        Choice("List what you asked for in place of pictures: all of it, what is not drawn yet, or what failed", WishStatus),
    ] = None


def show_gallery(pages: GalleryPages, wishes: WishPages) -> Command[GalleryArgs]:
    """Build `/gallery`."""

    async def run(call: Call, args: GalleryArgs) -> None:
        words = search_words(args.words)
        if args.words.strip() and not words:
            raise BadInput(
                "There are only signs in that, and pictures are found by words. Type /gallery alone to see your newest."
            )
        since = None if args.since is None else await pages.since(call, args.since)
        if args.state is not None:
            if args.only is not None:
                raise BadInput(
                    "Only pictures can be favourites, and --state lists what you asked for: please give one of the two."
                )
            await wishes.show(call, WishQuery(status=args.state, words=words, since=since))
            return
        await pages.show_first(call, PictureQuery(words=words, since=since, only_favourites=args.only is Only.FAVOURITES))

    return Command(
        "gallery",
        "See your newest pictures again, or find some by their words, wherever you asked for them",
        GalleryArgs,
        run,
        example="/gallery fox snow --since 30d",
    )


@dataclass(frozen=True, slots=True)
class OlderArgs:
    """What the button below a page carries."""

    after: Annotated[str, Text("The page before, and what was looked for", longest=LONGEST_ARGUMENT)]


def older_pictures(pages: GalleryPages) -> Command[OlderArgs]:
    """Build the Older button below a page of `/gallery`."""

    async def run(call: Call, args: OlderArgs) -> None:
        await pages.show_older(call, *_read_argument(args.after))

    return Command("older_pictures", "See older pictures", OlderArgs, run, is_typed=False)
